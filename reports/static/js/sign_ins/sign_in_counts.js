/* Sums of sign-in sessions, as `reports/content/sign_in/` computes them for the page of all apps. sign_ins.js draws
   them. */

import { sum } from "../data/measures.js";
import { unpacked } from "../data/packed.js";
import { own } from "../dom.js";

/** @import { DaysByWay, FailureRow, FunnelCounts, FunnelStep, PathRow, RateSteps, RawSignIns, StepDay, Value, WayRow } from "../types.d.ts" */

export const WAYS = /** @type {const} */ (["direct", "retry", "other", "cut", "lost"]);

/**
 * The sessions that signed in.
 * @param {Pick<WayRow, "direct" | "retry" | "other">} row
 */
export const signedIn = ({ direct, retry, other }) => direct + retry + other;

/** @param {number} count */
const everyDay = (count) => Array.from({ length: count }, () => true);

/**
 * The numbers of sessions by way on each of the last `count` days, oldest first: for each entry channel, and for all
 * channels together. The texts contain `days` days.
 * @param {RawSignIns["way_days"]} packed
 * @param {number} days
 * @param {number} count
 * @returns {DaysByWay}
 */
export function daysByWay(packed, days, count) {
  const shown = everyDay(count);
  /** @type {[string, Value[][]][]} the values of each way, by channel. */
  const channels = Object.entries(packed).map(([channel, lines]) => [
    channel,
    WAYS.map((way) => unpacked(lines[way], everyDay(days), 0).slice(-count)),
  ]);
  const all = WAYS.map((_way, w) => shown.map((_day, i) => sum(0, ...channels.map(([, ways]) => ways[w][i]))));
  /** @param {Value[][]} ways @returns {WayRow[]} */
  const rows = (ways) =>
    shown.map((_day, i) => {
      const row = WAYS.map((way, w) => [way, ways[w][i]]);
      return /** @type {any} */ ({ ...Object.fromEntries(row), sessions: sum(...ways.map((values) => values[i])) });
    });
  return { total: rows(all), channels: Object.fromEntries(channels.map(([channel, ways]) => [channel, rows(ways)])) };
}

/**
 * The counts of steps and pairs of steps by day, oldest first, with the median times of the pairs.
 * @param {Record<string, string>} packed
 * @param {number} days
 * @param {string[]} steps
 * @param {string[]} pairs
 * @returns {StepDay[]}
 */
export function stepsByDay(packed, days, steps, pairs) {
  const counts = [...steps, ...pairs, "signed_in"].map((name) => [name, unpacked(packed[name], everyDay(days), 0)]);
  const times = pairs
    .map((pair) => `${pair}_p50_ms`)
    .map((name) => [name, unpacked(packed[name], everyDay(days), null)]);
  return everyDay(days).map(
    (_day, i) =>
      /** @type {any} */ (Object.fromEntries([...counts, ...times].map(([name, values]) => [name, values[i]]))),
  );
}

/**
 * Whether the logs contain a step: at least half of the sessions that signed in by one-click login have it. True if no
 * session signed in, because then no session needs to have the step.
 * @param {FunnelCounts} counts
 * @param {FunnelStep | "signed_in"} step
 */
export const isLogged = (counts, step) => 2 * counts[step] >= counts.signed_in;

/**
 * Whether both steps of a rate are logged, and a session contains the first.
 * @param {FunnelCounts} counts
 * @param {RateSteps} steps
 */
export const hasRate = (counts, [over, step]) => counts[over] > 0 && isLogged(counts, over) && isLogged(counts, step);

/** @type {(channel?: string | null, failure?: string | null) => FailureRow} */
const noSessions = (channel = null, failure = null) => ({
  channel,
  failure,
  sessions: 0,
  retry: 0,
  by: {},
  cut: 0,
  lost: 0,
  within_minute: 0,
});

/**
 * Adds the sessions of a path to a row.
 * @param {FailureRow} row
 * @param {PathRow} path
 */
function add(row, { way, signed_in_by: by, sessions, within_minute: withinMinute }) {
  row.sessions += sessions;
  row.within_minute += withinMinute;
  if (way === "retry" || way === "cut" || way === "lost") row[way] += sessions;
  else if (by !== null) row.by[by] = (own(row.by, by) || 0) + sessions;
}

/**
 * Sessions by their first failure. `rows` has a row for each failure, most sessions first; `total` is their sum.
 * `channels` are the other channels by which users signed in afterwards, most sessions first.
 * @param {PathRow[]} paths
 * @returns {{ channels: string[], rows: FailureRow[], total: FailureRow }}
 */
export function afterFailure(paths) {
  /** @type {Map<string, FailureRow>} */
  const rows = new Map();
  const total = noSessions();
  for (const path of paths) {
    const key = `${path.failed_channel} ${path.failure}`;
    const row = rows.get(key) || noSessions(path.failed_channel, path.failure);
    rows.set(key, row);
    add(row, path);
    add(total, path);
  }
  const byKey = Object.entries(total.by).sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1));
  return {
    channels: byKey.map(([channel]) => channel),
    // Ties keep the order of the paths: by channel and failure.
    rows: [...rows.values()].sort((a, b) => b.sessions - a.sessions),
    total,
  };
}

/**
 * The sum of some rows.
 * @param {FailureRow[]} rows
 * @returns {FailureRow}
 */
export function joinedFailures(rows) {
  const joined = noSessions();
  for (const row of rows) {
    for (const name of /** @type {const} */ (["sessions", "retry", "cut", "lost", "within_minute"])) {
      joined[name] += row[name];
    }
    for (const [channel, sessions] of Object.entries(row.by)) {
      joined.by[channel] = (own(joined.by, channel) || 0) + sessions;
    }
  }
  return joined;
}
