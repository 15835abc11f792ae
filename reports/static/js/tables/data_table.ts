/* Tables that scripts draw from rows and columns, and their common cells. Tables of big lists are in tables.ts. */

import { sparkline } from "../charts/sparkline.js";
import { _ } from "../choices/language.js";
import { chosenDays } from "../choices/state.js";
import { number } from "../data/format.js";
import { element } from "../dom.js";
import { withDownload } from "../downloads/downloads.js";
import type { Value } from "../types/basics.js";
import type { TableColumn } from "../types/tables.js";
import { makeSortable } from "./order.js";

interface TableLook<Row> {
  className?: string;
  /** The class of a row: rows of sums have the class `total`. */
  classOf?: (row: Row) => string;
  /** The text in place of a table without rows. */
  none?: string;
}

/** A table without download buttons; its headings sort it. */
export function bareTable<Row>(
  label: string,
  rows: Row[],
  columns: TableColumn<Row>[],
  { className = "plain", classOf }: TableLook<Row> = {},
): HTMLElement {
  const lines = rows.map((row, i) =>
    element("tr", { className: classOf?.(row) }, ...columns.map(([, cell]) => cell(row, i))),
  );
  const head = element("tr", ...columns.map(([heading]) => heading));
  const table = element("table", { className }, element("thead", head), element("tbody", ...lines));
  const scroll = element("div.scroll", { tabIndex: 0, role: "region", "aria-label": label }, table);
  makeSortable(table);
  return scroll;
}

/** A table with its download buttons, or a sentence if there are no rows. */
export function dataTable<Row>(
  label: string,
  rows: Row[],
  columns: TableColumn<Row>[],
  look: TableLook<Row> = {},
): HTMLElement {
  if (!rows.length) return element("p.empty", look.none ?? _("Nothing in this window."));
  return withDownload(bareTable(label, rows, columns, look), () => label);
}

/** A heading of a column; `isNumber` aligns it with the figures below. */
export function headCell(content: Node | string, isNumber?: boolean, ...details: string[]): HTMLElement {
  return element(
    "th",
    { scope: "col", className: isNumber ? "number" : "" },
    content,
    ...details.filter(Boolean).map((detail) => element("span.detail", detail)),
  );
}

/** The heading of a row. */
export const rowHead = (...content: (Node | string)[]) => element("th", { scope: "row" }, ...content);

/** The heading of a row that is not broken into lines. */
export const wordHead = (...content: (Node | string)[]) => element("th.word", { scope: "row" }, ...content);

/** A cell with a figure. */
export function numberCell(...children: (Node | string)[]): HTMLTableCellElement {
  return element("td.number", ...children);
}

/** A number above its bar; the bar is decorative and does not cover the digits. */
export function barCell(value: Value, whole: number, text: string = number(value)): HTMLElement {
  const bar = element("span.bar", { "aria-hidden": "true" });
  const part = whole ? Math.max(0, Math.min(1, (value ?? 0) / whole)) : 0;
  bar.style.setProperty("--part", String(part));
  return element("td.number.barred", bar, element("span.value", text));
}

/** A column of figures. */
export const figureColumn = <Row>(
  name: Node | string,
  content: (row: Row) => Node | string,
  ...details: string[]
): TableColumn<Row> => [headCell(name, true, ...details), (row) => numberCell(content(row))];

/** A column with the course of each row over 30 days; the days of the window are drawn in full strength. */
export const courseColumn = <Row>(
  valuesOf: (row: Row, place: number) => Value[],
  size: { width?: number; height?: number; range?: [number, number] } = {},
): TableColumn<Row> => [
  element("th.course", { scope: "col", textContent: _("30 days") }),
  (row, i) => element("td.course", sparkline(valuesOf(row, i), { lit: chosenDays, ...size })),
];
