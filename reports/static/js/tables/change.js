/* A change against a base, said three times: arrow, sign and word, so that no one needs the colour. The colour tells
   good from bad by the metric: a failure rate that falls is good. Without a base there is no per cent. */

import { ABSENT, baseLabel, compact, coverageNote, known, number } from "../data/format.js";
import { _, filled, onLanguage } from "../data/language.js";
import { isComparable } from "../data/measures.js";
import { isChance } from "../data/norms.js";
import { site } from "../data/state.js";
import { all, element } from "../dom.js";

/** @import { Better, Chance, ChangeKind, PeriodKey, Value } from "../types.d.ts" */

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
 * in each cell. `chance`: what is known of how far such figures lie apart by chance; a change within it is grey.
 * @param {Value} value
 * @param {Value} base
 * @param {{ comparable?: boolean, better?: Better, kind?: ChangeKind, quiet?: boolean, chance?: Chance }} [options]
 * @returns {HTMLElement}
 */
export function changeNode(
  value,
  base,
  { comparable = true, better = "none", kind = "ratio", quiet = false, chance = {} } = {},
) {
  /** @param {string} text @param {string} [title] */
  const none = (text, title) => element("span", { className: "change none", textContent: text, title });
  if (!known(value)) return none(ABSENT);
  if (!comparable) return quiet ? none(ABSENT, _("not comparable")) : none(_("not comparable"));
  const exact = changeOf(value, base, kind);
  if (exact === null) return none(_("no base to compare"));
  const delta = Math.abs(exact) < (kind === "points" ? LEVEL / 10 : LEVEL) ? 0 : exact;
  const direction = delta === 0 ? "level" : delta > 0 ? "up" : "down";
  const isPlain = delta === 0 || better === "none" || isChance({ value, base: Number(base), kind, ...chance });
  const judged = isPlain ? "" : direction === better ? " good" : " bad";
  return element(
    "span",
    { className: `change ${direction}${judged}` },
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
   words beside it. */
function drawChanges() {
  for (const place of all("[data-change]")) {
    const { value, base, better, kind, period, swing, requests } = place.dataset;
    /** @param {string | undefined} text */
    const parsed = (text) => (text ? Number(text) : null);
    place.replaceChildren(
      changeNode(parsed(value), parsed(base), {
        better: /** @type {Better} */ (better) || "none",
        kind: /** @type {ChangeKind} */ (kind) || "ratio",
        comparable: !period || isComparable(/** @type {PeriodKey} */ (period)),
        chance: {
          swing: parsed(swing) || 0,
          days: period ? site.periods[/** @type {PeriodKey} */ (period)].matched_days : 1,
          requests: requests ? /** @type {[number, number]} */ (requests.split(" ").map(Number)) : undefined,
        },
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
