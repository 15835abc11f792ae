/* The funnel of one-click login: its steps, their rates and times with what is usual, and what to log for them. */

import { _, filled, metricLink } from "../choices/language.js";
import { figures, language, site, texts } from "../choices/state.js";
import { level, milliseconds, number } from "../data/format.js";
import { ratio } from "../data/measures.js";
import { referenceDayTest, usualOf } from "../data/norms.js";
import { rowsOf } from "../data/rows.js";
import { element, put } from "../dom.js";
import { dataTable, figureColumn, headCell, numberCell, rowHead } from "../tables/data_table.js";
import type { TableRow, Unit, Usual, Value } from "../types/basics.js";
import type { SignInTables } from "../types/figure_tables.js";
import type { FunnelCounts, FunnelPair, FunnelStep, StepDay } from "../types/sign_ins.js";
import { emptyNote, rowsOfWindow, shownLabel, signIns } from "./shown_sign_ins.js";
import { hasRate, isLogged, stepsByDay, withoutVerification } from "./sign_in_counts.js";
import { bar, barsCell } from "./sign_in_ways.js";

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
  stepsByDay(signIns?.step_days.one_click || {}, values.length, steps, Object.keys(rates)).forEach((row, i) => {
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
  const times = (pair: FunnelPair) => rowsOf(signIns?.tables.times).find(({ step }) => step === pair);
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

/** Draws the funnel, and notes on what the logs lack of it. */
export function drawFunnel() {
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
