/* A change against a base, expressed three times: arrow, sign and word, so that no one needs the colour. A change is green
   or red only if the figure left its usual range in that direction; which of the two, the declaration of the measure says.
   Without a base there is no per cent. */

import { ABSENT, baseLabel, compact, coverageNote, known, number } from "../data/format.js";
import { _, filled, onLanguage } from "../data/language.js";
import { isComparable } from "../data/measures.js";
import { all, element } from "../dom.js";

/** @import { Better, ChangeKind, PeriodKey, Side, Value } from "../types.d.ts" */

const LEVEL = 0.0005;

/**
 * From `base` to `value`: of counts ("ratio") what came to the base as a part of it, of shares ("points") the difference.
 * Null where one of the two is absent, or a count has grown from nothing.
 * @param {Value | undefined} value
 * @param {Value | undefined} base
 * @param {ChangeKind} kind
 * @returns {Value}
 */
export function changeOf(value, base, kind) {
  if (!known(value) || !known(base)) return null;
  if (kind === "points") return value - base;
  return base === 0 ? null : value / base - 1;
}

/**
 * @param {number} delta
 * @returns {string}
 */
function changeWord(delta) {
  if (delta === 0) return _("level");
  return delta > 0 ? _("higher") : _("lower");
}

/**
 * @param {number} delta
 * @param {ChangeKind} kind
 * @returns {string}
 */
function changeText(delta, kind) {
  const sign = delta > 0 ? "+" : delta < 0 ? "−" : "±";
  const amount = Math.abs(delta) * 100;
  if (kind === "points") return sign + filled(_("{points} pp"), { points: amount.toFixed(2) });
  return `${sign + (amount < 1000 ? amount.toFixed(1) : number(Math.round(amount)))}%`;
}

/**
 * `better`: which direction is good ("up", "down" or "none"). `kind`: "ratio" for counts, "points" for the difference
 * of two shares. `value` and `base` are those of the matched days; `comparable`: whether they are enough, which
 * coverageNote says beside what is compared. `quiet`: the heading of the section says so already, so that a dash is enough
 * in each cell. `side`: where the figure lies beside its usual range.
 * @param {Value} value
 * @param {Value} base
 * @param {{ comparable?: boolean, better?: Better, kind?: ChangeKind, quiet?: boolean, side?: Side }} [options]
 * @returns {HTMLElement}
 */
export function changeNode(
  value,
  base,
  { comparable = true, better = "none", kind = "ratio", quiet = false, side = "unknown" } = {},
) {
  /** @param {string} text @param {string} [title] */
  const none = (text, title) => element("span", { className: "change none", textContent: text, title });
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
    element("span", {
      className: "arrow",
      "aria-hidden": "true",
      textContent: { up: "▲", down: "▼", level: "■" }[direction],
    }),
    element("b", { textContent: changeText(delta, kind) }),
    element("span", { className: "direction", textContent: changeWord(delta) }),
  );
}

/* A change that a template left as two numbers; `data-period` is that of which both are, with what it is compared in
   words beside it; `data-side` is where the figure lies beside its usual range. */
function drawChanges() {
  for (const place of all("[data-change]")) {
    const { value, base, better, kind, period, side } = place.dataset;
    /** @param {string | undefined} text */
    const parsed = (text) => (text ? Number(text) : null);
    place.replaceChildren(
      changeNode(parsed(value), parsed(base), {
        better: /** @type {Better} */ (better) || "none",
        kind: /** @type {ChangeKind} */ (kind) || "ratio",
        comparable: !period || isComparable(/** @type {PeriodKey} */ (period)),
        side: /** @type {Side} */ (side) || "unknown",
      }),
    );
  }
  for (const place of all("[data-compared]")) {
    const period = /** @type {PeriodKey} */ (place.dataset.compared);
    place.textContent = [baseLabel(period), coverageNote(period)].filter(Boolean).join(" · ");
  }
  for (const place of all("[data-compact]")) place.textContent = compact(Number(place.dataset.compact));
}

/** Draws the changes of the templates, and again with every change of language. */
export function startChanges() {
  drawChanges();
  onLanguage(drawChanges);
}
