/* The days that a chosen range may contain: the 90 days of an app's figures and, from a file of their own, the older
   days of the 13 months. ranges.ts decides which days are compared. */

import { figures, site } from "../choices/state.js";
import { loadScript } from "../dom.js";
import type { Value } from "../types/basics.js";
import type { ChartLists } from "../types/figures.js";
import { chartLists } from "./figures.js";
import { dayAfter } from "./format.js";

const FILE = "./days_13m.js";
const DAY = 864e5;

let older: ChartLists | undefined;
let named: string[] = [];

/** The days of the 13 months before the last 90 days, also before the app's first record; empty if there are none. */
function olderDays(): string[] {
  if (named.length || !site.has_older_days) return named;
  const { month } = site.months[0];
  const count = Math.round((Date.parse(site.long_days[0]) - Date.parse(month)) / DAY);
  if (site.older_missing.length < count) named = Array.from({ length: count }, (_unused, i) => dayAfter(month, i));
  return named;
}

/**
 * All days that can be chosen, oldest first, the indexes of days without data, and the number of older days. Older
 * days count as days without data until they are loaded.
 */
export function daysOfRange() {
  const before = olderDays();
  const isMissing = new Set(site.older_missing);
  const missing = before.flatMap((_day, i) => (older && !isMissing.has(i) ? [] : [i]));
  return {
    days: [...before, ...site.long_days],
    missing: [...missing, ...site.long_missing.map((i) => before.length + i)],
    olderCount: before.length,
  };
}

/** The values of one list of the figures, for all days that can be chosen (`daysOfRange`). */
export const valuesOfRange = (listOf: (lists: ChartLists) => Value[]): Value[] => [
  ...(older ? listOf(older) : olderDays().map(() => null)),
  ...listOf(figures.long),
];

/** Loads the older days once, then calls `loaded`. */
export async function loadOlderDays(loaded: () => void) {
  if (older || !olderDays().length) return;
  try {
    // An app without a record on these days has no file: its counts are zero.
    await (figures.has_older_days && loadScript(FILE));
  } catch {
    // If the app's folder was copied incompletely, only the 90 days are available.
    return;
  }
  // Another call has loaded them meanwhile.
  if (older) return;
  const days = olderDays();
  const since = figures.first_seen || "";
  older = chartLists(
    window.AUTHMETER_OLDER_DAYS || {},
    days.map((day, i) => !site.older_missing.includes(i) && day >= since),
  );
  loaded();
}
