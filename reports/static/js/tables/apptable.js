/* The table of all apps on the usage page: counts of one period, their change, and the row of sums.
   The period has its own choice, and follows the page's 7 and 30 days when those are pressed. */

import { sparkline } from "../charts/sparkline.js";
import { asked, keepInAddress, onBack } from "../data/address.js";
import { isComparable } from "../data/figures.js";
import { coverageNote, dayRange, number } from "../data/format.js";
import { _, filled, onLanguage, word } from "../data/language.js";
import { site, windowKey } from "../data/state.js";
import { onWindow } from "../data/windows.js";
import { all, around, element, one } from "../dom.js";
import { PERIODS } from "../pages/cards.js";
import {
  appColumn,
  badgeCell,
  changeCell,
  changeColumn,
  codedColumn,
  fileLink,
  numberColumn,
  textCell,
  wordCell,
} from "./cells.js";
import { makeFilters } from "./filters.js";
import { numberCell } from "./periods.js";
import { makeTable, painted } from "./tables.js";

/** @import { BigList, Columns, PeriodKey, Value } from "../types.d.ts" */

const SUMMED = [
  "number_verifications",
  "one_click_verifications",
  "local_verifications",
  "third_party_authorizations",
  "matched_number_verifications",
  "matched_third_party_authorizations",
  "counterpart_number_verifications",
  "counterpart_third_party_authorizations",
];

/**
 * Fills the table of all apps.
 * @param {HTMLTableElement} table
 * @param {BigList} data
 */
export function drawAppTable(table, data) {
  const listing = around(table, ".listing");
  let period = PERIODS.find((one) => one === asked("period")) || windowKey();
  /** @param {string} name */
  const values = (name) => () => data.list(name, PERIODS.indexOf(period));
  const isFair = () => isComparable(period);

  /** @type {Columns} */
  const columns = {
    platform: codedColumn(data, "platform", wordCell, word),
    app: appColumn(data),
    account: codedColumn(data, "account", textCell, (value) => value),
    status: codedColumn(data, "status", badgeCell, word),
    schemes: numberColumn(() => data.list("schemes"), number),
    change_of_number_verifications: changeColumn(
      values("matched_number_verifications"),
      values("counterpart_number_verifications"),
      "ratio",
      isFair,
    ),
    change_of_third_party_authorizations: changeColumn(
      values("matched_third_party_authorizations"),
      values("counterpart_third_party_authorizations"),
      "ratio",
      isFair,
    ),
    sparkline: { cell: (row) => element("td", {}, sparkline(data.list("sparkline")[row])) },
    files: { cell: (row) => filesCell(data, row) },
  };
  for (const name of SUMMED.slice(0, 4)) columns[name] = numberColumn(values(name), number);

  const hasAccounts = data.list("account").values.some(Boolean);
  for (const part of all("[data-column=account], .accounts", listing)) part.hidden = !hasAccounts;

  /**
   * @param {Uint32Array} rows
   * @param {HTMLElement[]} headings
   */
  function sums(rows, headings) {
    const totals = Object.fromEntries(SUMMED.map((name) => [name, total(values(name)(), rows)]));
    return headings.map((heading) => {
      const { column = "" } = heading.dataset;
      const metric = column.replace("change_of_", "");
      if (column === "app")
        return element("th", { scope: "row", className: "of-app", textContent: counted(rows.length) });
      if (!Object.hasOwn(totals, metric)) return element("td", {});
      if (metric === column) return numberCell(number(totals[column]));
      return changeCell(totals[`matched_${metric}`], totals[`counterpart_${metric}`], "ratio", isFair());
    });
  }

  /** @param {number} shown */
  const counted = (shown) =>
    filled(_("Total of {shown} / {all} apps"), { shown: number(shown), all: number(data.count) });
  const matches = makeFilters(listing, data, () => made.filter());
  const made = makeTable(table, {
    count: data.count,
    columns,
    sorted: { column: "number_verifications", descending: true },
    matches,
    found: (shown) => filled(_("{shown} / {all} apps"), { shown: number(shown), all: number(data.count) }),
    shows: () => [period],
    sums,
  });

  /** @param {PeriodKey} chosen */
  function choose(chosen) {
    period = chosen;
    showPeriod(listing, period);
    made.order();
  }
  for (const button of all("[data-period]", listing)) {
    const offered = /** @type {PeriodKey} */ (button.dataset.period);
    button.addEventListener("click", () => {
      keepInAddress({ period: offered });
      choose(offered);
    });
  }
  showPeriod(listing, period);
  onLanguage(() => showPeriod(listing, period));
  onWindow(() => {
    keepInAddress({ period: "" }, true);
    painted().then(() => choose(windowKey()));
  });
  onBack(() => {
    const wanted = PERIODS.find((one) => one === asked("period")) || windowKey();
    if (wanted !== period) choose(wanted);
  });
}

/**
 * The sum of what is known of these rows; null where nothing is.
 * @param {Value[]} values
 * @param {Uint32Array} rows
 * @returns {Value}
 */
export function total(values, rows) {
  /** @type {Value} */
  let found = null;
  for (const row of rows) {
    const value = values[row];
    if (value !== null) found = (found ?? 0) + value;
  }
  return found;
}

/**
 * @param {BigList} data
 * @param {number} row
 * @returns {HTMLTableCellElement}
 */
function filesCell(data, row) {
  const [folder, name] = [data.folder(row), data.list("name")[row]];
  const links = [fileLink(folder, "csv", "CSV", name)];
  if (data.list("has_xlsx")[row]) links.push(fileLink(folder, "xlsx", "xlsx", name));
  return element("td", { className: "word links" }, ...links);
}

/**
 * Which button is pressed, which days the period has, and what its change is against.
 * @param {HTMLElement} listing
 * @param {PeriodKey} period
 */
function showPeriod(listing, period) {
  for (const button of all("[data-period]", listing)) {
    button.setAttribute("aria-pressed", String(button.dataset.period === period));
  }
  const { first, last, base_first: baseFirst, base_last: baseLast } = site.periods[period];
  const parts = [
    dayRange(first, last),
    filled(_("change against {days}"), { days: dayRange(baseFirst, baseLast) }),
    coverageNote(period),
  ];
  one(".period", listing).textContent = parts.filter(Boolean).join(" · ");
}
