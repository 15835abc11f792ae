/* What the charts show: the page's window, 90 days, or 13 months by month; and the numbers of a series over it. */

import { seriesValues } from "./figures.js";
import { countedDays, normOf } from "./norms.js";
import { figures, isolated, site } from "./state.js";

/** @import { SeriesPlace, SpanKey, Unit, Value } from "./types.d.ts" */

/** @type {SpanKey[]} */
export const SPANS = ["7", "30", "90", "months"];

/**
 * The days or months of a span, oldest first, and the places of those that lack data: of a month, of any of its days.
 * @param {SpanKey} span
 * @returns {{ x: string[], missing: number[], isByMonth: boolean }}
 */
export function placesOf(span) {
  if (span === "months") {
    const partial = site.months.flatMap(([, days, withData], i) => (withData < days ? [i] : []));
    return { x: site.months.map(([month]) => month), missing: partial, isByMonth: true };
  }
  const x = site.long_days.slice(-Number(span));
  const before = site.long_days.length - x.length;
  return { x, missing: site.long_missing.filter((i) => i >= before).map((i) => i - before), isByMonth: false };
}

/**
 * @param {SeriesPlace} meta
 * @param {SpanKey} span
 * @returns {Value[]}
 */
export function valuesOf(meta, span) {
  return span === "months"
    ? seriesValues(meta, figures.monthly)
    : seriesValues(meta, figures.long).slice(-Number(span));
}

/**
 * The values of the same number of days just before, where the figures reach so far back; none of them else.
 * @param {SeriesPlace} meta
 * @param {SpanKey} span
 * @returns {Value[]}
 */
export function previousOf(meta, span) {
  const days = Number(span);
  return 2 * days <= site.long_days.length ? seriesValues(meta, figures.long).slice(-2 * days, -days) : [];
}

/**
 * What is usual on each day of a span; nothing of a month.
 * @param {SeriesPlace} meta
 * @param {Unit} unit
 * @param {SpanKey} span
 * @returns {([number, number] | null)[]}
 */
export function normsOf(meta, unit, span) {
  if (span === "months") return [];
  const values = seriesValues(meta, figures.long);
  const counts = countedDays(figures, site.long_days, meta.series);
  const first = values.length - Number(span);
  return values.slice(first).map((_value, i) => normOf(values, first + i, unit, counts));
}

/**
 * The notes on the app and on all apps from a day on, oldest first: day and text.
 * @param {string} first
 * @returns {[string, string][]}
 */
export function notesFrom(first) {
  const all = [...site.notes, ...figures.notes].filter(([day]) => day >= first);
  return all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * Whether what is shown has a series at all, on any day or in any month.
 * @param {SeriesPlace} meta
 * @returns {boolean}
 */
export function isPresent(meta) {
  // Where every request fails, the rate is zero, and there.
  const counted = meta.group === "trend" ? { ...meta, field: "authorization_requests" } : meta;
  return [figures.long, figures.monthly].some((lists) => seriesValues(counted, lists).some(Boolean));
}

/**
 * The series that a chart shows: those that are there, and of these the one that is isolated, where the chart has it.
 * @template {{ meta: SeriesPlace }} Series
 * @param {Series[]} data
 * @returns {Series[]}
 */
export function shownSeries(data) {
  const present = data.filter(({ meta }) => isPresent(meta));
  const shown = present.length ? present : data;
  const alone = shown.filter(({ meta }) => meta.look === isolated);
  return alone.length ? alone : shown;
}
