/* The table of periods: exact counts of usage, each with its change, over the data day, 7 and 30 days, the month to
   date and the last whole month, because bills are monthly. */

import { _, betterOf, metricLink } from "../choices/language.js";
import { figures, site } from "../choices/state.js";
import { baseLabel, coverageNote, dayRange, number, periodLabel } from "../data/format.js";
import { isComparable, usageMeasures } from "../data/measures.js";
import { element, put } from "../dom.js";
import { isUsed, PERIODS, usageSide } from "../pages/cards.js";
import type { PeriodKey } from "../types/basics.js";
import type { TableColumn } from "../types/tables.js";
import { changeNode } from "./change.js";
import { dataTable, headCell, numberCell, rowHead } from "./data_table.js";

function periodHead(name: PeriodKey): HTMLElement {
  const { first, last } = site.periods[name];
  return headCell(periodLabel(name), true, dayRange(first, last), baseLabel(name), coverageNote(name));
}

function periodCell(metric: string, name: PeriodKey): HTMLElement {
  const { value, matched, base } = figures.sums[metric][name];
  return numberCell(
    element("span.value", number(value)),
    changeNode(matched, base, {
      comparable: isComparable(name),
      better: betterOf(metric),
      quiet: true,
      side: usageSide(metric, name),
    }),
  );
}

/** Draws the table. */
export function drawPeriods() {
  const columns = PERIODS.map((name): TableColumn<string> => [periodHead(name), (metric) => periodCell(metric, name)]);
  const names: TableColumn<string> = [headCell(_("Metric")), (metric) => rowHead(metricLink(metric))];
  const look = { className: "plain periods" };
  put("periods", () => [dataTable(_("By period"), usageMeasures().filter(isUsed), [names, ...columns], look)]);
}
