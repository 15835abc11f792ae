/* The second script of the site: writes columns to a workbook. It is loaded with the first workbook that a reader
   requests, to keep the script of every page small. It uses the parts of write-excel-file that compress in the page:
   the public entry compresses in a worker, which the content policy forbids. */

import convertContent from "../../../node_modules/write-excel-file/modules/export/convertFileContentToUint8ArrayBrowser.js";
import { generateXlsxFileSync } from "../../../node_modules/write-excel-file/modules/export/writeXlsxFileUniversal.js";
import type { CsvCell, FileColumn } from "./types/tables.js";

const LONGEST = 32_767;
const WIDEST = 40;
// Number of rows by which widths are measured.
const MEASURED = 200;
const FORMATS = {
  "": "#,##0",
  day: "yyyy-mm-dd",
  share: "0.00%",
  points: "0.00",
  ms: "#,##0",
  bytes: "#,##0",
  yuan: "#,##0.00",
};

/**
 * A text that a workbook can contain: without control characters and lone surrogates, and not longer than a cell. Excel
 * decodes `_x0041_` to a character, so such an underscore is escaped.
 */
function cellText(text: string): string {
  const kept = text.replace(/[\p{Cc}\uFFFE\uFFFF]/gu, (character) => (/[\t\n]/.test(character) ? character : " "));
  const whole = kept.replace(/\p{Cs}/gu, "\uFFFD").replace(/_(?=x[\dA-Fa-f]{4}_)/g, "_x005F_");
  return whole.slice(0, LONGEST).replace(/\p{Cs}$/u, "");
}

function formatOf({ unit, cells }: FileColumn) {
  const hasFractions = !unit && cells.some((value) => typeof value === "number" && !Number.isInteger(value));
  return hasFractions ? "General" : FORMATS[unit];
}

/** A cell of the workbook; `format` is the format of days and numbers. */
function cellOf(value: CsvCell, { unit }: FileColumn, format: string) {
  if (value === null || value === "") return null;
  if (unit === "day") return { value: new Date(`${value}T00:00:00Z`), type: Date, format };
  if (typeof value === "number") return { value, type: Number, format };
  // With the text format, a key of digits stays text when it is edited.
  return { value: cellText(value), type: String, format: "@" };
}

/** The width of a text in digits; a Chinese character is as wide as two. */
const widthOf = (text: string) => text.length + (text.match(/[^\p{ASCII}]/gu) || []).length;

function columnWidth({ heading, cells }: FileColumn) {
  const shown = [heading, ...cells.slice(0, MEASURED).map((value) => (value === null ? "" : String(value)))];
  return Math.min(WIDEST, Math.max(...shown.map(widthOf)) + 3);
}

/**
 * A workbook with one sheet: a frozen row of headings, then the rows.
 * @param name of the sheet.
 */
window.AUTHMETER_WORKBOOK = (columns, name) => {
  const formats = columns.map(formatOf);
  const head = columns.map(({ heading }) => ({
    value: cellText(heading),
    type: String,
    fontWeight: "bold",
    wrap: true,
    format: "@",
  }));
  const rows = columns[0].cells.map((_first, row) =>
    columns.map((column, place) => cellOf(column.cells[row], column, formats[place])),
  );
  // Names of sheets have no brackets or slashes, and at most 31 characters.
  const sheet =
    name
      .replace(/[\p{Cc}\p{Cs}\\/?*[\]:']+/gu, " ")
      .trim()
      .slice(0, 31)
      .trim() || "authmeter";
  const options = { sheet, stickyRowsCount: 1, columns: columns.map((column) => ({ width: columnWidth(column) })) };
  return generateXlsxFileSync([head, ...rows], options, {}, convertContent);
};
