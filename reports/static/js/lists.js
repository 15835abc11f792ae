/* The tables of a page: those of the big lists, after the charts are drawn, and those of the quality page from its own
   data. Lives here too: the tables of the monitor page and of the report centre.
   Does not belong here: order, filter and pages (tables.js), the table of the usage page (apptable.js). */

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
import { ranks } from "./columns.js";
import { all, element, own } from "./dom.js";
import { isComparable } from "./figures.js";
import { makeFilters } from "./filters.js";
import { ABSENT, dayLabel, known, number, share, size } from "./format.js";
import { _, filled, metricLabel, onLanguage, word } from "./language.js";
import { loadList } from "./loaded_lists.js";
import { showApp } from "./picker.js";
import { chosenDays, texts } from "./state.js";
import { makeTable, painted } from "./tables.js";
import { onWindow } from "./windows.js";

const DRAWN = { apps: drawAppTable, logins: drawLoginTable, files: drawFilesTable };

export function startTables() {
  const block = document.getElementById("page-data");
  const listed = block ? JSON.parse(block.textContent).tables : {};
  for (const table of all("table[data-table]")) {
    const { table: name, rows } = table.dataset;
    if (rows) drawListed(table, listed[rows]);
    else
      loadList(name).then(
        (data) => DRAWN[name](table, data),
        () => sayLost(table),
      );
  }
}

function sayLost(table) {
  const say = () => {
    table.closest(".scroll").querySelector(".waiting").textContent = _("The list could not be loaded.");
  };
  onLanguage(say);
  say();
}

function drawLoginTable(table, data) {
  const values = (name) => () => data.list(name, chosenDays === 7 ? 0 : 1);
  const columns = {
    platform: codedColumn(data, "platform", wordCell, word),
    app: appColumn(data),
    change: changeColumn(values("authorization_rate"), values("previous_authorization_rate"), "points", () =>
      isComparable(chosenDays),
    ),
    show: { cell: (row) => element("td", { className: "word" }, showButton(data, row)) },
  };
  for (const name of ["one_click", "wechat", "qq", "weibo", "authorization_requests", "authorizations"]) {
    columns[name] = numberColumn(values(name), number);
  }
  for (const name of ["authorization_rate", "technical_success_rate"])
    columns[name] = numberColumn(values(name), share);
  const sorted = { column: "authorizations", descending: true };
  const made = listTable(table, data, columns, sorted, () => [chosenDays]);
  onWindow(() => painted().then(made.order));
}

function showButton(data, row) {
  const label = _("Show");
  const of = { "aria-label": `${label} · ${data.list("name")[row]}` };
  const button = element("button", { type: "button", className: "show", textContent: label, ...of });
  button.addEventListener("click", () => {
    showApp(data.list("key")[row]);
    // To where its figures appear; the field says which app it is.
    document.querySelector("[data-picker]").focus();
  });
  return button;
}

function drawFilesTable(table, data) {
  const values = (name) => () => data.list(name);
  const [names, xlsx] = [data.list("name"), data.list("xlsx_bytes")];
  const linked = (column, file, label) => ({
    key: column.key,
    cell: (row) => {
      const cell = column.cell(row);
      cell.append(" ", fileLink(data.folder(row), file, label, names[row]));
      return cell;
    },
  });
  for (const heading of all("[data-column=xlsx_bytes]", table)) heading.hidden = !xlsx.some(known);
  const withXlsx = numberColumn(values("xlsx_bytes"), size);
  const asLink = linked(withXlsx, "usage_detail.xlsx", "xlsx");
  listTable(
    table,
    data,
    {
      platform: codedColumn(data, "platform", wordCell, word),
      app: appColumn(data),
      page_bytes: numberColumn(values("page_bytes"), size),
      csv_rows: numberColumn(values("csv_rows"), number),
      csv_bytes: linked(numberColumn(values("csv_bytes"), size), "usage_detail.csv", "CSV"),
      xlsx_bytes: { key: asLink.key, cell: (row) => (xlsx[row] === null ? withXlsx : asLink).cell(row) },
    },
    { column: "app", descending: false },
  );
}

/* A table with the filters of its list and nothing more. */
function listTable(table, data, columns, sorted, shows = () => []) {
  const matches = makeFilters(table.closest(".listing"), data, () => made.filter());
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

/* ---- tables of the quality page: rows in the page, a kind of cell by heading */

function drawListed(table, rows) {
  const headings = Array.from(table.tHead.rows[0].cells);
  const columns = {};
  headings.forEach((heading, place) => {
    columns[heading.dataset.column] = listedColumn(
      heading.dataset.kind,
      rows.map((row) => row[place]),
    );
  });
  const textOf = (value) => (value === null ? "" : `${value} ${word(value)}`);
  const texts = () => rows.map((row) => row.flat().map(textOf).join("\n"));
  const { sorted } = table.dataset;
  listTable(table, { count: rows.length, texts }, columns, sorted ? { column: sorted, descending: true } : {});
}

/* A column of the quality page; an app is `[name, key, folder]`, without a folder where it has no page. */
function listedColumn(kind, values) {
  if (["count", "size", "share"].includes(kind)) {
    return numberColumn(() => values, { count: number, size, share }[kind]);
  }
  const [textOf, toCell] = {
    text: [(value) => value, textCell],
    day: [(value) => value, (value) => element("td", { className: "word", textContent: dayLabel(value) })],
    word: [word, wordCell],
    badge: [word, badgeCell],
    flag: [(value) => (value ? _("Restated") : ""), (value) => (value ? badgeCell("restated") : element("td"))],
    metric: [metricName, (value) => element("td", { textContent: metricName(value) })],
    app: [([name]) => name, (value) => appCell(...value)],
  }[kind];
  return {
    key() {
      const rank = ranks(values.map((value) => (value === null ? "" : textOf(value)) || ABSENT));
      return (row) => rank[row];
    },
    cell: (row) => toCell(values[row]),
  };
}

function metricName(name) {
  return own(texts.metrics, name) ? metricLabel(name) : name;
}
