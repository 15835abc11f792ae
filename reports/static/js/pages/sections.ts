/* The sections of figures that pages share: usage on the usage page, login authorization on the monitor page, both
   on an app's own page. They are made by script, so that the shell of each of many thousand apps stays small. Like
   the texts of templates they contain both languages; other scripts fill the elements with `data-…`. */

import { asked } from "../choices/address.js";
import { LANGUAGE_TAGS, root, texts } from "../choices/state.js";
import { TECHNICAL } from "../data/measures.js";
import { all, element, isPhone, one } from "../dom.js";
import type { Both, Dimension } from "../types/basics.js";

/** A text in both languages, one of which the style sheet hides. */
export const inBoth = (text: Both): HTMLElement[] =>
  (["zh", "en"] as const).map((language) => element("span", { lang: LANGUAGE_TAGS[language] }, text[language]));

/** A text of the scripts in both languages. */
export const both = (msgid: string): HTMLElement[] => inBoth(texts.strings[msgid]);

function part(name: string, className = "panel"): HTMLElement {
  return element("div", { className, "data-part": name });
}

function heading(title: Node[]): HTMLElement {
  const span = element("p.span", { "data-span": "" });
  return element("div.heading", element("h2", ...title), span);
}

/**
 * The heading of charts: `legend` names their series; login authorization has the choice of a dimension on the right;
 * the keys of the charts' marks are below.
 */
function chartsHeading(title: Node[], legend: string, isOfLogins: boolean): HTMLElement[] {
  const choice = (dimension: Dimension, label: Node[]) =>
    element("button", { type: "button", "data-by-button": dimension, "aria-pressed": "false" }, ...label);
  return [
    element(
      "div.heading",
      element("h2", ...title),
      element("ul.legend", { "data-legend": legend }),
      element("p.span", { "data-span": "charts" }),
      isOfLogins
        ? element(
            "div.choice",
            { role: "group", "data-label-zh": "图表维度", "data-label-en": "Lines of the charts" },
            choice("channel", both("By channel")),
            choice("version", both("By SDK version")),
          )
        : null,
    ),
    element("p.chart-keys", { "data-chart-keys": "" }),
  ];
}

function chartFigure(name: string, title: Node[], metric: string): HTMLElement {
  const link = element("a.term", { href: `${root}metrics.html#${metric}`, "data-metric": metric }, ...title);
  return element(
    "figure.panel",
    element("figcaption", link),
    element("div.chart", { "data-chart": name }),
    element(
      "details",
      { "data-figures": name },
      element("summary", ...both("Figures of this chart")),
      element("div", { "data-chart-table": "" }),
    ),
    element("p.downloads", { "data-chart-download": name }),
  );
}

/** A fold for phones: unfolded, a page would be twelve screens long. */
function folded(head: HTMLElement, content: HTMLElement): HTMLDetailsElement {
  return element("details.panel.phone-fold", element("summary", head), content);
}

/** Folds the lists on a phone. A list is open if the address contains parameters of its rows. */
function foldLists() {
  for (const list of all("[data-phone-fold]")) {
    const content = element("div", ...Array.from(list.children));
    const fold = folded(one("h2", content), content);
    fold.open = ["search", "platform", "sort"].some(asked);
    list.append(fold);
  }
}

function titled(title: Node[], name: string, className = "panel"): HTMLElement {
  return element("div", { className }, element("h3", ...title), part(name, ""));
}

/** A part with a title, which is folded on a phone. */
function phoneFoldedPart(title: Node[], name: string): HTMLElement {
  return isPhone() ? folded(element("h3", ...title), part(name, "")) : titled(title, name);
}

/** A section with a title and one part, which is folded on a phone. */
function phoneFoldedSection(title: Node[], name: string): HTMLElement {
  const head = element("h2", ...title);
  if (isPhone()) return element("section", folded(head, part(name, "")));
  return element("section", element("div.heading", head), part(name));
}

function changeSources(): HTMLElement {
  return element(
    "section",
    heading(both("Sources of the change")),
    element(
      "div.pair.values",
      titled(both("By SDK version"), "versions", "panel whole"),
      phoneFoldedPart(both("By platform"), "platforms"),
      phoneFoldedPart(both("By carrier, one-click login"), "carriers"),
    ),
  );
}

function signIns(): HTMLElement {
  const tables = [
    phoneFoldedPart(both("Ways by entry channel"), "sign-in-ways"),
    phoneFoldedPart(both("Funnel of one-click login"), "sign-in-funnel"),
    phoneFoldedPart(both("After a failure"), "sign-in-failures"),
    phoneFoldedPart(both("Where the others stopped"), "sign-in-stops"),
  ];
  for (const table of tables) table.classList.add("whole");
  const found = element(
    "section",
    element("div.heading", element("h2", ...both("Sign-in")), element("p.span", { "data-part": "sign-in-span" })),
    // Shown on paper only, until the section is loaded: printing does not wait for it.
    element(
      "p.sign-in-line",
      { "data-part": "sign-in-line" },
      element(
        "span.on-paper",
        ...both("Sign-in sessions are not loaded yet: scroll to this section, then print again."),
      ),
    ),
    element("p.without-subject", { "data-part": "sign-in-records" }),
    element("div.pair", ...tables),
    part("sign-in-compared", "panel compared-values"),
  );
  found.id = "sign-ins";
  return found;
}

/**
 * Whether the page's app has sign-ins by the four channels (`logins`) and by other channels (`others`), which selects
 * its sections. A page of all apps has both.
 */
interface Content {
  logins: boolean;
  others: boolean;
}

const SECTIONS: Record<string, (content: Content) => HTMLElement[]> = {
  usage: () => [
    element(
      "section",
      ...chartsHeading(both("Usage by day"), "usage", false),
      element("div.charts.wide", chartFigure("usage", both("Records a day"), "number_verifications")),
    ),
    phoneFoldedSection(both("By period"), "periods"),
  ],
  login: (content) => [
    // Lines show what changed, rates first; the tables below show by how much, where and why.
    element(
      "section",
      ...chartsHeading(both("Trends"), "timed", content.logins),
      element(
        "div.charts",
        ...(content.logins
          ? [
              chartFigure(TECHNICAL, both("Technical success rate"), TECHNICAL),
              chartFigure("authorization_rate", both("Authorization rate"), "authorization_rate"),
              chartFigure("authorizations", both("Authorizations"), "authorizations"),
              chartFigure("share", both("Share of the four channels"), "authorizations"),
            ]
          : []),
        chartFigure("verification_result_rate", both("Result rate of verification"), "verifications"),
        chartFigure("latency_p50_ms", both("Latency p50 (ms)"), "latency_p50_ms"),
        chartFigure("latency_p95_ms", both("Latency p95 (ms)"), "latency_p95_ms"),
      ),
    ),
    ...(content.logins || content.others ? [element("section", heading(both("By channel")), part("summary"))] : []),
    ...(content.logins ? [changeSources()] : []),
    element(
      "section",
      heading(both("Causes of failure")),
      element(
        "div.pair",
        ...(content.logins ? [phoneFoldedPart(both("Authorization, by outcome"), "outcomes-authorization")] : []),
        phoneFoldedPart(both("Verification, by outcome"), "outcomes-verification"),
        ...(content.logins
          ? [phoneFoldedPart(both("Authorization, up to ten result codes"), "codes-authorization")]
          : []),
        phoneFoldedPart(both("Verification, up to ten result codes"), "codes-verification"),
      ),
    ),
  ],
  packages: () => [phoneFoldedSection(both("Schemes and packages"), "packages")],
  sign_ins: () => [signIns()],
  drawn: () => [element("section", heading(both("Uses by resource package")), part("drawn"))],
  range: () => [
    element(
      "section",
      element("div.heading", element("h2", ...both("Range of your own"))),
      element("div.filters", { "data-range-fields": "" }),
      part("range"),
    ),
  ],
  records: () => [element("section", part("records-fold", ""))],
};

/** Adds the sections that the page names. */
export function drawSections(content: Content = { logins: true, others: true }) {
  // Added here and not in the shell, to keep the page of each of many thousand apps small.
  for (const place of all(".windows")) {
    for (const [span, label] of Object.entries({ 90: both("90 days"), months: both("13 months") })) {
      place.append(element("button", { type: "button", "data-span-button": span }, ...label));
    }
  }
  for (const place of all("[data-sections]")) {
    place.append(...(place.dataset.sections || "").split(" ").flatMap((name) => SECTIONS[name](content)));
  }
  if (isPhone()) foldLists();
}
