/* "Download this table": what is shown, as a file that the browser makes; nothing is asked of anybody for it.
   Lives here: the button, and reading a table that stands in the page. Does not belong here: the form of the file (csv.js),
   the rows of a big list, of which one page alone stands there (tables.js). */

import { csvText, fileName } from "../data/csv.js";
import { ABSENT } from "../data/format.js";
import { _, filled } from "../data/language.js";
import { figures, LANGUAGE_TAGS, language, site } from "../data/state.js";
import { all, element } from "../dom.js";

/** @import { CsvCell } from "../types.d.ts" */

/**
 * Hands a file to the reader.
 * @param {string} name
 * @param {CsvCell[][]} rows
 */
function save(name, rows) {
  const address = URL.createObjectURL(new Blob([csvText(rows)], { type: "text/csv;charset=utf-8" }));
  const link = element("a", { href: address, download: name });
  link.click();
  // The browser has begun to read it by then.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * A button that downloads what `rows` gives at that moment, headings first; `label` says of what, and names the file.
 * @param {() => string} label
 * @param {() => CsvCell[][]} rows
 * @returns {HTMLButtonElement}
 */
export function downloadButton(label, rows) {
  const button = element("button", { type: "button", className: "download", textContent: _("Download this table") });
  button.setAttribute("aria-label", `${_("Download this table")} · ${label()}`);
  button.addEventListener("click", () => {
    const app = figures && figures.key !== "*" ? figures.key : "";
    save(fileName([app, label(), site.as_of]), rows());
  });
  return button;
}

// What is no part of a cell's value: the other language, explanations, and signs that repeat what a word says.
const ASIDE = ".detail, .meaning, .arrow, .direction, .change, svg, button:not(.sort)";

/**
 * @param {Node} node
 * @param {string} aside
 * @returns {string}
 */
function textOf(node, aside) {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent || "";
  if (!(node instanceof HTMLElement) || node.hidden || node.matches(aside)) return "";
  if (node.lang && node.lang !== LANGUAGE_TAGS[language]) return "";
  return Array.from(node.childNodes, (child) => textOf(child, aside)).join(" ");
}

/**
 * @param {Node} node
 * @param {string} [aside]
 * @returns {string}
 */
export const said = (node, aside = "svg") =>
  Array.from(node.childNodes, (child) => textOf(child, aside))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();

/**
 * A text as the number that it says, where it says one: 1,234 · −5 · +1.20 pp · 120 ms. A share stays a text, 12.34%.
 * @param {string} text
 * @returns {CsvCell}
 */
export function numberOf(text) {
  if (!text || text === ABSENT) return null;
  const points = filled(_("{points} pp"), { points: "" }).trim();
  const [, sign, digits, unit] = text.match(/^([+−±-]?)([\d,]+(?:\.\d+)?)\s*(\D*)$/) || [];
  if (digits === undefined || !["", "%", "ms", points].includes(unit)) return text;
  const size = Number(digits.replaceAll(",", ""));
  const signed = sign === "−" || sign === "-" ? -size : size;
  // Not a text: a share that fell would get an apostrophe.
  return unit === "%" ? Number((signed / 100).toFixed(6)) : signed;
}

/**
 * The rows of a table as it stands in the page, headings first. A figure with its change under it becomes two columns.
 * @param {HTMLTableElement} table
 * @returns {CsvCell[][]}
 */
export function shownRows(table) {
  const [head, ...rest] = Array.from(table.rows).filter((row) => row.offsetParent !== null || !row.closest("thead"));
  const body = rest.filter((row) => row.cells.length === head.cells.length);
  // A column of small drawings says nothing in a file.
  const isDrawn = (/** @type {number} */ i) =>
    body.every(({ cells }) => cells[i].querySelector("svg") && !said(cells[i]));
  const places = Array.from(head.cells, (_cell, i) => i).filter((i) => !body.length || !isDrawn(i));
  /** @param {HTMLTableRowElement} row @param {number} i */
  const change = (row, i) => row.cells[i].querySelector(".change");
  const both = new Set(places.filter((i) => body.some((row) => change(row, i) && said(row.cells[i], ".change, svg"))));
  /** @param {string} text @param {number} i */
  const value = (text, i) => (head.cells[i].classList.contains("number") ? numberOf(text) : text);
  const headings = places.flatMap((i) => {
    const name = said(head.cells[i], ASIDE);
    return both.has(i) ? [name, `${name} · ${_("Change")}`] : [name];
  });
  const rows = body.map((row) =>
    places.flatMap((i) => {
      const changed = change(row, i);
      const figure = value(said(row.cells[i], ".change, svg"), i);
      const move = changed && value(said(changed, ".arrow, .direction"), i);
      return both.has(i) ? [figure, move] : [changed ? move : figure];
    }),
  );
  return [headings, ...rows];
}

/**
 * Each cell knows its heading: on a phone a row is a list of them.
 * @param {HTMLTableElement} table
 */
export function labelCells(table) {
  const [head, ...rows] = Array.from(table.rows);
  const headings = Array.from(head.cells, (cell) => said(cell, ASIDE));
  for (const row of rows) {
    Array.from(row.cells).forEach((cell, i) => {
      cell.dataset.label = headings[i];
    });
  }
}

/**
 * A table of the page in a box with its button below.
 * @param {HTMLElement} scroll
 * @param {() => string} label
 * @returns {HTMLElement}
 */
export function withDownload(scroll, label) {
  const [table] = /** @type {HTMLTableElement[]} */ (all("table", scroll));
  labelCells(table);
  const button = downloadButton(label, () => shownRows(table));
  return element("div", { className: "table-box" }, scroll, element("p", { className: "downloads" }, button));
}

/** Gives the tables of the templates their buttons and labels, in the language of the page. */
export function offerDownloads() {
  for (const scroll of all("main .scroll")) {
    const [table] = /** @type {HTMLTableElement[]} */ (all("table", scroll));
    if (!table || table.dataset.table || scroll.parentElement?.matches(".table-box, [data-chart-table]")) continue;
    labelCells(table);
    const label = () => scroll.getAttribute("aria-label") || said(titleOf(scroll), ".detail, small");
    scroll.nextElementSibling?.matches(".downloads.own") && scroll.nextElementSibling.remove();
    scroll.after(
      element(
        "p",
        { className: "downloads own" },
        downloadButton(label, () => shownRows(table)),
      ),
    );
  }
}

/**
 * @param {HTMLElement} scroll
 * @returns {HTMLElement}
 */
function titleOf(scroll) {
  return document.getElementById(scroll.getAttribute("aria-labelledby") || "") || scroll;
}
