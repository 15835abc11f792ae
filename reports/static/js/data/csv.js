/* CSV made in the browser, by the rules of the site's own files (`export/csv_files.py`): UTF-8 with BOM, CRLF, RFC 4180, and
   a text that a spreadsheet would take for a formula gets an apostrophe in front. Numbers are never changed. */

/** @import { CsvCell } from "../types.d.ts" */

// What Python's readers take for blank, which is not all that JavaScript's \s is.
const BLANK = "[\\p{White_Space}\\p{Cf}\\p{Cc}]*";
const SIGN = "[=+\\-@＝＋－＠﹦﹢﹣﹫]";
const FIRST = new RegExp(`^(?:${BLANK}${SIGN}|[\\p{White_Space}\\p{Cf}]*[\\t\\r\\n])`, "u");
const INNER = new RegExp(`(;|\\r\\n|\\r|\\n)(${BLANK}${SIGN})`, "gu");

/**
 * A text that no spreadsheet runs.
 * @param {string} text
 * @returns {string}
 */
export function harmless(text) {
  const inner = text.replace(INNER, "$1'$2");
  return FIRST.test(text) ? `'${inner}` : inner;
}

/**
 * @param {CsvCell} value
 * @returns {string}
 */
function field(value) {
  if (value === null) return "";
  if (typeof value === "number") return String(Number(value.toFixed(6)));
  const text = harmless(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Rows, the headings first, as the text of a file.
 * @param {CsvCell[][]} rows
 * @returns {string}
 */
export function csvText(rows) {
  return `\ufeff${rows.map((row) => `${row.map(field).join(",")}\r\n`).join("")}`;
}

/**
 * A name that every file system takes.
 * @param {string[]} parts
 * @param {string} kind
 * @returns {string}
 */
export function fileName(parts, kind) {
  const name = parts.filter(Boolean).join("_");
  return `${name.replace(/[\p{Cc}\p{Cf}\\/:*?"<>|\s]+/gu, "-").slice(0, 120)}.${kind}`;
}
