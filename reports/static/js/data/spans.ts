/* The span of the charts: the page's window, 90 days, or 13 months; and the numbers of a series over it. */

import { figures, site } from "../choices/state.js";
import { own } from "../dom.js";
import type { PeriodKey, Side, SpanKey, Unit, Usual, Value } from "../types/basics.js";
import type { Series, SeriesPlace } from "../types/charts.js";
import type { DayNote } from "../types/site.js";
import { seriesValues } from "./figures.js";
import { denominatorOf, rateOf, ratio, sum } from "./measures.js";
import { referenceDayTest, sideOfDays, usualOf } from "./norms.js";

export const SPANS: SpanKey[] = ["7", "30", "90", "months"];

/**
 * The number of days of a calendar month, and how many of them have data. In the current month the days after the data
 * day have none.
 * @param place the index of the month in `site.months`.
 */
function daysOfMonth(place: number): { days: number; withData: number } {
  const { month, days_with_data: withData } = site.months[place];
  const [year, number] = month.split("-").map(Number);
  return { days: new Date(Date.UTC(year, number, 0)).getUTCDate(), withData };
}

/** Whether every day of a month has data; `place` is the index of the month in `site.months`. */
const isWhole = (place: number) => daysOfMonth(place).withData === daysOfMonth(place).days;

/**
 * The number of days of a month, and how many of them have data.
 * @param place the index of the month on the axis.
 */
export const monthDays = (place: number) => daysOfMonth(boundsOf("months")[0] + place);

/** Least number of days or months on an axis. */
const LEAST_PLACES = 7;

/**
 * The indexes of a span's axis among the days or months: the first index, and the index after the last. The axis begins
 * with the app's first record, because the days before are not an outage, but has at least `LEAST_PLACES` days or
 * months.
 */
function boundsOf(span: SpanKey): [number, number] {
  const places = span === "months" ? site.months.map(({ month }) => month) : site.long_days;
  const wanted = span === "months" ? 0 : places.length - Number(span);
  const first = figures?.first_seen?.slice(0, span === "months" ? 7 : 10);
  const begun = first ? places.findIndex((place) => place.slice(0, first.length) >= first) : 0;
  return [Math.max(wanted, Math.min(begun, places.length - LEAST_PLACES)), places.length];
}

/** The days or months of a span, oldest first, and the indexes of days without data, or of months with such days. */
export function placesOf(span: SpanKey): { x: string[]; missing: number[]; isByMonth: boolean } {
  const [first, end] = boundsOf(span);
  const begun = figures?.first_seen || "";
  if (span === "months") {
    const x = site.months.map(({ month }) => month).slice(first);
    const missing = x.flatMap((month, i) => (isWhole(first + i) || month < begun.slice(0, 7) ? [] : [i]));
    return { x, missing, isByMonth: true };
  }
  const isGap = (i: number) => i >= first && i < end && site.long_days[i] >= begun;
  const missing = site.long_missing.filter(isGap).map((i) => i - first);
  return { x: site.long_days.slice(first), missing, isByMonth: false };
}

/** The counts of each day or month of a span, as tables and files show them; a month has the sum of its days. */
export function valuesOf(meta: SeriesPlace, span: SpanKey): Value[] {
  const lists = span === "months" ? figures.monthly : figures.long;
  return seriesValues(meta, lists).slice(boundsOf(span)[0]);
}

/**
 * The values at which a line is drawn. A count of a month is drawn as its daily mean, so that a month with few days
 * does not look like a fall.
 */
export function heightsOf(meta: SeriesPlace, span: SpanKey): Value[] {
  const values = valuesOf(meta, span);
  const isCount = meta.group === "usage" || meta.field === "authorizations";
  return span === "months" && isCount ? values.map((value, i) => ratio(value, monthDays(i).withData)) : values;
}

/** The values of the span before, of the same length; empty for months, and if the figures do not reach back so far. */
export function previousOf(meta: SeriesPlace, span: SpanKey): Value[] {
  const [days, shown] = [Number(span), placesOf(span).x.length];
  if (span === "months" || 2 * days > site.long_days.length) return [];
  return seriesValues(meta, figures.long)
    .slice(-2 * days, -days)
    .slice(-shown);
}

/** The denominators of a rate; empty for counts and latencies. */
function requestsOf({ series, field }: Series): Value[] {
  const lists = own(figures.long.channels, series);
  if (!lists || field === null) return [];
  if (field === "share") return figures.long.channels["*"].authorizations;
  if (!own(site.rates, field)) return [];
  return site.long_days.map((_day, i) => denominatorOf(field, (count) => own(lists, count)?.[i] ?? null));
}

/** The usual range of each day of a span; empty for months and for SDK versions. */
export function normsOf(meta: SeriesPlace, unit: Unit, span: SpanKey): (Usual | null)[] {
  // Too few days are stored by version.
  if (span === "months" || meta.group === "version") return [];
  const values = seriesValues(meta, figures.long);
  const requests = requestsOf(meta);
  const isReference = referenceDayTest(figures, site.long_days, meta.series);
  const [first] = boundsOf(span);
  return values.slice(first).map((_value, i) => usualOf(values, first + i, unit, isReference, requests));
}

/** The position of a period's figure relative to its usual range. */
export function sideOf(meta: Series, unit: "records" | "share", period: PeriodKey): Side {
  const { first, last } = site.periods[period];
  return sideOfPlaces(
    meta,
    unit,
    site.long_days.flatMap((day, i) => (first <= day && day <= last ? [i] : [])),
  );
}

/**
 * The position of the figure over some days relative to the usual ranges of these days.
 * @param places the days, as indexes into the 90 days.
 */
export function sideOfPlaces(meta: Series, unit: "records" | "share", places: number[]): Side {
  const isReference = referenceDayTest(figures, site.long_days, meta.series);
  return sideOfDays(seriesValues(meta, figures.long), places, unit, isReference, requestsOf(meta));
}

/** The figure of one of the 90 days, its usual range (null if `usualOf` finds none), and its position in the range. */
export function dayOf(
  meta: Series,
  unit: "records" | "share",
  place: number,
): { value: Value; usual: Usual | null; side: Side } {
  const values = seriesValues(meta, figures.long);
  const isReference = referenceDayTest(figures, site.long_days, meta.series);
  const usual = usualOf(values, place, unit, isReference, requestsOf(meta));
  return { value: values[place] ?? null, usual, side: sideOfPlaces(meta, unit, [place]) };
}

/**
 * A rate over the same weekdays of the weeks before, using only the days that count for the usual range.
 * @param place the day, as index into the 90 days.
 */
export function usualRateOf(channel: string, rate: string, place: number): Value {
  const lists = figures.long.channels[channel];
  const isReference = referenceDayTest(figures, site.long_days, channel);
  const alike = Array.from({ length: Math.floor(site.norms.reach / 7) }, (_unused, i) => place - 7 * (i + 1)).filter(
    (i) => i >= 0 && isReference(i) && !site.holidays.includes(i),
  );
  return rateOf(rate, (count) => sum(0, ...alike.map((i) => lists[count][i])));
}

/** The notes on the app and on all apps from a day on, oldest first. */
export function notesFrom(first: string): DayNote[] {
  const all = [...site.notes, ...figures.notes].filter(({ day }) => day >= first);
  return all.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}
