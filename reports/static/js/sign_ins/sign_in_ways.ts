/* Sessions by way: a bar for each day, and a row for each entry channel. sign_ins.ts shows them. */

import { _, metricLabel, metricLink, word } from "../choices/language.js";
import { site } from "../choices/state.js";
import { level, number } from "../data/format.js";
import { ratio, sum } from "../data/measures.js";
import { drawing, element } from "../dom.js";
import { dataTable, figureColumn, headCell, numberCell, rowHead } from "../tables/data_table.js";
import type { Value } from "../types/basics.js";
import type { DaysByWay, WayRow, WayTableRow } from "../types/sign_ins.js";
import type { TableColumn } from "../types/tables.js";
import { signedIn, WAYS } from "./sign_in_counts.js";

/** A cell with a count and its share of a whole. */
export const countCell = (value: number, whole: number) =>
  numberCell(number(value), element("span.detail", level(ratio(value, whole))));

export const bar = (name: string, sessions: Value, start = 0, whole = 1) =>
  drawing("rect", {
    class: name,
    x: `${((100 * start) / whole).toFixed(2)}%`,
    width: `${((100 * (sessions || 0)) / whole).toFixed(2)}%`,
    height: "100%",
  });

export const barsCell = (...bars: Node[]) =>
  drawnCell(drawing("svg", { class: "ways", "aria-hidden": "true", focusable: "false" }, ...bars));

const drawnCell = (found: Node) => element("td.drawn-ways", found);

/** A stacked bar for each day, oldest first, sign-ins at the bottom. */
function dayBars(days: WayRow[]) {
  const most = Math.max(1, ...days.map((row) => row.sessions));
  const tops = days.map(() => 0);
  // A shape for each way, because a browser takes long to draw one for each number of 90 days.
  const bars = WAYS.flatMap((way) => {
    const shapes = days.map((row, place) => {
      if (!row[way]) return "";
      tops[place] += row[way];
      const [y, height] = [100 - (100 * tops[place]) / most, (100 * row[way]) / most].map((value) => value.toFixed(2));
      return `M${place} ${y}h0.8v${height}h-0.8z`;
    });
    const d = shapes.join("");
    return d ? [drawing("path", { class: way, d })] : [];
  });
  return drawing(
    "svg",
    {
      class: "ways by-day",
      viewBox: `0 0 ${days.length} 100`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
      focusable: "false",
    },
    ...bars,
  );
}

/** The key of the colours, and a bar for each day. */
export function waysFigure({ total }: DaysByWay) {
  const key = WAYS.map((way) => {
    const colour = drawing("rect", { class: way, width: "100%", height: "100%" });
    const drawn = drawing("svg", { class: "ways key", "aria-hidden": "true", focusable: "false" }, colour);
    return element("li", drawn, ` ${metricLabel(way)}`);
  });
  const { long_days: all, as_of: last } = site;
  const captions = [all[all.length - total.length], _("Sessions by day and way"), last];
  return element(
    "figure.left-course",
    element("ul.way-key", ...key),
    dayBars(total),
    element("figcaption", ...captions.map((text) => element("span", text))),
  );
}

/**
 * A row for all sessions, and one for each entry channel.
 * @param label of the shown days.
 */
export function waysTable(rows: WayTableRow[], days: DaysByWay, label: string) {
  const total = Object.fromEntries(
    (["sessions", ...WAYS] as const).map((name) => [name, sum(...rows.map((row) => row[name]))]),
  ) as WayRow;
  const lines = [
    { name: _("All sessions"), row: total, days: days.total },
    ...rows.map((row) => ({
      name: word(row.entry_channel),
      row,
      days: days.channels[row.entry_channel] || [],
    })),
  ];
  const columns: TableColumn<(typeof lines)[number]>[] = [
    [headCell(_("Entry channel")), ({ name }) => rowHead(name)],
    figureColumn(metricLink("sessions"), ({ row }) => number(row.sessions), label),
    figureColumn(metricLink("sign_in_rate"), ({ row }) => level(ratio(signedIn(row), row.sessions - row.cut))),
    [headCell(_("Ways")), ({ row }) => barsCell(...wayBars(row))],
    [headCell(_("By day"), false, _("each row by its largest day")), ({ days }) => drawnCell(dayBars(days))],
    ...WAYS.map(
      (way): TableColumn<(typeof lines)[number]> => [
        headCell(metricLink(way), true),
        ({ row }) => countCell(row[way], row.sessions),
      ],
    ),
  ];
  return dataTable(_("Ways by entry channel"), lines, columns, {
    classOf: ({ row }) => (row === total ? "total" : ""),
  });
}

function wayBars(row: WayRow) {
  let start = 0;
  return WAYS.map((way) => {
    start += row[way];
    return bar(way, row[way], start - row[way], row.sessions || 1);
  });
}
