/* A range of days chosen by the reader, and the days that it is compared with. Days are ISO dates, both ends
   included. pages/range.ts draws the fields and the table. */

import type { Value, Versus } from "../types/basics.js";
import { dayAfter, known } from "./format.js";
import { sum } from "./measures.js";

/** The bases that a range can be compared with. */
export const VERSUS: Versus[] = ["before", "week", "month"];

/** Whether a text is a valid ISO date: 2026-02-30 is not. */
export function isDay(text: string | null): text is string {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(instant) && new Date(instant).toISOString().slice(0, 10) === text;
}

/**
 * The requested range, cut to the days of the page. If none is requested, a date is invalid, or no day of the range is
 * on the page, it is the last `span` days of the page.
 * @param days the days of the page, oldest first.
 * @param span how many days are shown until the reader chooses.
 */
export function shownRange(
  { from, to }: { from: string | null; to: string | null },
  days: string[],
  span: number,
): { first: string; last: string; isAsAsked: boolean } {
  const [oldest, newest] = [days[0], days[days.length - 1]];
  const atFirst = { first: days[Math.max(0, days.length - span)], last: newest };
  if (from === null && to === null) return { ...atFirst, isAsAsked: true };
  const last = to ?? newest;
  const first = from ?? (isDay(last) ? dayAfter(last, 1 - span) : last);
  if (!isDay(first) || !isDay(last) || first > last || last < oldest || first > newest)
    return { ...atFirst, isAsAsked: false };
  const cut = { first: [first, oldest].sort()[1], last: [last, newest].sort()[0] };
  return { ...cut, isAsAsked: cut.first === first && cut.last === last };
}

/** The same day of the previous month; null if that month is too short. */
function monthBefore(day: string): string | null {
  const [year, month, number] = day.split("-").map(Number);
  const found = new Date(Date.UTC(year, month - 2, number));
  return found.getUTCDate() === number ? found.toISOString().slice(0, 10) : null;
}

/**
 * The counterpart of each day of a range. `before`: the same number of days just before. `week`: the same weekdays,
 * moved back by the fewest whole weeks with which the two ranges share no day. `month`: the same day of the previous
 * month.
 * @param days the days of the range.
 */
export function counterparts(days: string[], versus: Versus): (string | null)[] {
  if (versus === "month") return days.map(monthBefore);
  const back = versus === "before" ? days.length : 7 * Math.ceil(days.length / 7);
  return days.map((day) => dayAfter(day, -back));
}

/**
 * The indexes of a range and its counterparts among the days of the page. `matched` has the days of the range that are
 * compared, because they and their counterparts have data; `base` has their counterparts.
 * @param days the days of the page, oldest first.
 * @param missing the indexes of days without data.
 */
export function comparedPlaces(
  { first, last }: { first: string; last: string },
  versus: Versus,
  days: string[],
  missing: number[],
) {
  const places = days.flatMap((day, i) => (first <= day && day <= last ? [i] : []));
  const others = counterparts(
    places.map((i) => days[i]),
    versus,
  ).map((day) => (day === null ? -1 : days.indexOf(day)));
  const hasData = (i: number) => i >= 0 && !missing.includes(i);
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

/** The sum of a count over some days; null for no day. */
export const sumOver = (values: Value[], places: number[]): Value =>
  places.length ? sum(0, ...places.map((i) => values[i] ?? null).filter(known)) : null;
