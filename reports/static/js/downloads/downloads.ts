/* "Download this table": the shown table as a CSV or a workbook, made in the browser without any request. This
   module has the buttons and reads a table of the page as columns. `downloads/sheet.ts` parses the figures of cells,
   `downloads/csv.ts` and `workbook.ts` write the files. A page contains only a part of a big list; `tables.ts` provides
   all of its rows. */

import { _ } from "../choices/language.js";
import { figures, isAppPage, site } from "../choices/state.js";
import { ABSENT } from "../data/format.js";
import { isDay } from "../data/ranges.js";
import { all, element, loadScript } from "../dom.js";
import { NOT_VALUE, OF_PAGE, partsOf, shownText } from "../tables/cell_text.js";
import { makeSortable } from "../tables/order.js";
import type { CsvCell, Figure, FigureRole, FileColumn, FileUnit } from "../types/tables.js";
import { csvText, fileName } from "./csv.js";
import { csvRows, distinct, figuresIn, roleHeading, unitHeading } from "./sheet.js";

/** Excel has no days before 1900, and its numbers of the days before this one are off by one. */
const FIRST_DAY_OF_EXCEL = "1900-03-01";

/** Downloads a file in the browser. */
export function save(name: string, content: Blob) {
  const address = URL.createObjectURL(content);
  const link = element("a", { href: address, download: name });
  link.click();
  // The browser has started to read it by then.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const csvOf = (columns: FileColumn[]) => new Blob([csvText(csvRows(columns))], { type: "text/csv;charset=utf-8" });

async function workbookOf(columns: FileColumn[], name: string) {
  await loadScript(document.documentElement.dataset.workbook || "");
  return window.AUTHMETER_WORKBOOK(columns, name);
}

/** The day of the figures: on the page of a day, this day; otherwise the data day. */
const dayShown = () => all("[data-part=app-day]")[0]?.dataset.day || site.as_of;

/**
 * Buttons that download the result of `columns` when clicked; `label` names the content and the files.
 * @param isOfApp whether the content is only of the app whose figures the page shows.
 */
export function downloadButtons(label: () => string, columns: () => FileColumn[], isOfApp = true): HTMLElement {
  const button = (kind: "download" | "download-workbook", text: string, name: string) =>
    element(`button.${kind}`, { type: "button", "aria-label": `${name} · ${label()}` }, text);
  const csv = button("download", _("Download this table"), _("Download this table"));
  const xlsx = button("download-workbook", "Excel", _("Download for Excel"));
  const named = (kind: string) => {
    const app = isOfApp && figures && figures.key !== "*" ? figures.key : "";
    return fileName([app, label(), dayShown()], kind);
  };
  csv.addEventListener("click", () => save(named("csv"), csvOf(distinct(columns()))));
  const pair = element("span.download-pair", csv, xlsx);
  xlsx.addEventListener("click", async () => {
    for (const old of all("[role=status]", pair)) old.remove();
    try {
      save(named("xlsx"), await workbookOf(distinct(columns()), label()));
    } catch {
      pair.append(element("span", { role: "status", textContent: _("The file could not be made: try again.") }));
    }
  });
  return pair;
}

/** A column of texts or days. Cells without a text are empty. */
const textColumn = (heading: string, texts: string[], unit: FileUnit = ""): FileColumn => ({
  heading,
  unit,
  cells: texts.map((text) => (!text || text === ABSENT ? null : text)),
});

const isFilled = ({ cells }: FileColumn) => cells.some((cell) => cell !== null);

/**
 * Columns of the figures under a heading: one for each unit, so that units are never mixed, and one for words next to
 * them; null if no cell contains a figure.
 */
function figureColumns(name: string, parts: ReturnType<typeof partsOf>[]): FileColumn[] | null {
  const columns = new Map<string, FileColumn & { place: number }>();
  const add = ({ value, unit }: Figure, row: number, role: FigureRole, place: number) => {
    if (value === null) return;
    const key = `${place} ${role} ${unit}`;
    const cells = parts.map((): CsvCell => null);
    const column = columns.get(key) || { heading: unitHeading(roleHeading(name, role), unit), unit, cells, place };
    columns.set(key, column);
    column.cells[row] = value;
  };
  const values = parts.flatMap(({ value }) => figuresIn(value) || []);
  const besideRole = ({ unit, role }: Figure): FigureRole =>
    role || (values.some((value) => value.unit === unit && !value.role) ? "detail" : "");
  parts.forEach(({ value, details, change }, row) => {
    for (const figure of figuresIn(value) || []) add(figure, row, figure.role, 0);
    for (const detail of details) {
      for (const figure of figuresIn(detail) || []) add(figure, row, besideRole(figure), 1);
    }
    for (const figure of figuresIn(change) || []) add(figure, row, values.length ? "change" : "", 2);
  });
  const words = parts.map(({ details }) => details.filter((detail) => !figuresIn(detail)).join(" · "));
  const sorted = [...columns.values()].sort((a, b) => a.place - b.place);
  return columns.size ? [...sorted, ...[textColumn(roleHeading(name, "detail"), words)].filter(isFilled)] : null;
}

/** Whether the texts of cells are days. Empty cells are ignored; if all cells are empty, they are not days. */
function areDays(parts: ReturnType<typeof partsOf>[]) {
  const filled = parts.filter(({ value }) => value && value !== ABSENT);
  return (
    filled.length > 0 && filled.every(({ value, isName }) => isDay(value) && value >= FIRST_DAY_OF_EXCEL && !isName)
  );
}

/** Columns of the texts or days under a heading, and the keys and explanations next to them. */
function textColumns(name: string, parts: ReturnType<typeof partsOf>[]): FileColumn[] {
  const values = parts.map(({ value }) => value);
  const keys = parts.map(({ ids }) => ids.join(" · "));
  const words = parts.map(({ details }) => details.filter(Boolean).join(" · "));
  const others = [textColumn(`${name} · ${_("Key")}`, keys), textColumn(roleHeading(name, "detail"), words)];
  return [textColumn(name, values, areDays(parts) ? "day" : ""), ...others.filter(isFilled)];
}

/**
 * The headings of a table's columns. A heading that occurs more than once, such as "Change", is preceded by the nearest
 * one to its left that occurs once, such as "Requests".
 */
function headingsOf(head: HTMLTableRowElement): string[] {
  const names = Array.from(head.cells, (heading) => shownText(heading, NOT_VALUE));
  const isOnce = (name: string) => names.indexOf(name) === names.lastIndexOf(name);
  return names.map((name, i) => {
    const subject = isOnce(name) ? "" : names.slice(0, i).filter(isOnce).at(-1);
    return subject ? `${subject} · ${name}` : name;
  });
}

/** The columns of a table as shown. Columns of drawings or of links to files are left out. */
export function shownColumns(table: HTMLTableElement): FileColumn[] {
  const [head, ...rest] = Array.from(table.rows).filter((row) => row.offsetParent !== null || !row.closest("thead"));
  const body = rest.filter((row) => row.cells.length === head.cells.length);
  const names = headingsOf(head);
  return Array.from(head.cells).flatMap((heading, i) => {
    const name = names[i];
    const parts = body.map((row) => partsOf(row.cells[i]));
    const isOfPage = body.every(({ cells }, row) => cells[i].querySelector(OF_PAGE) && !parts[row].value);
    if (body.length && isOfPage && !parts.some(({ change }) => change)) return [];
    const found = heading.classList.contains("number") ? figureColumns(name, parts) : null;
    return found || textColumns(name, parts);
  });
}

/** Stores the heading in each cell, because on a phone a row is shown as a list of cells. */
export function labelCells(table: HTMLTableElement) {
  const [head, ...rows] = Array.from(table.rows);
  const headings = Array.from(head.cells, (cell) => shownText(cell, NOT_VALUE));
  for (const row of rows) {
    Array.from(row.cells).forEach((cell, i) => {
      cell.dataset.label = headings[i];
    });
  }
}

/** A table in a box, with its download buttons below. */
export function withDownload(scroll: HTMLElement, label: () => string): HTMLElement {
  const [table] = all("table", scroll) as HTMLTableElement[];
  labelCells(table);
  const buttons = downloadButtons(label, () => shownColumns(table));
  return element("div.table-box", scroll, element("p.downloads", buttons));
}

/** Adds download buttons, labels of cells and sorting to the tables of the templates, in the language of the page. */
export function offerDownloads() {
  for (const scroll of all("main .scroll")) {
    const [table] = all("table", scroll) as HTMLTableElement[];
    if (!table || table.dataset.table || scroll.parentElement?.matches(".table-box, [data-chart-table]")) continue;
    labelCells(table);
    makeSortable(table);
    const label = () => scroll.getAttribute("aria-label") || titleText(scroll);
    scroll.nextElementSibling?.matches(".downloads.own") && scroll.nextElementSibling.remove();
    scroll.after(
      element(
        "p.downloads.own",
        // On other pages than an app's own, the tables of the templates are of all apps.
        downloadButtons(label, () => shownColumns(table), isAppPage()),
      ),
    );
  }
}

const NOT_TITLE = ".detail, small:not(.of-account), .mark, .badge, .copy-place";

/** The title of a table; a table inside an incident also has the text that unfolds it, because others have its title. */
function titleText(scroll: HTMLElement): string {
  const title = document.getElementById(scroll.getAttribute("aria-labelledby") || "") || scroll;
  const summary = scroll.parentElement?.matches(".cells") ? all("summary", scroll.parentElement) : [];
  return [...summary, title].map((node) => shownText(node, NOT_TITLE)).join(" · ");
}
