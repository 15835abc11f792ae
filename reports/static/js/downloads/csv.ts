/* Writes CSV in the browser by the rules of the site's own files (`export/csv_files.py`): UTF-8 with BOM, CRLF, RFC
   4180, and an apostrophe before texts that a spreadsheet would run as a formula. Numbers are never changed. */

import type { CsvCell } from "../types/tables.js";

// White space as `csv_files.py` defines it, which differs from JavaScript's \s.
const BLANK = "[\\p{White_Space}\\p{Cf}\\p{Cc}]*";
const SIGN = "[=+\\-@＝＋－＠﹦﹢﹣﹫]";
const FIRST = new RegExp(`^(?:${BLANK}${SIGN}|[\\p{White_Space}\\p{Cf}]*[\\t\\r\\n])`, "u");
const INNER = new RegExp(`(;|\\r\\n|\\r|\\n)(${BLANK}${SIGN})`, "gu");

/** The text with an apostrophe wherever a spreadsheet would run it as a formula. */
export function harmless(text: string): string {
  const inner = text.replace(INNER, "$1'$2");
  return FIRST.test(text) ? `'${inner}` : inner;
}

function field(value: CsvCell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(Number(value.toFixed(6)));
  const text = harmless(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The text of a file with these rows, headings first. */
export function csvText(rows: CsvCell[][]): string {
  return `\ufeff${rows.map((row) => `${row.map(field).join(",")}\r\n`).join("")}`;
}

// Bytes of a name without its kind; most file systems allow 255.
const LONGEST = 150;

/** The text's first characters, at most so many bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  // A character that is cut in two is decoded as U+FFFD.
  return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, bytes)).replace(/\ufffd$/, "");
}

/** A file name that is valid on every file system. A long name is cut before its last part, the day. */
export function fileName(parts: string[], kind: string): string {
  const names = parts.filter(Boolean).map((part) => part.replace(/[\p{Cc}\p{Cf}\\/:*?"<>|\s]+/gu, "-"));
  const last = cut(names.pop() ?? "", LONGEST);
  const first = cut(names.join("_"), Math.max(0, LONGEST - last.length - 1));
  return `${[first, last].filter(Boolean).join("_")}.${kind}`;
}
