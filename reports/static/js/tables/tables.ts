/* Tables of up to 100,000 rows: order, filter, paging. A table sorts all its rows when its order changes, filters them
   in this order, and draws one page of them.
   The page contains heading and frame (table_parts.html.jinja); each `<th data-column>` contains a button. A column is
   `{key(), cell(row)}`: the sort keys, and the `<td>` or `<th>` of a row.
   apptable.ts and lists.ts define the content of tables, cells.ts the cells. */

import { asked, keepInAddress, onBack } from "../choices/address.js";
import { _, filled, inLanguage } from "../choices/language.js";
import { language } from "../choices/state.js";
import { checkAddress } from "../choices/unmet.js";
import { sortedRows } from "../data/columns.js";
import { number } from "../data/format.js";
import { all, around, element } from "../dom.js";
import { downloadButtons } from "../downloads/downloads.js";
import { unitHeading } from "../downloads/sheet.js";
import type { FileColumn, MadeTable, Sorting, TableOptions, TableState } from "../types/tables.js";
import { shownText } from "./cell_text.js";

const PAGE_LENGTHS = [25, 50, 100];
const NONE = new Uint32Array();

/** Starts the table and draws it. */
export function makeTable(table: HTMLTableElement, options: TableOptions): MadeTable {
  const state: TableState = {
    ...sortingAsked(table, options),
    length: PAGE_LENGTHS[0],
    page: 0,
    ordered: NONE,
    rows: NONE,
  };
  const headings = Array.from(table.rows[0].cells);
  const showPager = makePager(table, state, options.count, draw);
  const visible = () => headings.filter((heading) => !heading.hidden);
  const found = around(table, ".listing").querySelector(".found");

  function order() {
    const keyOf = state.column ? options.columns[state.column].key?.() : null;
    state.ordered = sortedRows(options.count, keyOf || ((row) => row), state.descending);
    for (const heading of headings) {
      if (heading.dataset.column !== state.column) heading.removeAttribute("aria-sort");
      else heading.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    }
    filter();
  }

  function filter() {
    const test = options.matches();
    state.rows = test ? state.ordered.filter(test) : state.ordered;
    state.page = 0;
    if (found) found.textContent = options.found(state.rows.length);
    if (options.sums) {
      table.rows[1].replaceChildren(...inColumns(placesOf(visible()), options.sums(state.rows, visible())));
    }
    draw();
  }

  function draw() {
    const first = state.page * state.length;
    const shown = placesOf(visible());
    const lines = Array.from(state.rows.subarray(first, first + state.length), (row) =>
      element(
        "tr",
        ...inColumns(
          shown,
          shown.map(({ column }) => options.columns[column].cell(row)),
        ),
      ),
    );
    if (!lines.length) {
      const nothing = element("td.nothing", { colSpan: shown.length, textContent: _("Nothing matches.") });
      lines.push(element("tr", nothing));
    }
    table.tBodies[0].replaceChildren(...lines);
    around(table, ".scroll").querySelector(".waiting")?.remove();
    showPager(state.rows.length);
    table.dataset.ready = [language, ...options.shows()].join(" ");
  }

  for (const heading of headings) {
    const button = heading.querySelector("button");
    if (!button) continue;
    button.addEventListener("click", () => {
      const { column } = heading.dataset;
      const turned = state.column === column ? !state.descending : heading.classList.contains("number");
      Object.assign(state, { column, descending: turned });
      keepInAddress({ [sortName(table)]: `${turned ? "-" : ""}${column}` });
      order();
    });
  }
  checkAddress([sortName(table)], () => {
    const { column } = sortingAsked(table, options);
    if (column === columnAsked(table)) return null;
    const heading = headings.find((one) => one.dataset.column === column);
    return heading ? filled(_("Sorted by {column}"), { column: headingText(heading) }) : _("Not sorted");
  });
  onBack(() => {
    const { column, descending } = sortingAsked(table, options);
    if (column === state.column && descending === state.descending) return;
    Object.assign(state, { column, descending });
    order();
  });
  /** The columns of a file with all rows that pass the filters, in the shown order, not only the rows of one page. */
  function columnsOfFile() {
    return visible().flatMap((heading) => {
      const { values, also, unit = "" } = options.columns[heading.dataset.column || ""];
      if (!values) return [];
      const rows = Array.from(state.rows, values);
      const first = unitHeading(headingText(heading), unit);
      const columns: FileColumn[] = [first, ...(also?.() || [])].map((name, place) => ({
        heading: name,
        unit: place ? "" : unit,
        cells: rows.map((cells) => cells[place]),
      }));
      return columns;
    });
  }
  addDownload(table, columnsOfFile);
  // Texts sort differently in another language, and texts about the rows change.
  inLanguage(order);
  return { order, filter };
}

/** Columns and their headings, read once for all rows, because reading a heading takes as long as making a cell. */
const placesOf = (headings: HTMLElement[]): { column: string; label: string }[] =>
  headings.map((heading) => ({ column: heading.dataset.column || "", label: headingText(heading) }));

/** Stores column and heading in each cell, because on a phone a row is shown as a list of cells. */
function inColumns(places: { column: string; label: string }[], cells: HTMLElement[]): HTMLElement[] {
  cells.forEach((cell, i) => {
    cell.dataset.of = places[i].column;
    cell.dataset.label = places[i].label;
  });
  return cells;
}

/** The text of a heading. */
const headingText = (heading: HTMLElement): string => shownText(heading, ".meaning, svg");

/* ---- the order in the address: parameter `sort` on a page with one table; with several, the name contains the
   table's */

const sortName = (table: HTMLElement) => (table.dataset.rows ? `sort-${table.dataset.rows}` : "sort");

/** The order in the address, if the table has such a column; otherwise its default. */
function sortingAsked(table: HTMLElement, options: TableOptions): Sorting {
  const column = columnAsked(table);
  return Object.hasOwn(options.columns, column) && options.columns[column].key
    ? { column, descending: asked(sortName(table))?.startsWith("-") }
    : options.sorted;
}

const columnAsked = (table: HTMLElement) => (asked(sortName(table)) || "").replace(/^-/, "");

/** Adds the button below a table, next to the page's files. */
function addDownload(table: HTMLTableElement, columns: () => FileColumn[]) {
  const listing = around(table, ".listing");
  const label = () => shownText(listing.querySelector("h2, h3") || table, ".detail, small");
  const [place = element("p.downloads")] = all(".downloads", listing);
  if (!place.parentNode) around(table, ".scroll").after(place);
  inLanguage(() => {
    place.querySelector(".download-pair")?.remove();
    // These lists are of all apps, whichever app the page's charts show.
    place.prepend(downloadButtons(label, columns, false));
  });
}

/* ---- paging: the buttons are reused, so that the focus is kept */

/** Makes the pager; the returned function shows it for a number of rows. */
function makePager(
  table: HTMLTableElement,
  state: TableState,
  count: number,
  draw: () => void,
): (rows: number) => void {
  const lengths = element("select", ...PAGE_LENGTHS.map((length) => element("option", String(length))));
  const label = element("span");
  const where = element("span.where");
  const lastPage = () => Math.max(0, Math.ceil(state.rows.length / state.length) - 1);
  const targets = () => [0, state.page - 1, state.page + 1, lastPage()];
  const isPossible = (page: number) => page >= 0 && page <= lastPage() && page !== state.page;
  const buttons = [..."«‹›»"].map((textContent, i) => {
    const onclick = () => {
      const page = targets()[i];
      if (!isPossible(page)) return;
      state.page = page;
      draw();
    };
    return element("button", { type: "button", textContent, onclick });
  });
  lengths.addEventListener("change", () => {
    const first = state.page * state.length;
    state.length = Number(lengths.value);
    state.page = Math.floor(first / state.length);
    draw();
  });
  const place = element(
    "div.pager",
    where,
    element("span.steps", ...buttons),
    element("label.lengths", label, lengths),
  );
  // A list that fits on one page needs no paging.
  if (count > PAGE_LENGTHS[0]) around(table, ".scroll").after(place);

  return (rows) => {
    const first = state.page * state.length;
    place.hidden = rows === 0;
    label.textContent = _("Rows per page");
    where.textContent = filled(_("Rows {first} to {last} of {all}"), {
      first: number(first + 1),
      last: number(Math.min(first + state.length, rows)),
      all: number(rows),
    });
    const names = [_("First page"), _("Previous page"), _("Next page"), _("Last page")];
    buttons.forEach((button, i) => {
      button.setAttribute("aria-label", names[i]);
      // Not `disabled`: the button would lose the focus at the last page.
      button.setAttribute("aria-disabled", String(!isPossible(targets()[i])));
    });
  };
}
