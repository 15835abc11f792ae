/* The section of an app's sign-in sessions over the chosen window: a sentence, sessions by way, the funnel, sessions
   after a failure, and where sessions without a sign-in stopped. Only an app's own page has this section, if there are
   sign-in records (`drawAppSections`). Its file is loaded when a reader scrolls near the section: there may be a
   hundred thousand such pages, and most are not read that far. For all apps `pages/signin.html.jinja` writes the
   same. */

import { _, filled, metricLabel, metricLink, onLanguage, textOf, word } from "../choices/language.js";
import { chosenDays, chosenSpan, figures, language, site, texts, windowKey } from "../choices/state.js";
import { onPainted } from "../choices/windows.js";
import { dayRange, level, milliseconds, number, periodLabel } from "../data/format.js";
import { ratio, sum } from "../data/measures.js";
import { referenceDayTest, usualOf } from "../data/norms.js";
import { rowsOf } from "../data/rows.js";
import { all, element, loadScript, one, own } from "../dom.js";
import type { SignInTables } from "../figure_types.js";
import { headCell, numberCell, plainTable } from "../tables/periods.js";
import type {
  FailureRow,
  FunnelCounts,
  FunnelPair,
  FunnelStep,
  RawSignIns,
  StepDay,
  TableRow,
  Unit,
  Usual,
  Value,
} from "../types.js";
import { comparedDimensions } from "./app_compared.js";
import { comparedPart } from "./compared.js";
import { afterFailure, daysByWay, hasRate, isLogged, joinedFailures, stepsByDay } from "./sign_in_counts.js";
import { bar, barsCell, countCell, waysFigure, waysTable } from "./sign_in_ways.js";

const FILE = "./sign_ins.js";
const FAILURES_LISTED = 8;
const STOPS_LISTED = 10;
/** Distance from the section, in screens, at which its file is loaded. */
const NEAR = "100%";

let found: RawSignIns | undefined;

/** The number of days that the section shows. Unlike tables of records, it can show 90. */
const shownDays = () => (chosenSpan === "90" ? 90 : chosenDays);

const shownLabel = () => (chosenSpan === "90" ? _("90 days") : periodLabel(windowKey()));

/** The rows of a table over the shown days. */
function rowsOfWindow<Name extends Exclude<keyof SignInTables, "times">>(name: Name): TableRow<SignInTables[Name]>[] {
  const rows = rowsOf<SignInTables[Name]>(found?.tables[name]);
  return rows.filter((row) => row.window_days === shownDays());
}

/** Replaces the content of a part, if the page has it. */
function put(name: string, ...content: (Node | string)[]) {
  for (const place of all(`[data-part=${name}]`)) place.replaceChildren(...content);
}

const emptyNote = (textContent: string) => element("p", { className: "empty", textContent });

/** A text for days without sessions: there is no sign-in record, or no record names a device or an attempt. */
function noSessions() {
  const [counts] = rowsOfWindow("funnel");
  if (!counts?.records) return emptyNote(_("No sign-in record in these days."));
  const textContent = filled(
    _(
      "None of {records} sign-in records names a device or an attempt: no session is known, and no rate. Let the SDK and the server log the device or the attempt, each under the same id.",
    ),
    { records: number(counts.records) },
  );
  return element("p", { className: "alert", textContent });
}

function drawWays() {
  const rows = rowsOfWindow("ways");
  if (!rows.length) return put("sign-in-ways", noSessions());
  const days = daysByWay(found?.way_days || {}, site.long_days.length, shownDays());
  put("sign-in-ways", waysFigure(days), waysTable(rows, days, shownLabel()));
}

/** The value and the usual range of the data day. */
function usualOfDay(
  figureOf: (row: StepDay) => Value,
  unit: Unit,
  requestsOf: (row: StepDay) => number = () => 0,
): { value: Value; usual: Usual | null } {
  const values: Value[] = site.long_days.map(() => null);
  const requests = values.map(() => 0);
  const last = values.length - 1;
  const { steps, rates } = texts.sign_ins;
  stepsByDay(found?.step_days.one_click || {}, values.length, steps, Object.keys(rates)).forEach((row, i) => {
    values[i] = figureOf(row);
    requests[i] = requestsOf(row);
  });
  const isReference = referenceDayTest(figures, site.long_days, "one_click", { ofSessions: true });
  return { value: values[last], usual: usualOf(values, last, unit, isReference, unit === "share" ? requests : []) };
}

/**
 * The usual range as a text below a figure; empty if the figure is not known, or if there are too few days.
 * @param day the day of the usual range, shown with its value; empty if the figure is of that day.
 * @param lastText writes the upper end of the range, with the unit.
 */
function usualNote(
  figure: Value,
  { value, usual }: { value: Value; usual: Usual | null },
  textOfValue: (value: number) => string,
  day: string,
  lastText: (value: number) => string = textOfValue,
) {
  if (figure === null || !usual) return [];
  const { low, high } = usual;
  const place = value === null ? "" : value < low ? _("below the usual") : value > high ? _("above the usual") : "";
  const of = day && value !== null ? `${day} ${textOfValue(value)} · ` : "";
  return [
    element(
      "span",
      { className: "detail" },
      of,
      place ? element("b", { textContent: place }) : _("usual"),
      ` ${textOfValue(low)} – ${lastText(high)}`,
    ),
  ];
}

function rateOf(counts: FunnelCounts, pair: FunnelPair) {
  const steps = texts.sign_ins.rates[pair];
  return hasRate(counts, steps) ? ratio(counts[pair], counts[steps[0]]) : null;
}

/** A step: its sessions, and the rate and time from the step before. */
function stepRow(label: string, sessions: number, counts: TableRow<SignInTables["funnel"]>, pair?: FunnelPair) {
  const cells = [numberCell(number(sessions)), barsCell(bar("step", sessions, 0, counts.sessions))];
  if (pair) {
    const times = rowsOf(found?.tables.times).find(({ step }) => step === pair);
    const rate = usualOfDay(
      (row) => rateOf(row, pair),
      "share",
      (row) => row[texts.sign_ins.rates[pair][0]],
    );
    const time = usualOfDay((row) => row[`${pair}_p50_ms` as const], "ms");
    const [share, median] = [rateOf(counts, pair), times?.p50_ms ?? null];
    cells.push(
      numberCell(level(share), ...usualNote(share, rate, level, site.as_of.slice(5))),
      numberCell(
        milliseconds(median),
        ...usualNote(
          median,
          time,
          // Rounded to the nearest, an end would name a time outside of the range.
          (value) => number(Math.ceil(value)),
          "",
          (value) => milliseconds(Math.floor(value)),
        ),
      ),
      numberCell(milliseconds(times?.p95_ms ?? null)),
      numberCell(times ? number(times.negative) : ""),
    );
  } else cells.push(...Array.from({ length: 4 }, () => numberCell()));
  return element("tr", {}, element("th", { scope: "row", textContent: label }), ...cells);
}

/** Notes on how to log the steps that the logs lack, with example records. */
function howToLog(steps: FunnelStep[]) {
  if (!steps.length) return [];
  const { how_to_log: advice, examples } = texts.sign_ins;
  const note = (...content: (Node | string)[]) => element("p", { className: "note lacking" }, ...content);
  return [
    ...steps.map((step) => note(advice[step][language])),
    note(
      _("Rates over what is not logged are left out. How to connect the steps is in"),
      " ",
      element("code", { textContent: "docs/log-format.md" }),
      language === "zh" ? "；" : "; ",
      _("records with the fields that connect them:"),
    ),
    element(
      "pre",
      { className: "example", tabIndex: 0 },
      element("code", { textContent: steps.map((step) => examples[step]).join("\n") }),
    ),
  ];
}

function drawFunnel() {
  const [counts] = rowsOfWindow("funnel");
  const parts: Node[] = [];
  if (counts?.sessions) {
    const { stages, steps } = texts.sign_ins;
    const head = [
      headCell(_("Step")),
      headCell(_("Sessions"), true, shownLabel()),
      headCell(_("Of all")),
      headCell(_("From the step before"), true),
      ...[_("Median time"), _("95th percentile"), _("Clocks differ")].map((name) => headCell(name, true, site.as_of)),
    ];
    const pairs: (FunnelPair | undefined)[] = [undefined, "page_click", "click_authorize", "authorize_verify"];
    const rows = steps.map((step, i) => stepRow(stages[step][language], counts[step], counts, pairs[i]));
    rows.push(stepRow(_("Signed in by one-click login, of the page"), counts.signed_in, counts, "page_signed_in"));
    parts.push(plainTable(_("Funnel of one-click login"), head, rows));
    parts.push(
      element("p", {
        className: "note",
        textContent: _(
          "Each rate counts only sessions with the step before; that of the last row, sessions with the authorization page.",
        ),
      }),
    );
    parts.push(...howToLog(steps.filter((step) => !isLogged(counts, step))));
  } else parts.push(emptyNote(_("No session has a record in one-click login.")));
  if (counts?.prefetches) {
    const words = filled(_("{successes} of {prefetches} pre-fetches, which are no step of a session"), {
      successes: number(counts.prefetch_successes),
      prefetches: number(counts.prefetches),
    });
    const rate = element("b", { textContent: level(ratio(counts.prefetch_successes, counts.prefetches)) });
    parts.push(element("p", { className: "note eligible" }, metricLink("eligible_rate"), " ", rate, ` ${words}`));
  }
  put("sign-in-funnel", ...parts);
}

function failureRow(label: string, row: FailureRow, channels: string[]) {
  const concluded = row.sessions - row.cut;
  return element(
    "tr",
    { className: row.channel === null && label === _("All failures") ? "total" : "" },
    element("th", { scope: "row", textContent: label }),
    numberCell(number(row.sessions)),
    countCell(concluded - row.lost, concluded),
    numberCell(number(row.retry)),
    ...channels.map((channel) => numberCell(number(own(row.by, channel) || 0))),
    numberCell(number(row.cut)),
    countCell(row.lost, concluded),
    countCell(row.within_minute, concluded),
  );
}

function drawFailures() {
  const { channels, rows, total } = afterFailure(rowsOfWindow("paths"));
  if (!rows.length) return put("sign-in-failures", emptyNote(_("No session had a failure.")));
  const rest = rows.slice(FAILURES_LISTED);
  const head = [
    headCell(_("First failure")),
    headCell(_("Sessions"), true, shownLabel()),
    headCell(_("Signed in at last"), true),
    headCell(_("by a retry"), true),
    ...channels.map((channel) => headCell(filled(_("by {channel}"), { channel: word(channel) }), true)),
    headCell(metricLabel("cut"), true),
    headCell(metricLabel("lost"), true),
    headCell(_("Signed in within a minute"), true),
  ];
  put(
    "sign-in-failures",
    plainTable(_("After a failure"), head, [
      failureRow(_("All failures"), total, channels),
      ...rows
        .slice(0, FAILURES_LISTED)
        .map((row) => failureRow(`${word(row.channel || "")} · ${word(row.failure || "")}`, row, channels)),
      ...(rest.length
        ? [failureRow(filled(_("{count} other failures"), { count: rest.length }), joinedFailures(rest), channels)]
        : []),
    ]),
  );
}

function stopWords({ channel, stage, outcome }: TableRow<SignInTables["stops"]>) {
  const { stops, stages } = texts.sign_ins;
  const known = own(stops, `${channel} ${stage} ${outcome}`);
  return known ? known[language] : [word(channel), stages[stage][language], word(outcome)].join(" · ");
}

function drawStops() {
  const stops = rowsOfWindow("stops");
  const whole = sum(...stops.map(({ sessions }) => sessions)) || 0;
  const row = (label: string, sessions: number) =>
    element(
      "tr",
      {},
      element("th", { scope: "row", textContent: label }),
      numberCell(number(sessions)),
      numberCell(level(ratio(sessions, whole))),
    );
  const rest = stops.slice(STOPS_LISTED);
  const rows = stops.slice(0, STOPS_LISTED).map((stop) => row(stopWords(stop), stop.sessions));
  if (rest.length) {
    const sessions = sum(...rest.map((stop) => stop.sessions)) || 0;
    rows.push(row(filled(_("{count} others"), { count: rest.length }), sessions));
  }
  const head = [headCell(_("Last record")), headCell(_("Sessions"), true, shownLabel()), headCell(_("Share"), true)];
  const label = _("Where the others stopped");
  const hasTexts = rowsOfWindow("funnel").some((counts) => counts.text_records);
  put(
    "sign-in-stops",
    rows.length ? plainTable(label, head, rows) : emptyNote(_("No session ended without signing in.")),
    ...(hasTexts
      ? []
      : [
          element("p", {
            className: "note texts",
            textContent: _(
              "The log has no record of text messages: who signed in by a text message is not seen signing in.",
            ),
          }),
        ]),
  );
}

function drawLine() {
  if (!found) return;
  const { line, records, without_subject: without } = found;
  put("sign-in-line", textOf(line));
  const counted = ` (${number(without)} / ${number(records)})`;
  const days = shownDays();
  const last = site.long_days.length;
  const count = days - site.long_missing.filter((place) => place >= last - days).length;
  put(
    "sign-in-span",
    `${dayRange(site.long_days[last - days], site.long_days[last - 1])} · ${filled(_("{count} of {days} days with data"), { count, days })}`,
  );
  put(
    "sign-in-records",
    ...(records
      ? [
          _("Records without a device or an attempt, in no session:"),
          " ",
          element("b", { textContent: level(ratio(without, records)) }),
          element("span", { className: "muted", textContent: counted }),
        ]
      : []),
  );
}

/** Draws the comparison of two values; set once the file is loaded. */
let drawCompared = () => {};

function drawSignIns() {
  if (!found) return;
  drawLine();
  drawWays();
  drawFunnel();
  drawFailures();
  drawStops();
  drawCompared();
}

async function load(place: HTMLElement) {
  try {
    await loadScript(FILE);
    found = window.AUTHMETER_SIGN_INS;
    drawCompared = comparedPart(one("[data-part=sign-in-compared]"), () =>
      comparedDimensions(rowsOfWindow("compared")),
    );
    drawSignIns();
    place.dataset.loaded = "true";
  } catch {
    put("sign-in-line", _("The figures of this app could not be loaded."));
  }
}

/**
 * Loads the section when a reader scrolls near it or a link leads to it; redraws it after every change of window or
 * language.
 */
export function startSignIns() {
  const [place] = all("#sign-ins");
  if (!place) return;
  onPainted(drawSignIns);
  onLanguage(drawSignIns);
  if (location.hash === "#sign-ins") {
    load(place).then(() => place.scrollIntoView());
    return;
  }
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      near.disconnect();
      load(place);
    },
    { rootMargin: NEAR },
  );
  near.observe(place);
}
