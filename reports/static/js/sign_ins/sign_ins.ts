/* Sign-in sessions over the chosen window: a sentence, sessions by way, the funnel, sessions after a failure, and where
   sessions without a sign-in stopped. They are a section of an app's own page if it has sign-in records
   (`drawAppSections`), and of all apps together the page `signin.html`. Their file is loaded when a reader scrolls near
   them: there may be a hundred thousand apps, and most pages are not read that far. */

import { _, filled, metricLabel, metricLink, onLanguage, textOf, word } from "../choices/language.js";
import { chosenDays, chosenSpan, figures, isAppPage, language, site, texts, windowKey } from "../choices/state.js";
import { onPainted } from "../choices/windows.js";
import { dayRange, level, milliseconds, number, periodLabel } from "../data/format.js";
import { ratio, sum } from "../data/measures.js";
import { referenceDayTest, usualOf } from "../data/norms.js";
import { rowsOf } from "../data/rows.js";
import { all, element, loadScript, one, own, put } from "../dom.js";
import type { SignInTables } from "../figure_types.js";
import { both } from "../pages/sections.js";
import { dataTable, figureColumn, headCell, numberCell, rowHead } from "../tables/data_table.js";
import type {
  FailureRow,
  FunnelCounts,
  FunnelPair,
  FunnelStep,
  RawSignIns,
  StepDay,
  TableColumn,
  TableRow,
  Unit,
  Usual,
  Value,
} from "../types.js";
import { comparedPart } from "./compared.js";
import { comparedDimensions } from "./compared_values.js";
import {
  afterFailure,
  daysByWay,
  hasRate,
  isLogged,
  joinedFailures,
  stepsByDay,
  withoutVerification,
} from "./sign_in_counts.js";
import { bar, barsCell, countCell, waysFigure, waysTable } from "./sign_in_ways.js";

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

const emptyNote = (text: string) => element("p.empty", text);

/** A text for days without sessions: there is no sign-in record, or no record names a device or an attempt. */
function noSessions() {
  const [counts] = rowsOfWindow("funnel");
  if (!counts?.records) return emptyNote(_("No sign-in record in these days."));
  const text = filled(
    _(
      "None of {records} sign-in records names a device or an attempt: no session is known, and no rate. Let the SDK and the server log the device or the attempt, each under the same id.",
    ),
    { records: number(counts.records) },
  );
  const names = ["device_id", "attempt_id", "docs/log-format.md"].flatMap((name) => [" ", element("code", name)]);
  return element("p.alert", text, ...names);
}

function drawWays() {
  const rows = rowsOfWindow("ways");
  if (!rows.length) return put("sign-in-ways", () => [noSessions()]);
  const days = daysByWay(found?.way_days || {}, site.long_days.length, shownDays());
  put("sign-in-ways", () => [waysFigure(days), waysTable(rows, days, shownLabel())]);
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
    element("span.detail", of, place ? element("b", place) : _("usual"), ` ${textOfValue(low)} – ${lastText(high)}`),
  ];
}

function rateOf(counts: FunnelCounts, pair: FunnelPair) {
  const steps = texts.sign_ins.rates[pair];
  return hasRate(counts, steps) ? ratio(counts[pair], counts[steps[0]]) : null;
}

/** A step and its sessions; `pair` names the rate and the time from the step before. */
interface FunnelLine {
  label: string;
  sessions: number;
  pair?: FunnelPair;
}

function funnelTable(lines: FunnelLine[], counts: TableRow<SignInTables["funnel"]>) {
  const ofPair =
    (content: (pair: FunnelPair) => (Node | string)[]) =>
    ({ pair }: FunnelLine) =>
      numberCell(...(pair ? content(pair) : []));
  const times = (pair: FunnelPair) => rowsOf(found?.tables.times).find(({ step }) => step === pair);
  const rateContent = (pair: FunnelPair) => {
    const requests = (row: StepDay) => row[texts.sign_ins.rates[pair][0]];
    const usual = usualOfDay((row) => rateOf(row, pair), "share", requests);
    const rate = rateOf(counts, pair);
    return [level(rate), ...usualNote(rate, usual, level, site.as_of.slice(5))];
  };
  const timeContent = (pair: FunnelPair) => {
    const usual = usualOfDay((row) => row[`${pair}_p50_ms` as const], "ms");
    const median = times(pair)?.p50_ms ?? null;
    // Rounded to the nearest, an end would name a time outside of the range.
    const least = (value: number) => number(Math.ceil(value));
    const most = (value: number) => milliseconds(Math.floor(value));
    return [milliseconds(median), ...usualNote(median, usual, least, "", most)];
  };
  return dataTable(_("Funnel of one-click login"), lines, [
    [headCell(_("Step")), ({ label }) => rowHead(label)],
    figureColumn(_("Sessions"), ({ sessions }) => number(sessions), shownLabel()),
    [headCell(_("Of all")), ({ sessions }) => barsCell(bar("step", sessions, 0, counts.sessions))],
    [headCell(_("From the step before"), true), ofPair(rateContent)],
    [headCell(_("Median time"), true, site.as_of), ofPair(timeContent)],
    [headCell(_("95th percentile"), true, site.as_of), ofPair((pair) => [milliseconds(times(pair)?.p95_ms)])],
    [
      headCell(_("Clocks differ"), true, site.as_of),
      ofPair((pair) => {
        const found = times(pair);
        return found ? [number(found.negative)] : [];
      }),
    ],
  ]);
}

/** Notes on how to log the steps that the logs lack, with example records. */
function howToLog(steps: FunnelStep[]) {
  if (!steps.length) return [];
  const { how_to_log: advice, examples } = texts.sign_ins;
  const note = (...content: (Node | string)[]) => element("p.note.lacking", ...content);
  return [
    ...steps.map((step) => note(advice[step][language])),
    note(
      _("Rates over what is not logged are left out. How to connect the steps is in"),
      " ",
      element("code", "docs/log-format.md"),
      language === "zh" ? "；" : "; ",
      _("records with the fields that connect them:"),
    ),
    element("pre.example", { tabIndex: 0 }, element("code", steps.map((step) => examples[step]).join("\n"))),
  ];
}

function drawFunnel() {
  const [counts] = rowsOfWindow("funnel");
  const parts: Node[] = [];
  if (counts?.sessions) {
    const { stages, steps } = texts.sign_ins;
    const pairs: (FunnelPair | undefined)[] = [undefined, "page_click", "click_authorize", "authorize_verify"];
    const lines = steps.map(
      (step, i): FunnelLine => ({
        label: stages[step][language],
        sessions: counts[step],
        pair: pairs[i],
      }),
    );
    const label = _("Signed in by one-click login, of the page");
    lines.push({ label, sessions: counts.signed_in, pair: "page_signed_in" });
    parts.push(funnelTable(lines, counts));
    parts.push(
      element(
        "p.note",
        _(
          "Each rate counts only sessions with the step before; that of the last row, sessions with the authorization page.",
        ),
      ),
    );
    const unverified = withoutVerification(counts);
    if (unverified && isLogged(counts, "verify")) {
      const text = _(
        "Sessions that signed in without a verification in the log: {count}. They lower the rate from the authorization to the verification.",
      );
      parts.push(element("p.note", filled(text, { count: number(unverified) })));
    }
    parts.push(...howToLog(steps.filter((step) => !isLogged(counts, step))));
  } else parts.push(emptyNote(_("No session has a record in one-click login.")));
  if (counts?.prefetches) {
    const words = filled(_("{successes} of {prefetches} pre-fetches, which are no step of a session"), {
      successes: number(counts.prefetch_successes),
      prefetches: number(counts.prefetches),
    });
    const rate = element("b", level(ratio(counts.prefetch_successes, counts.prefetches)));
    parts.push(element("p.note.eligible", metricLink("eligible_rate"), " ", rate, ` ${words}`));
  }
  put("sign-in-funnel", () => parts);
  const count = number(counts?.sessions || 0);
  put("sign-in-funnel-sessions", () => [filled(_("sessions with a record in this channel: {count}"), { count })]);
}

function drawFailures() {
  const { channels, rows, total } = afterFailure(rowsOfWindow("paths"));
  if (!rows.length) return put("sign-in-failures", () => [emptyNote(_("No session had a failure."))]);
  const rest = rows.slice(FAILURES_LISTED);
  const lines = [
    { label: _("All failures"), row: total },
    ...rows
      .slice(0, FAILURES_LISTED)
      .map((row) => ({ label: `${word(row.channel || "")} · ${word(row.failure || "")}`, row })),
  ];
  if (rest.length) {
    lines.push({ label: filled(_("{count} other failures"), { count: rest.length }), row: joinedFailures(rest) });
  }
  type Line = (typeof lines)[number];
  const ofConcluded =
    (countOf: (row: FailureRow) => number) =>
    ({ row }: Line) =>
      countCell(countOf(row), row.sessions - row.cut);
  const columns: TableColumn<Line>[] = [
    [headCell(_("First failure")), ({ label }) => rowHead(label)],
    figureColumn(_("Sessions"), ({ row }) => number(row.sessions), shownLabel()),
    [headCell(_("Signed in at last"), true), ofConcluded((row) => row.sessions - row.cut - row.lost)],
    figureColumn(_("by a retry"), ({ row }) => number(row.retry)),
    ...channels.map(
      (channel): TableColumn<Line> =>
        figureColumn(filled(_("instead: {channel}"), { channel: word(channel) }), ({ row }) =>
          number(own(row.by, channel) || 0),
        ),
    ),
    figureColumn(metricLabel("cut"), ({ row }) => number(row.cut)),
    [headCell(metricLabel("lost"), true), ofConcluded((row) => row.lost)],
    [headCell(_("Signed in within a minute"), true), ofConcluded((row) => row.within_minute)],
  ];
  const look = { classOf: ({ row }: Line) => (row === total ? "total" : "") };
  put("sign-in-failures", () => [dataTable(_("After a failure"), lines, columns, look)]);
}

function stopWords({ channel, stage, outcome }: TableRow<SignInTables["stops"]>) {
  const { stops, stages } = texts.sign_ins;
  const known = own(stops, `${channel} ${stage} ${outcome}`);
  return known ? known[language] : [word(channel), stages[stage][language], word(outcome)].join(" · ");
}

function drawStops() {
  const stops = rowsOfWindow("stops");
  const total = (some: typeof stops) => sum(...some.map(({ sessions }) => sessions)) || 0;
  const rest = stops.slice(STOPS_LISTED);
  const lines = stops.slice(0, STOPS_LISTED).map((stop) => ({ label: stopWords(stop), sessions: stop.sessions }));
  if (rest.length) {
    lines.push({ label: filled(_("{count} others"), { count: rest.length }), sessions: total(rest) });
  }
  const columns: TableColumn<(typeof lines)[number]>[] = [
    [headCell(_("Last record")), ({ label }) => rowHead(label)],
    figureColumn(_("Sessions"), ({ sessions }) => number(sessions), shownLabel()),
    figureColumn(_("Share"), ({ sessions }) => level(ratio(sessions, total(stops)))),
  ];
  const none = _("No session ended without signing in.");
  const parts = [dataTable(_("Where the others stopped"), lines, columns, { none })];
  if (!rowsOfWindow("funnel").some((counts) => counts.text_records)) {
    const text = _("The log has no record of text messages: who signed in by a text message is not seen signing in.");
    parts.push(element("p.note.texts", text));
  }
  put("sign-in-stops", () => parts);
}

function drawLine() {
  if (!found) return;
  const { line, records, without_subject: without } = found;
  put("sign-in-line", () => [textOf(line)]);
  const counted = ` (${number(without)} / ${number(records)})`;
  const days = shownDays();
  const last = site.long_days.length;
  const count = days - site.long_missing.filter((place) => place >= last - days).length;
  const range = dayRange(site.long_days[last - days], site.long_days[last - 1]);
  put("sign-in-span", () => [`${range} · ${filled(_("{count} of {days} days with data"), { count, days })}`]);
  put("sign-in-records", () =>
    records
      ? [
          _("Records without a device or an attempt, in no session:"),
          " ",
          element("b", level(ratio(without, records))),
          element("span.muted", counted),
        ]
      : [],
  );
}

/**
 * Hides the sections that say nothing without a session: drawn, they would say that no session failed or stopped. The
 * funnel remains if it has pre-fetches, which belong to no session.
 */
function hideWithoutSessions() {
  const isEmpty = !rowsOfWindow("ways").length;
  const hasPrefetches = rowsOfWindow("funnel").some(({ prefetches }) => prefetches);
  for (const name of ["funnel", "failures", "stops"]) {
    const section = one(`[data-part=sign-in-${name}]`).closest<HTMLElement>(".whole, .panel");
    if (section) section.hidden = isEmpty && !(name === "funnel" && hasPrefetches);
  }
}

/** Draws the comparison of two values; set once the file is loaded. */
let drawCompared = () => {};

function drawSignIns() {
  if (!found) return;
  for (const part of all("[data-sign-in-span]")) part.hidden = part.dataset.signInSpan !== String(shownDays());
  hideWithoutSessions();
  drawLine();
  drawWays();
  drawFunnel();
  drawFailures();
  drawStops();
  drawCompared();
}

async function load(place: HTMLElement) {
  try {
    await loadScript(isAppPage() ? "./sign_ins.js" : "data/sign_ins.js");
    found = window.AUTHMETER_SIGN_INS;
    drawCompared = comparedPart(one("[data-part=sign-in-compared]"), () =>
      comparedDimensions(rowsOfWindow("compared"), found?.schemes),
    );
    drawSignIns();
    place.dataset.loaded = "true";
  } catch {
    if (isAppPage()) put("sign-in-line", () => [_("The figures of this app could not be loaded.")]);
    else {
      const text = both("The figures of this page could not be loaded; its CSV file holds the counts.");
      place.replaceChildren(element("p.alert", ...text));
    }
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
