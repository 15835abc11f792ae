/* The table of all apps on the usage page: counts of one period, their change, and the row of sums. It has its own
   choice of period, which follows the page's 7 and 30 days when these are switched. */

import { sparkline } from "../charts/sparkline.js";
import { asked, keepInAddress, onBack } from "../choices/address.js";
import { drawInstead } from "../choices/instead.js";
import { _, filled, inLanguage, word } from "../choices/language.js";
import { site, windowKey } from "../choices/state.js";
import { checkAddress } from "../choices/unmet.js";
import { onWindow } from "../choices/windows.js";
import { coverageNote, dayRange, number, periodLabel } from "../data/format.js";
import { cardMeasures, isComparable } from "../data/measures.js";
import { all, around, element, one, onPress, painted, press } from "../dom.js";
import { PERIODS } from "../pages/cards.js";
import type { PeriodKey, Value } from "../types/basics.js";
import type { BigList, Columns } from "../types/tables.js";
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
import { numberCell } from "./data_table.js";
import { makeFilters } from "./filters.js";
import { makeTable } from "./tables.js";

/** Counts that are shown with their change. */
const CHANGED = ["number_verifications", "third_party_authorizations"];

/** Fills the table of all apps. */
export function drawAppTable(table: HTMLTableElement, data: BigList) {
  const listing = around(table, ".listing");
  const wanted = () => PERIODS.find((one) => one === asked("period")) || windowKey();
  let period = wanted();
  const values = (name: string) => () => data.list(name, PERIODS.indexOf(period));
  const isFair = () => isComparable(period);

  const columns: Columns = {
    platform: codedColumn(data, "platform", wordCell, word),
    app: appColumn(data),
    account: codedColumn(data, "account", textCell, (value) => value),
    status: codedColumn(data, "status", badgeCell, word),
    schemes: numberColumn(() => data.list("schemes"), number),
    sparkline: { cell: (row) => element("td", sparkline(data.list("sparkline")[row])) },
    files: { cell: (row) => filesCell(data, row) },
  };
  for (const name of cardMeasures()) columns[name] = numberColumn(values(name), number);
  for (const name of CHANGED) {
    const [matched, base] = [values(`matched_${name}`), values(`counterpart_${name}`)];
    columns[`change_of_${name}`] = changeColumn(matched, base, "ratio", isFair);
  }

  const hasAccounts = data.list("account").values.some(Boolean);
  for (const part of all("[data-column=account], .accounts", listing)) part.hidden = !hasAccounts;

  function sums(rows: Uint32Array, headings: HTMLElement[]) {
    const summed = [...cardMeasures(), ...CHANGED.flatMap((name) => [`matched_${name}`, `counterpart_${name}`])];
    const totals = Object.fromEntries(summed.map((name) => [name, total(values(name)(), rows)]));
    return headings.map((heading) => {
      const { column = "" } = heading.dataset;
      const metric = column.replace("change_of_", "");
      if (column === "app") return element("th.of-app", { scope: "row", textContent: counted(rows.length) });
      if (!Object.hasOwn(totals, metric)) return element("td");
      if (metric === column) return numberCell(number(totals[column]));
      return changeCell(totals[`matched_${metric}`], totals[`counterpart_${metric}`], "ratio", isFair());
    });
  }

  const counted = (shown: number) =>
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

  function choose(chosen: PeriodKey) {
    period = chosen;
    showPeriod(listing, period);
    made.order();
  }
  const choosePeriod = (offered: string) => {
    keepInAddress({ period: offered });
    choose(offered as PeriodKey);
  };
  onPress("data-period", choosePeriod, listing);
  inLanguage(() => showPeriod(listing, period));
  checkAddress(["period"], () => (PERIODS.some((one) => one === asked("period")) ? null : periodLabel(period)));
  drawInstead();
  onWindow(() => painted().then(() => choose(wanted())));
  onBack(() => {
    if (wanted() !== period) choose(wanted());
  });
}

/** The sum of the known values of these rows; null if none is known. */
export function total(values: Value[], rows: Uint32Array): Value {
  let found: Value = null;
  for (const row of rows) {
    const value = values[row];
    if (value !== null) found = (found ?? 0) + value;
  }
  return found;
}

function filesCell(data: BigList, row: number): HTMLTableCellElement {
  const [folder, name] = [data.folder(row), data.list("name")[row]];
  const links = [fileLink(folder, "csv", "CSV", name)];
  if (data.list("has_xlsx")[row]) links.push(fileLink(folder, "xlsx", "xlsx", name));
  return element("td.word.links", ...links);
}

/** Marks the button of the period, and shows the days of the period and of its base of comparison. */
function showPeriod(listing: HTMLElement, period: PeriodKey) {
  press("data-period", period, listing);
  const { first, last, base_first: baseFirst, base_last: baseLast } = site.periods[period];
  const parts = [
    dayRange(first, last),
    filled(_("change against {days}"), { days: dayRange(baseFirst, baseLast) }),
    coverageNote(period),
  ];
  one(".period", listing).textContent = parts.filter(Boolean).join(" · ");
}
