/* The resource packages that an app's uses were drawn from over the chosen window, and the overflow. Only an app's
   own page has this section, if there are any uses: see `drawAppSections`. */

import { _, filled, metricLink } from "../choices/language.js";
import { chosenDays, figures, windowKey } from "../choices/state.js";
import { number, periodLabel, share } from "../data/format.js";
import { ratio, sum } from "../data/measures.js";
import { element, named, put } from "../dom.js";
import { barCell, dataTable, figureColumn, headCell, rowHead } from "../tables/data_table.js";
import type { DrawnRow } from "../types/figures.js";
import type { TableColumn } from "../types/tables.js";

export function drawnName({ resource_package_id: name, merged }: DrawnRow): string {
  if (merged !== null) return filled(_("{count} other resource packages"), { count: number(merged) });
  return name === null ? _("Overflow") : name;
}

/** Draws the table. */
export function drawDrawn() {
  const uses = chosenDays === 7 ? "uses_7" : "uses_30";
  const whole = sum(...figures.drawn.map((row) => row[uses])) ?? 0;
  const columns: TableColumn<DrawnRow>[] = [
    [headCell(_("Resource package")), (row) => rowHead(named(drawnName(row)))],
    [headCell(_("Account")), (row) => element("td", named(row.account_id))],
    [
      headCell(metricLink("billable_verifications", _("Uses")), true, periodLabel(windowKey())),
      (row) => barCell(row[uses], Math.max(1, whole), number(row[uses])),
    ],
    figureColumn(_("Share"), (row) => share(ratio(row[uses], whole))),
  ];
  put("drawn", () => [dataTable(_("Resource package"), figures.drawn, columns)]);
}
