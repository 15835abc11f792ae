/* A range of days chosen by the reader, and the days that it is compared with. Days are ISO dates, both ends
   included. pages/range.js draws the fields and the table. */

import { known } from "./format.js";
import { sum } from "./measures.js";

/** @import { Value, Versus } from "../types.d.ts" */

const DAY = 864e5;

/** The bases that a range can be compared with. @type {Versus[]} */
export const VERSUS = ["before", "week", "month"];

/** @param {string} day @param {number} days */
const shifted = (day, days) => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);

/**
 * Whether a text is a valid ISO date: 2026-02-30 is not.
 * @param {string | null} text
 * @returns {text is string}
 */
export function isDay(text) {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(instant) && new Date(instant).toISOString().slice(0, 10) === text;
}

/**
 * The requested range, cut to the days of the page. If none is requested, a date is invalid, or no day of the range is
 * on the page, it is the last `span` days of the page.
 * @param {{ from: string | null, to: string | null }} wanted
 * @param {string[]} days the days of the page, oldest first.
 * @param {number} span how many days are shown until the reader chooses.
 * @returns {{ first: string, last: string, isAsAsked: boolean }}
 */
export function shownRange({ from, to }, days, span) {
  const [oldest, newest] = [days[0], days[days.length - 1]];
  const atFirst = { first: days[Math.max(0, days.length - span)], last: newest };
  if (from === null && to === null) return { ...atFirst, isAsAsked: true };
  const last = to ?? newest;
  const first = from ?? (isDay(last) ? shifted(last, 1 - span) : last);
  if (!isDay(first) || !isDay(last) || first > last || last < oldest || first > newest)
    return { ...atFirst, isAsAsked: false };
  const cut = { first: [first, oldest].sort()[1], last: [last, newest].sort()[0] };
  return { ...cut, isAsAsked: cut.first === first && cut.last === last };
}

/**
 * The same day of the previous month; null if that month is too short.
 * @param {string} day
 * @returns {string | null}
 */
function monthBefore(day) {
  const [year, month, number] = day.split("-").map(Number);
  const found = new Date(Date.UTC(year, month - 2, number));
  return found.getUTCDate() === number ? found.toISOString().slice(0, 10) : null;
}

/**
 * The counterpart of each day of a range. `before`: the same number of days just before. `week`: the same weekdays,
 * moved back by the fewest whole weeks with which the two ranges share no day. `month`: the same day of the previous
 * month.
 * @param {string[]} days the days of the range.
 * @param {Versus} versus
 * @returns {(string | null)[]}
 */
export function counterparts(days, versus) {
  if (versus === "month") return days.map(monthBefore);
  const back = versus === "before" ? days.length : 7 * Math.ceil(days.length / 7);
  return days.map((day) => shifted(day, -back));
}

/**
 * The indexes of a range and its counterparts among the days of the page. `matched` has the days of the range that are
 * compared, because they and their counterparts have data; `base` has their counterparts.
 * @param {{ first: string, last: string }} range
 * @param {Versus} versus
 * @param {string[]} days the days of the page, oldest first.
 * @param {number[]} missing the indexes of days without data.
 */
export function comparedPlaces({ first, last }, versus, days, missing) {
  const places = days.flatMap((day, i) => (first <= day && day <= last ? [i] : []));
  const others = counterparts(
    places.map((i) => days[i]),
    versus,
  ).map((day) => (day === null ? -1 : days.indexOf(day)));
  /** @param {number} i */
  const hasData = (i) => i >= 0 && !missing.includes(i);
  const pairs = places.map((i, n) => [i, others[n]]).filter(([i, other]) => hasData(i) && hasData(other));
  return {
    places,
    // The first of all days that are shown or compared with.
    firstPlace: Math.min(...places, ...others.filter((i) => i >= 0)),
    withData: places.filter(hasData),
    matched: pairs.map(([i]) => i),
    base: pairs.map(([, other]) => other),
    isComparable: 2 * pairs.length >= places.length,
  };
}

/**
 * The sum of a count over some days; null for no day.
 * @param {Value[]} values
 * @param {number[]} places
 * @returns {Value}
 */
export const sumOver = (values, places) =>
  places.length ? sum(0, ...places.map((i) => values[i] ?? null).filter(known)) : null;
