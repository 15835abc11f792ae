/* One app on the page of a day: `?app=` loads its figures, replaces the counts, moves and channels of all apps by
   its own, and hides the incidents of other apps. The page for all apps is `day.html.jinja`. */

import { asked } from "../choices/address.js";
import { drawInstead } from "../choices/instead.js";
import { _, appHref, betterOf, localAddress, metricLink, word } from "../choices/language.js";
import { figures, root, setState, site } from "../choices/state.js";
import { checkAddress } from "../choices/unmet.js";
import { onFigures, setFigures } from "../choices/windows.js";
import { completedFigures, hasData } from "../data/figures.js";
import { ABSENT, known, number, share } from "../data/format.js";
import { loadFigures, loadList } from "../data/loaded_lists.js";
import { cardMeasures, shownChannels, TECHNICAL } from "../data/measures.js";
import { hasNoLogins } from "../data/series.js";
import { dayOf, usualRateOf } from "../data/spans.js";
import { all, element, named, one } from "../dom.js";
import { changeNode } from "../tables/change.js";
import { dataTable, figureColumn, headCell, numberCell, wordHead } from "../tables/data_table.js";
import type { Usual } from "../types/basics.js";
import type { TableColumn } from "../types/tables.js";
import { isUsed } from "./cards.js";
import { recordsFold } from "./records.js";

/** Folder of the shown app. */
let folder = "";

/** Whether the app in the address cannot be shown. */
let isRefused = false;

const dayPlace = () => one("[data-part=app-day]");
const dayShown = () => dayPlace().dataset.day || "";

/** The least and the greatest count of a usual range. Rounded to the nearest, an end would name one outside of it. */
const rangeText = (usual: Usual | null) =>
  usual ? `${number(Math.ceil(usual.low))} – ${number(Math.floor(usual.high))}` : ABSENT;

function card(metric: string, place: number) {
  const meta = { group: "usage", series: metric, field: null } as const;
  const { value, usual, side } = dayOf(meta, "records", place);
  const before = place - 7;
  return element(
    "section.card",
    element("h2", metricLink(metric)),
    element("p.figure", element("span.short", number(value))),
    element(
      "p.versus",
      changeNode(value, figures.long.usage[metric][before] ?? null, {
        comparable: hasData(before),
        better: betterOf(metric),
        side,
      }),
      " ",
      element("span.muted", _("vs same weekday last week")),
    ),
    element("p.note", `${_("Usual range")} ${rangeText(usual)}`),
  );
}

/**
 * The channels of the app with the day's count, its usual range and the move: the difference from the usual count. The
 * channel with the largest move comes first.
 */
function moves(place: number) {
  const every = site.channels.map(({ key, group: kind, is_login: isOfLogins }) => {
    const hasRequests = figures.long.channels[key].authorization_requests.some(Boolean);
    const isLogin = (isOfLogins || kind !== "number") && hasRequests;
    const group = isLogin ? "trend" : "verification";
    const metric = isLogin ? "authorizations" : "verifications";
    const rate = isLogin ? TECHNICAL : "verification_result_rate";
    const hasRate = isLogin || hasNoLogins();
    return {
      key,
      metric,
      ...dayOf({ group, series: key, field: metric }, "records", place),
      rate: hasRate ? dayOf({ group, series: key, field: rate }, "share", place).value : null,
      usualRate: hasRate ? usualRateOf(key, rate, place) : null,
    };
  });
  return every
    .filter(({ value, usual }) => value || usual?.usual)
    .map((row) => ({ ...row, move: known(row.value) && row.usual ? row.value - Math.round(row.usual.usual) : null }))
    .sort((a, b) => Math.abs(b.move ?? 0) - Math.abs(a.move ?? 0));
}

/** The table of these moves. */
function movesTable(rows: ReturnType<typeof moves>) {
  const middle = ({ usual }: { usual: Usual | null }) => (usual ? Math.round(usual.usual) : null);
  const columns: TableColumn<(typeof rows)[number]>[] = [
    [headCell(_("Channel")), ({ key, metric }) => wordHead(`${word(key)} · `, metricLink(metric))],
    figureColumn(_("On this day"), ({ value }) => number(value)),
    figureColumn(_("Usual"), (row) => number(middle(row))),
    figureColumn(_("Usual range"), ({ usual }) => rangeText(usual)),
    [
      headCell(_("More or fewer"), true),
      ({ metric, value, side, move, usual }) => {
        const text = known(move) ? `${move < 0 ? "−" : "+"}${number(Math.abs(move))}` : ABSENT;
        return numberCell(
          element("span.value", text),
          side === "inside"
            ? element("span.detail", _("within the usual"))
            : changeNode(value, middle({ usual }), { better: betterOf(metric), side, quiet: true }),
        );
      },
    ],
    figureColumn(_("Success rate"), ({ rate }) => share(rate)),
    figureColumn(_("Usual success rate"), ({ usualRate }) => share(usualRate)),
  ];
  return dataTable(_("Largest moves"), rows, columns, { className: "plain day-movers", classOf: ({ side }) => side });
}

const CHANNEL_METRICS = [
  TECHNICAL,
  "authorization_rate",
  "authorizations",
  "authorization_requests",
  "authorizations_cancelled",
  "authorizations_failed",
];

function channelsTable(channels: string[], place: number) {
  const columns = CHANNEL_METRICS.map(
    (name): TableColumn<string> =>
      figureColumn(metricLink(name), (channel) =>
        (name.endsWith("_rate") ? share : number)(figures.long.channels[channel][name][place]),
      ),
  );
  const names: TableColumn<string> = [headCell(_("Channel")), (channel) => wordHead(word(channel))];
  return dataTable(_("By channel"), channels, [names, ...columns], {
    className: "plain app-day-channels",
    classOf: (channel) => (channel === "*" ? "total" : ""),
  });
}

function tables(place: number) {
  const moved = moves(place);
  const channels = shownChannels((name) => Boolean(figures.long.channels[name].authorization_requests[place]));
  const titled = (title: string, table: HTMLElement) =>
    element("section", element("div.heading", element("h2", title)), element("div.panel", table));
  return [
    ...(moved.length ? [titled(_("Largest moves"), movesTable(moved))] : []),
    ...(channels.length ? [titled(_("By channel"), channelsTable(channels, place))] : []),
  ];
}

/**
 * Hides the incidents and notes of other apps; incidents and notes of all apps together stay.
 * @returns whether any incident is still shown, and whether one is of the app.
 */
function filterIncidents(): { isAny: boolean; isOwn: boolean } {
  // Addresses as the page has them: the site itself may be in a folder `apps`.
  const ours = `${root}apps/${encodeURIComponent(folder)}/`;
  // An incident stays if one of its parts stays. Parts follow their incident in the page, so the order is reversed.
  const items = all(".incidents-panel :is(.incident, .incident-parts li)").reverse();
  const hrefOf = (item: HTMLElement) => all("a.incident-text", item)[0]?.getAttribute("href") || "";
  for (const item of items) {
    const href = hrefOf(item);
    // A line without a link counts parts that are not listed, mostly of other apps.
    const isOther = !href || (href.startsWith(`${root}apps/`) && !href.startsWith(ours));
    item.hidden = isOther && !all(".incident-parts li:not([hidden])", item).length;
  }
  for (const tally of all(".incidents-panel .tally")) tally.hidden = true;
  // An app without a page may have a note, too.
  for (const note of all("[data-noted]")) note.hidden = !["*", figures.key].includes(note.dataset.noted || "");
  for (const panel of all(".noted-panel")) panel.hidden = !all("[data-noted]:not([hidden])", panel).length;
  const left = items.filter((item) => !item.hidden);
  return { isAny: left.length > 0, isOwn: left.some((item) => hrefOf(item).startsWith(ours)) };
}

/** Whether the app has an incident on a day, also if the page does not list it. */
function hasIncident(day: string) {
  const open = Object.values(figures.evidence || {}).map(({ first, last = null }) => [first, last]);
  const spans = figures.incident_spans.map(({ first_day: first, last_day: last }) => [first, last]);
  return [...open, ...spans].some(([first, last]) => first !== null && first <= day && (last === null || day <= last));
}

/**
 * The note on the incidents that are still shown. The page of all apps lists few parts of an incident: if the app's
 * part is not listed, the note links to the app's own page.
 */
function incidentsNote(day: string, { isAny, isOwn }: ReturnType<typeof filterIncidents>) {
  const below = _(
    "Below: incidents of this app and of all apps, as computed now, with data that was missing on the day itself.",
  );
  const none = _("No incident of this app on this day, as computed now.");
  const isElsewhere = !isOwn && hasIncident(day);
  const words = isAny ? below : isElsewhere ? "" : none;
  const textContent = _("This app has an incident on this day that is part of another one: see its page.");
  const link = isElsewhere ? element("a", { href: appHref(folder, "index.html"), textContent }) : null;
  return element("p.note", words, words && " ", link);
}

function drawAppDay() {
  const day = dayShown();
  const place = site.long_days.indexOf(day);
  const left = filterIncidents();
  const name = element("a", { href: appHref(folder, "index.html") }, named(figures.name));
  const everyone = element("a.button", {
    href: localAddress(`${root}days/${day}.html`, ""),
    textContent: _("All apps"),
    "data-to-all-apps": "",
  });
  for (const title of all("[data-part=of-app]")) title.replaceChildren(" · ", name);
  // For all apps the briefing takes the place of the data day's page.
  for (const link of all("a[rel=next][href*='index.html']"))
    link.setAttribute("href", localAddress(`${root}days/${site.as_of}.html`));
  one("[data-part=app-day-head]").replaceChildren(everyone, incidentsNote(day, left));
  dayPlace().replaceChildren(
    ...(hasData(place)
      ? [
          element(
            "div.cards.still",
            ...cardMeasures()
              .filter(isUsed)
              .map((one) => card(one, place)),
          ),
          ...tables(place),
        ]
      : []),
    recordsFold(figures.key, folder, day, day),
  );
}

/** Shows the page of all apps. */
function refuse() {
  isRefused = true;
  setState({ chosenApp: "" });
  delete document.documentElement.dataset.ofApp;
  drawInstead();
}

/** Loads and shows the app in the address if this is the page of a day. */
export function startAppDay() {
  const wanted = asked("app");
  if (!all("[data-part=app-day]").length || !wanted) return;
  checkAddress(["app"], () => (isRefused ? _("All apps") : null));
  // An older day has a page because an incident began on it; the figures of an app only contain 90 days.
  if (!site.long_days.includes(dayShown())) return refuse();
  // Hides the content of all apps until the app's figures are shown.
  document.documentElement.dataset.ofApp = "true";
  // Registered before the figures are loaded, so that folds are opened after they are drawn.
  onFigures(drawAppDay);
  loadList("logins")
    .then(async (data) => {
      const row = data.list("key").indexOf(wanted);
      if (row < 0) return refuse();
      const loaded = await loadFigures(data, row);
      folder = data.folder(row);
      setFigures(completedFigures(loaded));
    })
    .catch(refuse);
}
