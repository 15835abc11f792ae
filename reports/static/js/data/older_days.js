/* The days that a range of the reader's own may have: the 90 of an app's figures and, from a file of its own, the older ones of
   the 13 months. Does not belong here: which days are compared (ranges.js). */

import { loadScript } from "../dom.js";
import { chartLists } from "./figures.js";
import { figures, site } from "./state.js";

/** @import { ChartLists, Value } from "../types.d.ts" */

const FILE = "./days_13m.js";
const DAY = 864e5;

/** @type {ChartLists | undefined} */
let older;

/** @type {string[]} */
let named = [];

/**
 * The days of the 13 months before the 90; none where the app has no record of them.
 * @returns {string[]}
 */
function olderDays() {
  if (named.length || !figures.has_older_days) return named;
  const first = Date.parse(site.months[0].month);
  const count = Math.round((Date.parse(site.long_days[0]) - first) / DAY);
  named = Array.from({ length: count }, (_unused, i) => new Date(first + i * DAY).toISOString().slice(0, 10));
  return named;
}

/**
 * All days that can be chosen, oldest first, and the places of those without data; older days have none until they are
 * loaded.
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

/**
 * The values of a list of the figures on these days.
 * @param {(lists: ChartLists) => Value[]} listOf
 * @returns {Value[]}
 */
export const valuesOfRange = (listOf) => [
  ...(older ? listOf(older) : olderDays().map(() => null)),
  ...listOf(figures.long),
];

/**
 * Loads the older days, once, and says when they are there.
 * @param {() => void} loaded
 */
export async function loadOlderDays(loaded) {
  if (older || !figures.has_older_days) return;
  try {
    await loadScript(FILE);
  } catch {
    // An app's folder that was copied in part: the 90 days are there.
    return;
  }
  // Asked for again meanwhile.
  if (older) return;
  const days = olderDays();
  const since = figures.first_seen || "";
  older = chartLists(
    window.AUTHMETER_OLDER_DAYS || {},
    days.map((day, i) => !site.older_missing.includes(i) && day >= since),
  );
  loaded();
}
