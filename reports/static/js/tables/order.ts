/* Sorts a table of the page by a click on a heading or its button; another click reverses the order. The order is
   kept when the table is redrawn for another window or app. Tables of big lists are sorted in `tables.ts`. */

import { _, filled } from "../choices/language.js";
import { textOrder } from "../data/columns.js";
import { all, element } from "../dom.js";
import { figuresIn } from "../downloads/sheet.js";
import { shownText } from "./cell_text.js";

interface Order {
  place: number;
  descending: boolean;
}

/** By the name of the table and the number of its columns. */
const chosen = new Map<string, Order>();

/**
 * The sort key of a cell: its first figure, otherwise its text. In a column of figures a text has no key: it only says
 * why the figure is missing, such as "no data".
 */
function keyOf(cell: HTMLTableCellElement): number | string | null {
  const text = shownText(cell, "svg, .detail, .mark, .change");
  // A name from outside stays text, whatever it looks like: version 2.10 is newer than 2.9.
  if (!cell.classList.contains("number") && cell.querySelector("bdi, code")) return text || null;
  const shown = text || shownText(cell, "svg, .arrow, .direction");
  const [first] = figuresIn(shown) || [];
  if (first) return first.value;
  return cell.classList.contains("number") ? null : shown || null;
}

/** The sorted rows; rows of sums keep their place, and cells without a value come last. */
function inOrder(rows: HTMLTableRowElement[], { place, descending }: Order): HTMLTableRowElement[] {
  const compare = textOrder();
  const isSum = (row: HTMLTableRowElement) => row.classList.contains("total");
  const keyed = rows.filter((row) => !isSum(row)).map((row) => ({ row, key: keyOf(row.cells[place]) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    const isNumber = typeof a.key === "number" && typeof b.key === "number";
    const by = isNumber ? Number(a.key) - Number(b.key) : compare(String(a.key), String(b.key));
    return descending ? -by : by;
  });
  const sorted = keyed.map(({ row }) => row);
  return rows.map((row) => (isSum(row) ? row : (sorted.shift() as HTMLTableRowElement)));
}

/**
 * Makes the headings of a table sort it, unless it has fewer than two rows, several bodies, or rows with more or fewer
 * cells than the heading.
 */
export function makeSortable(table: HTMLTableElement) {
  const [head] = table.rows;
  const [body, ...others] = table.tBodies;
  const rows = body ? Array.from(body.rows) : [];
  const headings = Array.from(head?.cells || []);
  const isPlain = !others.length && rows.every((row) => row.cells.length === headings.length);
  for (const button of all(".order", head)) button.remove();
  if (rows.length < 2 || !isPlain || table.dataset.table) return;
  const label = table.parentElement?.getAttribute("aria-label") || table.parentElement?.getAttribute("aria-labelledby");
  const name = `${label} ${headings.length}`;

  function show() {
    const order = chosen.get(name);
    for (const heading of headings) heading.removeAttribute("aria-sort");
    if (!order) return;
    headings[order.place].setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    body.append(...inOrder(rows, order));
  }
  headings.forEach((heading, place) => {
    // A column of drawings cannot be sorted.
    if (rows.every((row) => keyOf(row.cells[place]) === null)) return;
    const text = shownText(heading, "svg, .detail, .meaning, button");
    const button = element("button.order", { type: "button" });
    // Screen readers read a name from outside with the heading; inside a sentence it could change the direction of
    // writing.
    const isFromOutside = heading.querySelector("bdi");
    const label = isFromOutside ? _("Sort by this column") : filled(_("Sort by {column}"), { column: text });
    button.setAttribute("aria-label", label);
    heading.insertBefore(button, heading.querySelector(":scope > .detail"));
    heading.classList.add("sorts");
    heading.onclick = ({ target }) => {
      if (target instanceof Element && target.closest("a")) return;
      const before = chosen.get(name);
      const isSame = before?.place === place;
      chosen.set(name, { place, descending: isSame ? !before?.descending : heading.classList.contains("number") });
      show();
    };
  });
  show();
}
