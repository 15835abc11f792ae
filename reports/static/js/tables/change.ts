/* A change against a base, shown three times: as arrow, sign and word, so that colour is not needed. A change is
   green or red only if the figure left its usual range in that direction; the declaration of the metric defines
   which direction is good. Without a base there is no per cent. */

import { _, filled } from "../choices/language.js";
import { ABSENT, baseLabel, compact, coverageNote, fixed, known, number } from "../data/format.js";
import { isComparable } from "../data/measures.js";
import { all, element } from "../dom.js";
import type { Better, ChangeKind, PeriodKey, Side, Value } from "../types/basics.js";

const LEVEL = 0.0005;

/**
 * The change from `base` to `value`: for counts ("ratio") the difference as a share of the base, for shares ("points")
 * the difference. Null if one of them is absent, or the base of a count is zero.
 */
export function changeOf(value: Value | undefined, base: Value | undefined, kind: ChangeKind): Value {
  if (!known(value) || !known(base)) return null;
  if (kind === "points") return value - base;
  return base === 0 ? null : value / base - 1;
}

function changeWord(delta: number): string {
  if (delta === 0) return _("level");
  return delta > 0 ? _("higher") : _("lower");
}

function changeText(delta: number, kind: ChangeKind): string {
  const sign = delta > 0 ? "+" : delta < 0 ? "−" : "±";
  const amount = Math.abs(delta) * 100;
  if (kind === "points") return sign + filled(_("{points} pp"), { points: fixed(amount, 2) });
  return `${sign + (amount < 1000 ? fixed(amount, 1) : number(Math.round(amount)))}%`;
}

/**
 * The element of a change. `better`: the direction that is good ("up", "down" or "none"). `kind`: "ratio" for counts,
 * "points" for the difference of two shares. `value` and `base` are over the matched days; `comparable`: whether enough
 * days are matched, which coverageNote explains. `quiet`: if not comparable, show only a dash, because the section's
 * heading explains it. `side`: the position of the figure relative to its usual range.
 */
export function changeNode(
  value: Value,
  base: Value,
  {
    comparable = true,
    better = "none",
    kind = "ratio",
    quiet = false,
    side = "unknown",
  }: { comparable?: boolean; better?: Better; kind?: ChangeKind; quiet?: boolean; side?: Side } = {},
): HTMLElement {
  const none = (text: string, title?: string) => element("span.change.none", { textContent: text, title });
  if (!known(value)) return none(ABSENT);
  if (!comparable) return quiet ? none(ABSENT, _("not comparable")) : none(_("not comparable"));
  const exact = changeOf(value, base, kind);
  if (exact === null) return none(_("no base to compare"));
  const delta = Math.abs(exact) < (kind === "points" ? LEVEL / 10 : LEVEL) ? 0 : exact;
  const direction = delta === 0 ? "level" : delta > 0 ? "up" : "down";
  const isUnusual = side === { up: "above", down: "below", level: "" }[direction];
  const colour = !isUnusual || better === "none" ? "" : direction === better ? " good" : " bad";
  return element(
    "span",
    { className: `change ${direction}${colour}` },
    element("span.arrow", { "aria-hidden": "true", textContent: { up: "▲", down: "▼", level: "■" }[direction] }),
    element("b", changeText(delta, kind)),
    element("span.direction", changeWord(delta)),
  );
}

/**
 * Draws the changes that templates contain as two numbers; `data-period` is the period of the change, `data-side` the
 * position of the figure relative to its usual range. Also writes the names of bases, and shortened counts.
 */
export function drawChanges() {
  for (const place of all("[data-change]")) {
    const { value, base, better, kind, period, side } = place.dataset;
    const parsed = (text: string | undefined) => (text ? Number(text) : null);
    place.replaceChildren(
      changeNode(parsed(value), parsed(base), {
        better: (better as Better) || "none",
        kind: (kind as ChangeKind) || "ratio",
        // Without a period both figures are of one day, and a day without data has no figure.
        comparable: period ? isComparable(period as PeriodKey) : known(parsed(base)),
        side: (side as Side) || "unknown",
      }),
    );
  }
  for (const place of all("[data-compared]")) {
    const period = place.dataset.compared as PeriodKey;
    place.textContent = [baseLabel(period), coverageNote(period)].filter(Boolean).join(" · ");
  }
  for (const place of all("[data-compact]")) place.textContent = compact(Number(place.dataset.compact));
}
