/* Which resource packages the uses of an app were drawn from, over the chosen window, and what none covered. Only an
   app's own page has them, where there are any: see `drawAppSections`. */

import { ratio, sum } from "../data/figures.js";
import { number, periodLabel, share } from "../data/format.js";
import { _, filled, metricLink } from "../data/language.js";
import { chosenDays, figures, windowKey } from "../data/state.js";
import { onFigures, onWindow } from "../data/windows.js";
import { all, element, named } from "../dom.js";
import { headCell, numberCell } from "../tables/periods.js";
import { barCell } from "../tables/summary.js";
import { breakdownTable } from "./breakdowns.js";

/** @import { DrawnRow } from "../types.d.ts" */

/**
 * @param {DrawnRow} row
 * @returns {string}
 */
export function drawnName([name]) {
  if (typeof name === "number") return filled(_("{count} other resource packages"), { count: number(name) });
  return name === null ? _("Overflow") : name;
}

function drawDrawn() {
  const place = chosenDays === 7 ? 1 : 2;
  const whole = sum(...figures.drawn.flatMap(([, rows]) => rows.map((row) => row[place]))) ?? 0;
  /** @type {(account: string, row: DrawnRow) => HTMLElement} */
  const made = (account, row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, named(drawnName(row))),
      element("td", {}, named(account)),
      barCell(row[place], Math.max(1, whole), number(row[place])),
      numberCell(share(ratio(row[place], whole))),
    );
  const rows = figures.drawn.flatMap(([account, listed]) => listed.map((row) => made(account, row)));
  const head = [
    headCell(_("Resource package")),
    headCell(_("Account")),
    headCell(metricLink("billable_verifications", _("Uses")), true, periodLabel(windowKey())),
    headCell(_("Share"), true),
  ];
  for (const part of all("[data-part=drawn]")) part.replaceChildren(breakdownTable(_("Resource package"), head, rows));
}

/** Draws the table with every change of figures or window. */
export function startDrawn() {
  onFigures(drawDrawn);
  onWindow(drawDrawn);
}
