/* A table as columns for a file: each column contains texts, days, or numbers of one unit, which its heading names.
   Parses the figures in a page's cells. `downloads/downloads.ts` selects the cells; `csv.ts` and `workbook.ts` write
   files. */

import { _, filled } from "../choices/language.js";
import { ABSENT } from "../data/format.js";
import type { CsvCell, Figure, FigureRole, FileColumn, FileUnit } from "../types/tables.js";

const UNITS = "%|ms|kB|MB|B";
const SIZES = { B: 1, kB: 1e3, MB: 1e6 };

/** The heading of a column: its name and the unit of its numbers. Shares are in per cent, their changes in points. */
export function unitHeading(name: string, unit: FileUnit): string {
  if (!unit || unit === "day") return name;
  const forms = {
    share: _("{name} (%)"),
    points: _("{name} (points)"),
    ms: _("{name} (ms)"),
    bytes: _("{name} (bytes)"),
    yuan: _("{name} (CNY)"),
  };
  // Some names already contain their unit.
  return name.endsWith(filled(forms[unit], { name: "" }).trim()) ? name : filled(forms[unit], { name });
}

/** The heading of a further figure in a column's cells. */
export function roleHeading(name: string, role: FigureRole): string {
  const words = {
    change: _("Change"),
    detail: _("Detail"),
    low: _("lowest"),
    high: _("highest"),
    of: _("out of"),
    tolerance: _("tolerance"),
    most: _("at most"),
    least: _("at least"),
  };
  return role ? `${name} · ${words[role]}` : name;
}

/** The figure at the beginning of a text, and the rest of the text; null if there is none. */
function firstFigure(text: string): [Figure, string] | null {
  if (text.startsWith(ABSENT)) return [{ value: null, unit: "", role: "" }, text.slice(ABSENT.length)];
  const points = filled(_("{points} pp"), { points: "" }).trim();
  const milliseconds = filled(_("{value} ms"), { value: "" }).trim();
  const found = text.match(
    new RegExp(
      `^([+−±-]?)\\s?(¥?)([\\d,]+(?:\\.\\d+)?)(?:\\s?(${UNITS}|${milliseconds}|${points})(?![\\p{L}\\d]))?`,
      "u",
    ),
  );
  if (!found) return null;
  const [whole, sign, yuan, digits, word = ""] = found;
  const size = Number(digits.replaceAll(",", ""));
  const value = sign === "−" || sign === "-" ? -size : size;
  const rest = text.slice(whole.length);
  if (word === "%") return [{ value: Number((value / 100).toFixed(8)), unit: "share", role: "" }, rest];
  if (word in SIZES) {
    const bytes = Math.round(value * SIZES[word as keyof typeof SIZES]);
    return [{ value: bytes, unit: "bytes", role: "" }, rest];
  }
  const unit = ["ms", milliseconds].includes(word) ? "ms" : word === points ? "points" : yuan ? "yuan" : "";
  return [{ value, unit, role: "" }, rest];
}

/** Signs and words that join two figures, with the roles of the two. */
const JOINED: [RegExp, FigureRole, FigureRole][] = [
  [/^\s*–\s*/, "low", "high"],
  [/^\s*(?:\/|of\s)\s*/, "", "of"],
  [/^\s*±\s*/, "", "tolerance"],
];

/** The role of a figure by the sign before it. */
const BOUNDS: Record<string, FigureRole> = { "≤": "most", "≥": "least", "±": "tolerance" };

/**
 * All figures of a text, such as `9,500 86.4%`, `28 / 30`, `+1.20 pp`, `5 ± 2` or `90–92%`; null for any other text. A
 * share is a fraction of 1, points are hundredths.
 */
export function figuresIn(text: string): Figure[] | null {
  const figures: Figure[] = [];
  let rest = text.trim();
  while (rest) {
    const [bound = ""] = rest.match(/^(?:[≤≥]\s*|±\s+)/) || [];
    const first = firstFigure(rest.slice(bound.length));
    if (!first) return null;
    const [figure, behind] = first;
    rest = behind;
    const joint = JOINED.find(([sign]) => sign.test(rest));
    const second = joint && firstFigure(rest.replace(joint[0], ""));
    if (joint && second) {
      // `90–92%` has its unit only once.
      const unit = figure.unit || (joint[1] === "low" ? second[0].unit : "");
      const value = unit === "share" && !figure.unit && figure.value !== null ? figure.value / 100 : figure.value;
      figures.push({ value, unit, role: joint[1] }, { ...second[0], role: joint[2] });
      rest = second[1];
    } else figures.push({ ...figure, role: BOUNDS[bound.charAt(0)] || "" });
    if (rest && !/^\s/.test(rest)) return null;
    rest = rest.trim();
  }
  return figures;
}

/** The columns with distinct headings, because spreadsheets identify columns by them. */
export function distinct(columns: FileColumn[]): FileColumn[] {
  const seen = new Map<string, number>();
  return columns.map((column) => {
    const count = (seen.get(column.heading) || 0) + 1;
    seen.set(column.heading, count);
    return count > 1 ? { ...column, heading: `${column.heading} ${count}` } : column;
  });
}

/** The rows of a CSV, headings first; shares are written in per cent, as the heading says. */
export function csvRows(columns: FileColumn[]): CsvCell[][] {
  const count = columns[0]?.cells.length || 0;
  const cell = ({ unit, cells }: FileColumn, row: number): CsvCell => {
    const value = cells[row];
    return unit === "share" && typeof value === "number" ? Number((value * 100).toFixed(4)) : value;
  };
  return [
    columns.map(({ heading }) => heading),
    ...Array.from({ length: count }, (_none, row) => columns.map((column) => cell(column, row))),
  ];
}
