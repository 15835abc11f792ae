/* Formats numbers, days and sizes in both languages. No digits are lost: if a count is shortened (from 10 thousand
   on), the exact one is shown next to it. */

import { _, filled, listed } from "../choices/language.js";
import { chosenSpan, language, site } from "../choices/state.js";
import type { Language, PeriodKey, Value } from "../types/basics.js";

export const ABSENT = "—";

/** Whether a value is present; zero is. */
export const known = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

// Cached: creating one costs more than formatting a hundred numbers with it.
const [WHOLE, ONE_PLACE, TWO_PLACES, FOUR_PLACES] = [0, 1, 2, 4].map(
  (maximumFractionDigits) => new Intl.NumberFormat("en-US", { maximumFractionDigits }),
);

/** An exact number, up to four decimals: 1,234,567. */
export const number = (value: Value | undefined): string => (known(value) ? FOUR_PLACES.format(value) : ABSENT);

/**
 * A number with a fixed number of decimals, halves away from zero, as `half_up` of the run rounds. Binary fractions store
 * some halves a little too small: 6.75 as the change from 400 to 427, in per cent, is 6.749999999999989.
 */
export function fixed(value: number, decimals: number): string {
  const unit = 10 ** decimals;
  return ((Math.sign(value) * Math.floor(Math.abs(value) * unit + 0.5 + 1e-9)) / unit).toFixed(decimals);
}

/** A share as per cent with two decimals. */
export const share = (value: Value | undefined): string => (known(value) ? `${fixed(value * 100, 2)}%` : ABSENT);

/** A share as per cent with one decimal, as everywhere for sign-in sessions. */
export const level = (value: Value | undefined) => (known(value) ? `${fixed(value * 100, 1)}%` : ABSENT);

/** A latency: 1,234 ms or 1,234 毫秒. */
export const milliseconds = (value: Value | undefined): string =>
  known(value) ? filled(_("{value} ms"), { value: number(value) }) : ABSENT;

/** A number of bytes, in B, kB or MB (powers of ten). */
export function size(value: Value | undefined): string {
  if (!known(value)) return ABSENT;
  if (value < 1000) return `${value} B`;
  // From 999,950 on, one decimal would give 1000.0 kB.
  return value < 999950 ? `${fixed(value / 1e3, 1)} kB` : `${fixed(value / 1e6, 1)} MB`;
}

const UNITS: Record<Language, [number, string][]> = {
  zh: [
    [1e8, "亿"],
    [1e4, "万"],
  ],
  en: [
    [1e9, "B"],
    [1e6, "M"],
    [1e4, "K"],
  ],
};

/** A count in at most four digits: 8,123 · 12.35万 · 1.24亿 · 12.35K · 1.24M. */
export function compact(value: Value | undefined): string {
  if (!known(value)) return ABSENT;
  for (const [threshold, name] of UNITS[language]) {
    // A number that rounds up to the larger unit is written in it: 1亿, not 10,000万.
    if (Math.abs(value) < threshold * (threshold === 1e4 ? 1 : 0.99995)) continue;
    const scaled = value / (name === "K" ? 1e3 : threshold);
    const digits = Math.floor(Math.log10(Math.abs(scaled))) + 1;
    return (digits < 3 ? TWO_PLACES : digits < 4 ? ONE_PLACE : WHOLE).format(scaled) + name;
  }
  return number(value);
}

/** Whether `compact` writes a value in a larger unit. */
export const isShortened = (value: Value): boolean => known(value) && Math.abs(value) >= 1e4;

const WEEKDAYS = () => [_("Sun"), _("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat")];

/** The name of an ISO date's weekday. */
export const weekday = (day: string): string => WEEKDAYS()[new Date(`${day}T00:00:00Z`).getUTCDay()];

/** An unambiguous date, year first: `2026-11-23 周一` or `2026-11-23 Mon`. */
export const dayLabel = (day: string): string => `${day} ${weekday(day)}`;

/** The date a number of days after another. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 864e5).toISOString().slice(0, 10);

/** A range of days as `2026-11-17 – 11-23`, with both years if they differ. */
export function dayRange(first: string, last: string): string {
  if (first === last) return dayLabel(first);
  return first.slice(0, 4) === last.slice(0, 4) ? `${first} – ${last.slice(5)}` : `${first} – ${last}`;
}

/** The days or months of a span of the charts, as a range. */
export const placesLabel = ({ x, isByMonth }: { x: string[]; isByMonth: boolean }) =>
  isByMonth ? `${x[0].slice(0, 7)} – ${x[x.length - 1].slice(0, 7)}` : dayRange(x[0], x[x.length - 1]);

/** The name of the span before that of the charts. */
export const previousLabel = () => (chosenSpan === "7" ? _("Previous 7 days") : _("Previous 30 days"));

/** The name of a period. */
export const periodLabel = (name: PeriodKey): string =>
  ({
    day: _("Data day"),
    7: _("7 days"),
    30: _("30 days"),
    month: _("Month to date"),
    last_month: _("Last month"),
  })[name];

/** The text that names a period's base of comparison. */
export const baseLabel = (name: PeriodKey): string =>
  ({
    day: _("vs same weekday last week"),
    7: _("vs previous 7 days"),
    30: _("vs previous 30 days"),
    month: _("vs same days last month"),
    last_month: _("vs the month before"),
  })[name];

/**
 * How many days of a period are compared, each with its counterpart in the base. If not all are, also how many days
 * each period has with data, and which are missing: "29 of 30 days comparable: this period 29 days, the one before 30
 * (missing 11-05)". Empty for a single day that is compared.
 */
export function coverageNote(name: PeriodKey): string {
  const period = site.periods[name];
  const { days, matched_days: matched, missing } = period;
  if (days === 1 && matched === 1) return "";
  // Days before the first record are not listed as missing.
  if (!period.base_days_with_data) return _("no data to compare with");
  const words = period.is_comparable
    ? _("{matched} of {days} days comparable")
    : _("only {matched} of {days} days comparable, too few");
  const comparable = filled(words, { matched, days });
  if (matched === days && period.base_days === days) return comparable;
  const coverage = filled(_("{comparable}: this period {now} days, the one before {before}"), {
    comparable,
    now: period.days_with_data,
    before: period.base_days_with_data,
  });
  if (!missing.length) return coverage;
  // The list begins with the newest day.
  const named = missing
    .slice(0, 3)
    .reverse()
    .map((day) => day.slice(5));
  const shown = listed(named);
  const rest = missing.length - named.length;
  return filled(_("{coverage} (missing {days})"), {
    coverage,
    days: rest ? filled(_("{days} and {count} more"), { days: shown, count: rest }) : shown,
  });
}
