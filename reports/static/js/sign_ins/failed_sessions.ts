/* Sessions with a failure by what happened afterwards, and the last records of sessions without a sign-in. */

import { _, filled, metricLabel, word } from "../choices/language.js";
import { language, texts } from "../choices/state.js";
import { level, number } from "../data/format.js";
import { ratio, sum } from "../data/measures.js";
import { element, own, put } from "../dom.js";
import { dataTable, figureColumn, headCell, rowHead } from "../tables/data_table.js";
import type { TableRow } from "../types/basics.js";
import type { SignInTables } from "../types/figure_tables.js";
import type { FailureRow } from "../types/sign_ins.js";
import type { TableColumn } from "../types/tables.js";
import { emptyNote, rowsOfWindow, shownLabel } from "./shown_sign_ins.js";
import { afterFailure, joinedFailures } from "./sign_in_counts.js";
import { countCell } from "./sign_in_ways.js";

const FAILURES_LISTED = 8;
const STOPS_LISTED = 10;

/** Draws what became of sessions after their first failure. */
export function drawFailures() {
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

/** Draws the last records of sessions without a sign-in. */
export function drawStops() {
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
