/* What is usual of a day: the median of the eight weeks before it, three spreads to either side, whatever span a chart
   shows, so that a fallen figure does not look normal beside its own last days. The same rule, by the same cases, as
   `reports/content/figures/norms.py`, which has its reasons; its tuned numbers come with the site.
   Does not belong here: how the range is drawn (charts.js), and what opens an incident, which the run alone decides. */

import { own } from "../dom.js";
import { known } from "./format.js";
import { site } from "./state.js";

/** @import { Figures, Unit, Usual, Value } from "../types.d.ts" */

/**
 * The middle of some numbers; null of none.
 * @param {number[]} numbers
 * @returns {Value}
 */
function median(numbers) {
  const ordered = Float64Array.from(numbers).sort();
  const half = ordered.length >> 1;
  if (!ordered.length) return null;
  return ordered.length % 2 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2;
}

/**
 * What is usual of the day at `place`; null where too few days before it count, and of a count on a holiday.
 * @param {Value[]} values
 * @param {number} place
 * @param {Unit} unit
 * @param {(place: number) => boolean} counts
 * @param {Value[]} [requests] those of a rate, by which chance takes it so far.
 * @returns {Usual | null}
 */
export function usualOf(values, place, unit, counts, requests = []) {
  const { reach, far, of_steps: ofSteps, least_weekdays: leastWeekdays, least_days: leastDays } = site.norms;
  const isCount = unit === "records";
  const step = isCount ? 7 : 1;
  // A rate is on a holiday as on any day.
  const holidays = isCount ? site.holidays : [];
  if (holidays.includes(place)) return null;
  /** @type {number[]} */
  const alike = [];
  /** @type {number[]} */
  const steps = [];
  /** @type {number[]} */
  const some = [];
  /** @param {number} i */
  const valueAt = (i) => (i >= 0 && i >= place - reach && counts(i) && !holidays.includes(i) ? values[i] : null);
  for (let back = 1; back <= reach && back <= place; back += 1) {
    const [value, before] = [valueAt(place - back), valueAt(place - back - step)];
    if (!known(value)) continue;
    if (back % step === 0) alike.push(value);
    if (requests[place - back]) some.push(/** @type {number} */ (requests[place - back]));
    if (!known(before)) continue;
    if (!isCount) steps.push(Math.abs(value - before));
    else if (value + before > 0) steps.push(Math.abs(value - before) / ((value + before) / 2));
  }
  const usual = median(alike);
  if (usual === null || alike.length < (isCount ? leastWeekdays : leastDays)) return null;
  const swing = ofSteps * (median(steps) || 0);
  const count = requests[place] || median(some);
  const chance = isCount ? Math.sqrt(Math.max(usual, 1)) : count ? Math.sqrt((usual * (1 - usual)) / count) : 0;
  const room = far * Math.max(isCount ? swing * usual : swing, chance);
  return {
    usual,
    low: Math.max(0, usual - room),
    high: unit === "share" ? Math.min(1, usual + room) : usual + room,
    swing,
  };
}

/**
 * Whether two spans of so many days differ by no more than chance, and the swing of the days where it is known, explain.
 * @param {{ value: number, base: number, kind: import("../types.d.ts").ChangeKind } & import("../types.d.ts").Chance} change
 *   `requests` are those of two rates.
 * @returns {boolean}
 */
export function isChance({ value, base, kind, requests, swing = 0, days = 1 }) {
  const { far } = site.norms;
  const ofDays = swing * Math.sqrt(2 / Math.max(1, days));
  if (kind === "ratio") return Math.abs(value - base) <= far * Math.max(ofDays * base, Math.sqrt(value + base));
  const [now, before] = requests || [0, 0];
  const whole = now + before ? (value * now + base * before) / (now + before) : 0;
  const chance = now && before ? Math.sqrt(whole * (1 - whole) * (1 / now + 1 / before)) : 0;
  return Math.abs(value - base) <= far * Math.max(ofDays, chance);
}

/**
 * Whether a day counts for the norm of a series: the app was there, and had no incident in its channels.
 * @param {Pick<Figures, "first_seen" | "incident_spans">} figures
 * @param {string[]} days
 * @param {string | string[]} series
 * @returns {(place: number) => boolean}
 */
export function countedDays({ first_seen: firstSeen, incident_spans: spans }, days, series) {
  const named = typeof series === "string" ? own(site.usage, series)?.channels || [series] : series;
  const bad = spans.filter(({ channel }) => channel === "*" || named.includes(channel));
  return (place) => {
    const day = days[place];
    if (firstSeen && day < firstSeen) return false;
    return !bad.some(({ first_day: first, last_day: last }) => first <= day && (last === null || day <= last));
  };
}
