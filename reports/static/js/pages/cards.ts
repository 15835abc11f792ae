/* The cards of the four main counts. A card shows the count of the data day in large digits, its change against the
   same weekday of the week before, the course of 30 days, and the count of the chosen window with its change; on a
   phone, of both windows. */

import { sparkline } from "../charts/sparkline.js";
import { betterOf, metricLink } from "../choices/language.js";
import { chosenDays, figures, site } from "../choices/state.js";
import { cardWindows } from "../choices/windows.js";
import { baseLabel, compact, coverageNote, isShortened, number, periodLabel } from "../data/format.js";
import { cardMeasures, isComparable } from "../data/measures.js";
import { sideOf } from "../data/spans.js";
import { element, put } from "../dom.js";
import { changeNode } from "../tables/change.js";
import type { PeriodKey, Side, Value } from "../types/basics.js";

export const PERIODS: PeriodKey[] = ["day", "7", "30", "month", "last_month"];

/** Whether a count is shown. Third-party sign-in is only shown if it occurred; for all apps together it always is. */
export function isUsed(metric: string): boolean {
  if (metric !== "third_party_authorizations" || figures.key === "*") return true;
  const sums = Object.values(figures.sums[metric]).flatMap(({ value, matched, base }) => [value, matched, base]);
  return [...sums, ...monthOf(metric)].some(Boolean);
}

const monthOf = (metric: string) => figures.long.usage[metric].slice(-site.days.length);

/** A count; if it is shortened, with the exact count next to it. */
function countNode(value: Value): HTMLElement[] {
  const short = element("span.short", compact(value));
  if (!isShortened(value)) return [short];
  return [short, element("span.exact", number(value))];
}

/** The position of a count over a period relative to its usual range; unknown without values by day. */
export const usageSide = (metric: string, period: PeriodKey): Side =>
  sideOf({ group: "usage", series: metric, field: null }, "records", period);

function versus(metric: string, period: PeriodKey): HTMLElement {
  const { matched, base } = figures.sums[metric][period];
  return element(
    "p.versus",
    changeNode(matched, base, {
      comparable: isComparable(period),
      better: betterOf(metric),
      side: usageSide(metric, period),
    }),
    element("span.muted", baseLabel(period)),
    // The note of the window is shown once, below the cards.
    period === "day" && coverageNote(period) ? element("span.muted", coverageNote(period)) : null,
  );
}

function windowRow(metric: string, period: PeriodKey): HTMLElement {
  const { value } = figures.sums[metric][period];
  return element(
    "div.window",
    element("p.sum", element("span.muted", periodLabel(period)), element("span.figures", ...countNode(value))),
    versus(metric, period),
  );
}

function card(metric: string): HTMLElement {
  const { value } = figures.sums[metric].day;
  return element(
    "section.card",
    { id: `card-${metric}` },
    element("h2", metricLink(metric)),
    element(
      "p.figure",
      element("span.figures", ...countNode(value)),
      sparkline(monthOf(metric), { width: 104, height: 34, lit: chosenDays }),
    ),
    versus(metric, "day"),
    ...cardWindows().map((period) => windowRow(metric, period)),
  );
}

/** Draws the cards. */
export function drawCards() {
  put("cards", () => cardMeasures().filter(isUsed).map(card));
}
