/* The table of periods: exact counts of usage, each with its change, over the data day, 7 and 30 days, the month to
   date and the last whole month, because bills are monthly. */

import { _, betterOf, metricLink } from "../choices/language.js";
import { figures, site } from "../choices/state.js";
import { onFigures } from "../choices/windows.js";
import { baseLabel, coverageNote, dayRange, number, periodLabel } from "../data/format.js";
import { isComparable, usageMeasures } from "../data/measures.js";
import { all, element } from "../dom.js";
import { withDownload } from "../downloads/downloads.js";
import { isUsed, PERIODS, usageSide } from "../pages/cards.js";
import type { PeriodKey } from "../types.js";
import { changeNode } from "./change.js";
import { makeSortable } from "./order.js";

/** A head cell of a table; `isNumber` aligns it with the figures below. */
export function headCell(content: Node | string, isNumber?: boolean, ...details: string[]): HTMLElement {
  return element(
    "th",
    { scope: "col", className: isNumber ? "number" : "" },
    content,
    ...details.filter(Boolean).map((detail) => element("span", { className: "detail", textContent: detail })),
  );
}

/** A table of the given rows, with its download buttons. */
export function plainTable(label: string, head: Node[], rows: Node[], className?: string): HTMLElement {
  return withDownload(bareTable(label, head, rows, className), () => label);
}

/** A table of the given rows, without download buttons; its headings sort it. */
export function bareTable(label: string, head: Node[], rows: Node[], className = "plain"): HTMLElement {
  const table = element(
    "table",
    { className },
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...rows),
  );
  const scroll = element("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, table);
  makeSortable(table);
  return scroll;
}

/** A cell with a figure. */
export function numberCell(...children: (Node | string)[]): HTMLTableCellElement {
  return element("td", { className: "number" }, ...children);
}

function periodHead(name: PeriodKey): HTMLElement {
  const { first, last } = site.periods[name];
  return headCell(periodLabel(name), true, dayRange(first, last), baseLabel(name), coverageNote(name));
}

function periodCell(metric: string, name: PeriodKey): HTMLElement {
  const { value, matched, base } = figures.sums[metric][name];
  return numberCell(
    element("span", { className: "value", textContent: number(value) }),
    changeNode(matched, base, {
      comparable: isComparable(name),
      better: betterOf(metric),
      quiet: true,
      side: usageSide(metric, name),
    }),
  );
}

function drawPeriods() {
  for (const place of all("[data-part=periods]")) {
    const rows = usageMeasures()
      .filter(isUsed)
      .map((metric) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, metricLink(metric)),
          ...PERIODS.map((name) => periodCell(metric, name)),
        ),
      );
    place.replaceChildren(
      plainTable(_("By period"), [headCell(_("Metric")), ...PERIODS.map(periodHead)], rows, "plain periods"),
    );
  }
}

/** Draws the table after every change of figures. */
export function startPeriods() {
  onFigures(drawPeriods);
}
