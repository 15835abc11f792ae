/* Texts of a table's cells, in the language of the page, without drawings and explanations. Used by downloads and by
   sorting. */

import { LANGUAGE_TAGS, language } from "../choices/state.js";
import { all } from "../dom.js";

// Elements that are not part of a cell's value: explanations, and signs that repeat a word.
export const NOT_VALUE = ".detail, .meaning, .arrow, .direction, .change, svg, button:not(.sort)";
// Elements that only make sense on a page: drawings, buttons and download links.
export const OF_PAGE = "svg, button, a[download]";

function textOf(node: Node, aside: string): string {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent || "";
  if (!(node instanceof HTMLElement) || node.hidden || node.matches(aside)) return "";
  if (node.lang && node.lang !== LANGUAGE_TAGS[language]) return "";
  return Array.from(node.childNodes, (child) => textOf(child, aside)).join(" ");
}

export const shownText = (node: Node, aside = "svg"): string =>
  Array.from(node.childNodes, (child) => textOf(child, aside))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();

const SIDE = ".detail, .mark, th > code, td > code:not(:only-child)";

/**
 * The parts of a cell: its value, the texts next to it by kind, and its change. A name is from a log or a registry and
 * stays text, whatever it looks like.
 */
export function partsOf(cell: HTMLTableCellElement): {
  value: string;
  ids: string[];
  details: string[];
  change: string;
  isName: boolean;
} {
  const isName = cell.querySelector("bdi, code") !== null;
  const text = shownText(cell, `${OF_PAGE}, .change, ${SIDE}`);
  // Separators are elements of their own, so there are spaces around them.
  const value = isName ? text : text.replace(/ ?(；) ?| (?=;)/g, "$1");
  const sides = all(SIDE, cell).filter((side) => !side.closest(".change") && !side.hidden);
  const [change] = all(".change", cell);
  const beside = (isId: boolean) =>
    sides.filter((side) => side.matches("code") === isId).map((side) => shownText(side, OF_PAGE));
  const parts = {
    ids: beside(true),
    details: beside(false),
    change: change ? shownText(change, ".arrow, .direction") : "",
    isName,
  };
  // If the cell has only a key, this is the value.
  return value || !parts.ids.length ? { value, ...parts } : { value: parts.ids[0], ...parts, ids: parts.ids.slice(1) };
}
