/* The resource packages that an app's uses were drawn from over the chosen window, and the overflow. Only an app's
   own page has this section, if there are any uses: see `drawAppSections`. */

import { _, filled, metricLink } from "../choices/language.js";
import { chosenDays, figures, windowKey } from "../choices/state.js";
import { onFigures, onPainted } from "../choices/windows.js";
import { number, periodLabel, share } from "../data/format.js";
import { ratio, sum } from "../data/measures.js";
import { all, element, named } from "../dom.js";
import { headCell, numberCell } from "../tables/periods.js";
import { barCell } from "../tables/summary.js";
import type { DrawnRow } from "../types.js";
import { breakdownTable } from "./breakdowns.js";

export function drawnName({ resource_package_id: name, merged }: DrawnRow): string {
  if (merged !== null) return filled(_("{count} other resource packages"), { count: number(merged) });
  return name === null ? _("Overflow") : name;
}

function drawDrawn() {
  const uses = chosenDays === 7 ? "uses_7" : "uses_30";
  const whole = sum(...figures.drawn.map((row) => row[uses])) ?? 0;
  const rows = figures.drawn.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, named(drawnName(row))),
      element("td", {}, named(row.account_id)),
      barCell(row[uses], Math.max(1, whole), number(row[uses])),
      numberCell(share(ratio(row[uses], whole))),
    ),
  );
  const head = [
    headCell(_("Resource package")),
    headCell(_("Account")),
    headCell(metricLink("billable_verifications", _("Uses")), true, periodLabel(windowKey())),
    headCell(_("Share"), true),
  ];
  for (const part of all("[data-part=drawn]")) part.replaceChildren(breakdownTable(_("Resource package"), head, rows));
}

/** Draws the table after every change of figures or window. */
export function startDrawn() {
  onFigures(drawDrawn);
  onPainted(drawDrawn);
}
