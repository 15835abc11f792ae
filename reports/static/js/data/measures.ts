/* Sums and rates of counts, by the declarations in the site's data (`contract/measures`), and lists of channels.
   figures.ts has the counts of an app. */

import { site } from "../choices/state.js";
import { own } from "../dom.js";
import type { PeriodKey, Value } from "../types/basics.js";
import type { Counts } from "../types/figures.js";

/** A rate or share; null if the part is absent, or the whole is absent or 0. */
export function ratio(part: Value, whole: Value): Value {
  return part === null || !whole ? null : part / whole;
}

/** The sum of the known values; null if none is known. */
export function sum(...values: Value[]): Value {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

/** The rate that excludes cancelled requests; the only one that is stored by SDK version. */
export const TECHNICAL = "technical_success_rate";

/** The channels of the login trend, in their order. */
export const loginChannels = () => site.channels.filter((one) => one.is_login).map((one) => one.key);

/**
 * The channels of a chart's line.
 * @param series a channel, `*` for all login channels together, or a count of usage.
 */
export const channelsOfSeries = (series: string): string[] =>
  series === "*" ? loginChannels() : own(site.usage, series)?.channels || [series];

/** The channels of the group `other`; no total includes them. */
export const otherChannels = () => site.channels.filter((one) => one.group === "other").map((one) => one.key);

/** The login channels that are shown, the four together if several are, and the other channels that are shown. */
export function shownChannels(isShown: (channel: string) => boolean): string[] {
  const logins = loginChannels().filter(isShown);
  return [...logins, ...(logins.length > 1 ? ["*"] : []), ...otherChannels().filter(isShown)];
}

/** The channels that verify a number of a user who is signed in already. */
export const checkChannels = () =>
  site.channels.filter((one) => !one.is_login && one.group === "number").map((one) => one.key);

/** The counts of usage that pages show. */
export const usageMeasures = (): string[] => Object.keys(site.usage);

export const cardMeasures = (): string[] => usageMeasures().filter((name) => site.usage[name].channels.length);

/** Whether the change of a period is shown: at least half of its days are matched. */
export function isComparable(period: PeriodKey): boolean {
  return site.periods[period].is_comparable;
}

/**
 * A sum or difference of counts, as a rate declares it; null if one of them is absent.
 * @param term the sign of each count.
 */
function termOf(term: Record<string, number>, countOf: (count: string) => Value): Value {
  const values = Object.entries(term).map(([count, sign]) => [countOf(count), sign]);
  return values.some(([value]) => value === null)
    ? null
    : values.reduce((total, [value, sign]) => total + Number(value) * Number(sign), 0);
}

/** The denominator of a rate. */
export const denominatorOf = (rate: string, countOf: (count: string) => Value): Value =>
  termOf(site.rates[rate].denominator, countOf);

/** A declared rate of counts; null if a count is absent or the denominator is 0. */
export const rateOf = (rate: string, countOf: (count: string) => Value): Value =>
  ratio(termOf(site.rates[rate].numerator, countOf), denominatorOf(rate, countOf));

/** The rates of lists of counts, element by element. */
export function rateLists(lists: Record<string, Value[]>, length: number): Record<string, Value[]> {
  const places = Array.from({ length }, (_unused, i) => i);
  return Object.fromEntries(
    Object.keys(site.rates).map((rate) => [rate, places.map((i) => rateOf(rate, (count) => lists[count][i]))]),
  );
}

/**
 * A row of counts with derived values: counts of the matched days (all days minus the unmatched ones), and the rates
 * over the period, over its matched days, and over their counterparts.
 */
export function withRates<Row extends Record<string, unknown>>(row: Row): Row & Counts {
  const found: Record<string, unknown> = { ...row };
  for (const name of Object.keys(row).filter((one) => one.startsWith("unmatched_"))) {
    const count = name.replace("unmatched_", "");
    const isKnown = row[count] !== null && row[name] !== null;
    found[`matched_${count}`] = isKnown ? (row[count] as number) - (row[name] as number) : null;
  }
  for (const span of ["", "matched_", "counterpart_"]) {
    for (const rate of Object.keys(site.rates)) {
      found[span + rate] = rateOf(rate, (count) => (found[span + count] as Value | undefined) ?? null);
    }
  }
  return found as Row & Counts;
}
