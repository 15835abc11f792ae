/* The usual range of a day: the median of the eight weeks before it, three spreads to either side. It does not
   depend on the span of a chart, so that a fallen figure does not look normal compared with its own last days. The
   rule and its test cases are the same as in `pipelines/incidents/usual/norms.py`, which explains it; the parameters
   are in the site's data. Incidents are only detected by the run. */

import { site } from "../choices/state.js";
import type { Side, Unit, Usual, Value } from "../types/basics.js";
import type { Figures } from "../types/figures.js";
import { known } from "./format.js";
import { channelsOfSeries } from "./measures.js";

/** The median of some numbers; null for none. */
function median(numbers: number[]): Value {
  const ordered = Float64Array.from(numbers).sort();
  const half = ordered.length >> 1;
  if (!ordered.length) return null;
  return ordered.length % 2 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2;
}

/**
 * The usual range of the day at `place`; null on a holiday for counts, and if too few days before it can be used. Only
 * days for which `isReference` returns true are used.
 * @param requests the denominators of a rate; with fewer requests, the range is wider.
 */
export function usualOf(
  values: Value[],
  place: number,
  unit: Unit,
  isReference: (place: number) => boolean,
  requests: Value[] = [],
): Usual | null {
  const { reach, far, of_steps: ofSteps, least_weekdays: leastWeekdays, least_days: leastDays } = site.norms;
  const isCount = unit === "records";
  const step = isCount ? 7 : 1;
  // Holidays only matter for counts.
  const holidays = isCount ? site.holidays : [];
  if (holidays.includes(place)) return null;
  const alike: number[] = [];
  const steps: number[] = [];
  const some: number[] = [];
  const valueAt = (i: number) =>
    i >= 0 && i >= place - reach && isReference(i) && !holidays.includes(i) ? values[i] : null;
  for (let back = 1; back <= reach && back <= place; back += 1) {
    const [value, before] = [valueAt(place - back), valueAt(place - back - step)];
    if (!known(value)) continue;
    if (back % step === 0) alike.push(value);
    if (requests[place - back]) some.push(requests[place - back] as number);
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
 * The position of the figure over some days relative to the usual ranges of these days; "unknown" if fewer than half of
 * the days with a value have a usual range. Only this rule defines colours: a figure is green or red only outside its
 * usual range.
 * @param places the days, as indexes into `values`.
 * @param requests the denominators of a rate; none of a count.
 */
export function sideOfDays(
  values: Value[],
  places: number[],
  unit: "records" | "share",
  isReference: (place: number) => boolean,
  requests: Value[],
): Side {
  const days = places.filter((place) => known(values[place]));
  const found = days.flatMap((place) => {
    const norm = usualOf(values, place, unit, isReference, requests);
    return norm ? [{ ...norm, value: Number(values[place]), weight: requests[place] || 1 }] : [];
  });
  if (!found.length || 2 * found.length < days.length) return "unknown";
  const isCount = unit === "records";
  const whole = isCount ? 1 : total(found.map(({ weight }) => weight));
  const value = total(found.map((day) => day.value * (isCount ? 1 : day.weight))) / whole;
  const usual = total(found.map((day) => day.usual * (isCount ? 1 : day.weight))) / whole;
  const swing = Math.hypot(...found.map((day) => day.swing * (isCount ? day.usual : day.weight))) / whole;
  const variance = found.map((day) => (isCount ? Math.max(day.usual, 1) : day.weight * day.usual * (1 - day.usual)));
  const chance = Math.sqrt(total(variance)) / whole;
  // Days of the same weekday have the same usual value, and therefore the same error.
  const room = site.norms.far * Math.max(swing, chance) * (found.length > 1 ? Math.SQRT2 : 1);
  if (Math.abs(value - usual) <= room) return "inside";
  return value > usual ? "above" : "below";
}

const total = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0);

/**
 * Returns a test of whether a day is a reference for the usual range of a series: the app had begun to log, and had no
 * incident in the channels of the series. Incidents of kind `further` do not count.
 * @param series a channel, `*` for all login channels together, or a count of usage.
 * @param options whether the series is of sessions. Only then do incidents of the sign-in rate count.
 */
export function referenceDayTest(
  { first_seen: firstSeen, incident_spans: spans }: Pick<Figures, "first_seen" | "incident_spans">,
  days: string[],
  series: string,
  { ofSessions = false }: { ofSessions?: boolean } = {},
): (place: number) => boolean {
  const named = channelsOfSeries(series);
  const faults = spans.filter((one) => !one.is_further && (ofSessions || !one.is_of_sessions));
  const bad = faults.filter(({ channel }) => channel === "*" || named.includes(channel));
  return (place) => {
    const day = days[place];
    if (firstSeen && day < firstSeen) return false;
    return !bad.some(({ first_day: first, last_day: last }) => first <= day && (last === null || day <= last));
  };
}
