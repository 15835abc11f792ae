/* Sums of sign-in sessions. sign_ins.ts draws them. */

import { sum } from "../data/measures.js";
import { unpacked } from "../data/packed.js";
import { own } from "../dom.js";
import type { Value } from "../types/basics.js";
import type {
  DaysByWay,
  FailureRow,
  FunnelCounts,
  FunnelStep,
  PathRow,
  RateSteps,
  RawSignIns,
  StepDay,
  WayRow,
} from "../types/sign_ins.js";

export const WAYS = ["direct", "retry", "other", "cut", "lost"] as const;

/** The sessions that signed in. */
export const signedIn = ({ direct, retry, other }: Pick<WayRow, "direct" | "retry" | "other">) =>
  direct + retry + other;

const everyDay = (count: number) => Array.from({ length: count }, () => true);

/**
 * The numbers of sessions by way on each of the last `count` days, oldest first: for each entry channel, and for all
 * channels together. The texts contain `days` days.
 */
export function daysByWay(packed: RawSignIns["way_days"], days: number, count: number): DaysByWay {
  const shown = everyDay(count);
  /** The values of each way, by channel. */
  const channels: [string, Value[][]][] = Object.entries(packed).map(([channel, lines]) => [
    channel,
    WAYS.map((way) => unpacked(lines[way], everyDay(days), 0).slice(-count)),
  ]);
  const all = WAYS.map((_way, w) => shown.map((_day, i) => sum(0, ...channels.map(([, ways]) => ways[w][i]))));
  const rows = (ways: Value[][]): WayRow[] =>
    shown.map((_day, i) => {
      const row = WAYS.map((way, w) => [way, ways[w][i]]);
      return { ...Object.fromEntries(row), sessions: sum(...ways.map((values) => values[i])) } as WayRow;
    });
  return { total: rows(all), channels: Object.fromEntries(channels.map(([channel, ways]) => [channel, rows(ways)])) };
}

/** The counts of steps and pairs of steps by day, oldest first, with the median times of the pairs. */
export function stepsByDay(packed: Record<string, string>, days: number, steps: string[], pairs: string[]): StepDay[] {
  const counts = [...steps, ...pairs, "signed_in"].map((name) => [name, unpacked(packed[name], everyDay(days), 0)]);
  const times = pairs
    .map((pair) => `${pair}_p50_ms`)
    .map((name) => [name, unpacked(packed[name], everyDay(days), null)]);
  return everyDay(days).map(
    (_day, i) => Object.fromEntries([...counts, ...times].map(([name, values]) => [name, values[i]])) as StepDay,
  );
}

/**
 * Whether the logs contain a step: at least half of the sessions that signed in by one-click login have it. True if no
 * session signed in, because then no session needs to have the step.
 */
export const isLogged = (counts: FunnelCounts, step: FunnelStep | "signed_in") => 2 * counts[step] >= counts.signed_in;

/**
 * How many sessions signed in by one-click login without a verification, at least: the logs of their apps lack it, and
 * these sessions lower the rate from the authorization to the verification.
 */
export const withoutVerification = ({ signed_in: signedIn, verify }: FunnelCounts) => Math.max(0, signedIn - verify);

/** Whether both steps of a rate are logged, and a session contains the first. */
export const hasRate = (counts: FunnelCounts, [over, step]: RateSteps) =>
  counts[over] > 0 && isLogged(counts, over) && isLogged(counts, step);

const noSessions = (channel: string | null = null, failure: string | null = null): FailureRow => ({
  channel,
  failure,
  sessions: 0,
  retry: 0,
  by: {},
  cut: 0,
  lost: 0,
  within_minute: 0,
});

/** Adds the sessions of a path to a row. */
function add(row: FailureRow, { way, signed_in_by: by, sessions, within_minute: withinMinute }: PathRow) {
  row.sessions += sessions;
  row.within_minute += withinMinute;
  if (way === "retry" || way === "cut" || way === "lost") row[way] += sessions;
  else if (by !== null) row.by[by] = (own(row.by, by) || 0) + sessions;
}

/**
 * Sessions by their first failure. `rows` has a row for each failure, most sessions first; `total` is their sum.
 * `channels` are the other channels by which users signed in afterwards, most sessions first.
 */
export function afterFailure(paths: PathRow[]): { channels: string[]; rows: FailureRow[]; total: FailureRow } {
  const rows = new Map<string, FailureRow>();
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

/** The sum of some rows. */
export function joinedFailures(rows: FailureRow[]): FailureRow {
  const joined = noSessions();
  for (const row of rows) {
    for (const name of ["sessions", "retry", "cut", "lost", "within_minute"] as const) {
      joined[name] += row[name];
    }
    for (const [channel, sessions] of Object.entries(row.by)) {
      joined.by[channel] = (own(joined.by, channel) || 0) + sessions;
    }
  }
  return joined;
}
