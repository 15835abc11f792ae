/* The tables of a page: big lists, drawn after the charts, and lists of the quality page from its own data. The
   tables of the monitor page and of the files page are defined here. tables.ts has order, filter and paging,
   apptable.ts the table of the usage page. */

import { _, filled, inLanguage, metricLabel, onLanguage, textOf, word } from "../choices/language.js";
import { chosenDays, texts, windowKey } from "../choices/state.js";
import { onWindow } from "../choices/windows.js";
import { chooseApp } from "../controls/picker.js";
import { ranks } from "../data/columns.js";
import { ABSENT, baseLabel, coverageNote, dayLabel, known, number, share, size } from "../data/format.js";
import { loadList } from "../data/loaded_lists.js";
import { isComparable, loginChannels, TECHNICAL } from "../data/measures.js";
import { all, around, element, one, own, painted } from "../dom.js";
import type { BothTexts, Value } from "../types/basics.js";
import type { BigList, Column, Columns, MadeTable, Rows, Sorting } from "../types/tables.js";
import { drawAppTable } from "./apptable.js";
import {
  appCell,
  appColumn,
  badgeCell,
  changeColumn,
  codedColumn,
  fileLink,
  numberColumn,
  textCell,
  wordCell,
} from "./cells.js";
import { makeFilters } from "./filters.js";
import { makeTable } from "./tables.js";

/** An app in a table of the quality page; the folder is null if the app has no page. */
type ListedApp = [name: string, key: string, folder: string | null];

/** A value in a table of the quality page. */
type ListedValue = Value | boolean | BothTexts | ListedApp;

const DRAWN: Record<string, (table: HTMLTableElement, data: BigList) => void> = {
  apps: drawAppTable,
  logins: drawLoginTable,
  files: drawFilesTable,
};

/** Fills the tables of the page. */
export function startTables() {
  const block = document.getElementById("page-data");
  const listed = block ? JSON.parse(block.textContent || "").tables : {};
  for (const table of all("table[data-table]") as HTMLTableElement[]) {
    const { table: name = "", rows } = table.dataset;
    if (rows) drawListed(table, listed[rows]);
    else
      loadList(name).then(
        (data) => DRAWN[name](table, data),
        () => sayLost(table),
      );
  }
}

function sayLost(table: HTMLElement) {
  inLanguage(() => {
    one(".waiting", around(table, ".scroll")).textContent = _("The list could not be loaded.");
  });
}

function drawLoginTable(table: HTMLTableElement, data: BigList) {
  const values = (name: string) => () => data.list(name, chosenDays === 7 ? 0 : 1);
  const columns: Columns = {
    platform: codedColumn(data, "platform", wordCell, word),
    app: appColumn(data),
    change: changeColumn(values("matched_authorization_rate"), values("counterpart_authorization_rate"), "points", () =>
      isComparable(windowKey()),
    ),
    show: { cell: (row) => element("td.word", showButton(data, row)) },
  };
  for (const name of [...loginChannels(), "authorization_requests", "authorizations"]) {
    columns[name] = numberColumn(values(name), number);
  }
  for (const name of ["authorization_rate", TECHNICAL]) columns[name] = numberColumn(values(name), share);
  const sorted = { column: "authorizations", descending: true };
  const made = listTable(table, data, columns, sorted, () => [chosenDays]);
  const sayCompared = () => {
    const compared = [_("Change of rate"), baseLabel(windowKey()), coverageNote(windowKey())];
    one(".compared", around(table, ".listing")).textContent = compared.join(" · ");
  };
  inLanguage(sayCompared);
  onWindow(sayCompared);
  onWindow(() => painted().then(made.order));
}

function showButton(data: BigList, row: number): HTMLElement {
  const onclick = () => {
    chooseApp(data.list("key")[row]);
    // The charts show the app now; the field names it.
    one("[data-picker]").focus();
  };
  const label = `${_("Show")} · ${data.list("name")[row]}`;
  return element("button.show", { type: "button", "aria-label": label, onclick }, _("Show"));
}

function drawFilesTable(table: HTMLTableElement, data: BigList) {
  const values = (name: string) => () => data.list(name);
  const [names, xlsx] = [data.list("name"), data.list("xlsx_bytes")];
  const linked = (column: Column, kind: "csv" | "xlsx", label: string): Column => ({
    ...column,
    cell: (row) => {
      const cell = column.cell(row);
      cell.append(" ", fileLink(data.folder(row), kind, label, names[row]));
      return cell;
    },
  });
  for (const heading of all("[data-column=xlsx_bytes]", table)) heading.hidden = !xlsx.some(known);
  const withXlsx = numberColumn(values("xlsx_bytes"), size);
  const asLink = linked(withXlsx, "xlsx", "xlsx");
  listTable(
    table,
    data,
    {
      platform: codedColumn(data, "platform", wordCell, word),
      app: appColumn(data),
      page_bytes: numberColumn(values("page_bytes"), size),
      csv_rows: numberColumn(values("csv_rows"), number),
      csv_bytes: linked(numberColumn(values("csv_bytes"), size), "csv", "CSV"),
      xlsx_bytes: { ...asLink, cell: (row) => (xlsx[row] === null ? withXlsx : asLink).cell(row) },
    },
    { column: "app", descending: false },
  );
}

/** Starts a table with the filters of its list and no others; `shows` is passed to `makeTable`. */
function listTable(
  table: HTMLTableElement,
  data: Rows,
  columns: Columns,
  sorted: Sorting,
  shows: () => unknown[] = () => [],
): MadeTable {
  const matches = makeFilters(around(table, ".listing"), data, () => made.filter());
  const made = makeTable(table, {
    count: data.count,
    columns,
    sorted,
    matches,
    found: (shown) => filled(_("{shown} / {all} rows"), { shown: number(shown), all: number(data.count) }),
    shows,
  });
  return made;
}

/* ---- tables of the quality page: the page contains the rows; the heading defines the kind of cell */

function drawListed(table: HTMLTableElement, rows: ListedValue[][]) {
  const headings = Array.from(table.rows[0].cells);
  const columns: Columns = {};
  headings.forEach((heading, place) => {
    const { column = "", kind = "" } = heading.dataset;
    columns[column] = listedColumn(
      kind,
      rows.map((row) => row[place]),
    );
  });
  const textOf = (value: string | number | boolean | null) => (value === null ? "" : `${value} ${word(String(value))}`);
  const texts = () => rows.map((row) => row.flat().map(textOf).join("\n"));
  const data: Rows = { count: rows.length, texts };
  // The words of the rows are in the page's language.
  onLanguage(() => {
    delete data.lines;
  });
  const { sorted } = table.dataset;
  listTable(table, data, columns, sorted ? { column: sorted, descending: true } : {});
}

const FORMATS: Record<string, (value: Value) => string> = { count: number, size, share };

/** By kind, two functions: the text to sort by, and the cell of a value. Only the kind defines how a value is read. */
const KINDS: Record<string, [(value: never) => string, (value: never) => HTMLTableCellElement]> = {
  text: [(value: string) => value, textCell],
  day: [(value: string) => value, (value: string) => element("td.word", dayLabel(value))],
  word: [word, wordCell],
  both: [textOf, (value: BothTexts) => textCell(textOf(value))],
  badge: [word, badgeCell],
  flag: [
    (value: boolean) => (value ? _("Restated") : ""),
    (value: boolean) => (value ? badgeCell("restated") : element("td")),
  ],
  metric: [metricName, (value: string) => element("td", metricName(value))],
  app: [
    ([name, key]: ListedApp) => (key === "*" ? _("All apps") : name),
    ([name, key, folder]: ListedApp) => appCell(name, key, folder),
  ],
};

/** A column of the quality page. */
function listedColumn(kind: string, values: ListedValue[]): Column {
  if (kind in FORMATS) return numberColumn(() => values as Value[], FORMATS[kind]);
  const [shown, toCell] = KINDS[kind];
  // Two apps can have the same name.
  const hasKeys = kind === "app" && (values as ListedApp[]).some(([name, key]) => name !== key);
  return {
    unit: kind === "day" ? kind : "",
    key() {
      const rank = ranks(values.map((value) => (value === null ? "" : shown(value as never)) || ABSENT));
      return (row) => rank[row];
    },
    cell: (row) => toCell(values[row] as never),
    values: (row) => [
      values[row] === null ? null : shown(values[row] as never),
      ...(hasKeys ? [(values[row] as ListedApp)[1]] : []),
    ],
    also: () => (hasKeys ? [_("App key")] : []),
  };
}

function metricName(name: string): string {
  return own(texts.metrics, name) ? metricLabel(name) : name;
}
