/* Decodes the figures of one app, or of all apps together: tables as rows, texts as numbers by channel and day or
   month, and derived values. measures.ts computes rates. */

import { site } from "../choices/state.js";
import { own } from "../dom.js";
import type { ByWindow, Step, Value } from "../types/basics.js";
import type { Series } from "../types/charts.js";
import type { FigureTables } from "../types/figure_tables.js";
import type {
  ChannelLists,
  ChannelRow,
  ChartLists,
  Figures,
  RawFigures,
  UsageRow,
  VersionLists,
} from "../types/figures.js";
import {
  cardMeasures,
  loginChannels,
  otherChannels,
  rateLists,
  ratio,
  sum,
  TECHNICAL,
  usageMeasures,
  withRates,
} from "./measures.js";
import { unpacked, versionRates } from "./packed.js";
import { rowsOf } from "./rows.js";

export const STEPS: Step[] = ["authorization", "verification"];

/** Counts of a channel that its texts contain; absent means zero. */
const COUNTS = ["authorizations", "authorizations_failed", "authorizations_cancelled", "verifications", "undelivered"];
const LATENCIES = ["latency_p50_ms", "latency_p95_ms"];

/**
 * The counts of one channel, or of the four channels together, with derived counts and rates; `totals` are the
 * authorizations of the four channels together.
 */
function withLists(counts: Record<string, Value[]>, totals: Value[]): ChannelLists {
  const added = (...names: string[]) => totals.map((_total, i) => sum(...names.map((name) => counts[name][i])));
  const lists: Record<string, Value[]> = {
    ...counts,
    authorization_requests: added("authorizations", "authorizations_failed", "authorizations_cancelled"),
    verification_requests: added("verifications", "undelivered"),
    share: counts.authorizations.map((value, i) => ratio(value, totals[i])),
  };
  return { ...lists, ...rateLists(lists, totals.length) } as ChannelLists;
}

/**
 * The numbers of the charts over some days or months: by channel, with `*` for the four channels together, and by count
 * of usage.
 */
export function chartLists(texts: Record<string, Record<string, string>>, withData: boolean[]): ChartLists {
  const keys = [...new Set([...site.channels.map((one) => one.key), ...Object.keys(texts)])];
  const lists = (channel: string, names: string[], absent: Value) =>
    Object.fromEntries(names.map((name) => [name, unpacked(own(texts, channel)?.[name], withData, absent)]));
  const counts = Object.fromEntries(keys.map((channel) => [channel, lists(channel, COUNTS, 0)]));
  const together = (name: string, channels: string[]) =>
    withData.map((_hasData, i) => sum(...channels.map((channel) => counts[channel][name][i])));
  const all = Object.fromEntries(COUNTS.map((name) => [name, together(name, loginChannels())]));
  const channels = Object.fromEntries(
    keys.map((key) => [key, { ...withLists(counts[key], all.authorizations), ...lists(key, LATENCIES, null) }]),
  );
  const usage = cardMeasures().map((name) => [name, together(site.usage[name].summed, site.usage[name].channels)]);
  return {
    channels: { ...channels, "*": withLists(all, all.authorizations) },
    usage: Object.fromEntries(usage),
  };
}

/** Whether the day at this place of `long_days` is one of them and has data. */
export const hasData = (i: number) => i >= 0 && !site.long_missing.includes(i);

/** Login authorization of a channel over a window, its matched days, and their counterparts just before it. */
function channelRow(channels: ChartLists["channels"], channel: string, days: number): ChannelRow {
  const lists = channels[channel];
  const places = site.long_days.map((_day, i) => i).slice(-days);
  const matched = places.filter((i) => hasData(i) && hasData(i - days));
  const [isKnown, isBaseKnown] = [places.some(hasData), places.some((i) => hasData(i - days))];
  const row: Record<string, Value> = {};
  for (const name of [
    "authorizations",
    "authorization_requests",
    "authorizations_cancelled",
    "authorizations_failed",
  ] as const) {
    const over = (chosen: number[]) => sum(0, ...chosen.map((i) => lists[name][i]));
    row[name] = isKnown ? over(places) : null;
    row[`matched_${name}`] = isKnown ? over(matched) : null;
    row[`counterpart_${name}`] = isBaseKnown ? over(matched.map((i) => i - days)) : null;
  }
  const totals = channels["*"].authorizations.slice(-days);
  return {
    channel,
    ...withRates(row),
    share: otherChannels().includes(channel) ? null : ratio(row.authorizations, sum(...totals)),
  } as ChannelRow;
}

/** The rows by window. */
const byWindow = <Row extends { window_days: number }>(rows: Row[]): ByWindow<Row[]> => ({
  7: rows.filter((row) => row.window_days === 7),
  30: rows.filter((row) => row.window_days === 30),
});

/** The sums of the periods, by count of usage and period. */
function periodSums(table: RawFigures["tables"]["usage"]): Figures["sums"] {
  const rows = rowsOf(table).map(withRates);
  const of = (row: (typeof rows)[number], name: string): UsageRow => {
    const { parts } = site.usage[name];
    const over = (span: string) =>
      sum(...(parts.length ? parts : [name]).map((part) => row[(span + part) as keyof typeof row] as Value));
    return { value: over(""), matched: over("matched_"), base: over("counterpart_") };
  };
  const sums = Object.fromEntries(
    usageMeasures().map((name) => [name, Object.fromEntries(rows.map((row) => [row.period, of(row, name)]))]),
  );
  return sums as Figures["sums"];
}

/** The lists of an app's SDK versions. */
export const versionLists = ({
  versions,
  version_days: days,
}: Partial<Pick<FigureTables, "versions" | "version_days">>): VersionLists => ({
  versions: byWindow(rowsOf(versions).map(withRates)),
  version: Object.fromEntries(
    rowsOf(days).map(({ value, [TECHNICAL]: text }) => [
      value,
      { [TECHNICAL]: versionRates(text, site.long_days.length) },
    ]),
  ),
});

/** The figures that `sql/figures/documents.sql` writes, with derived values. */
export function completedFigures(raw: RawFigures): Figures {
  const { tables } = raw;
  const { versions, version } = versionLists(tables);
  const long = chartLists(
    raw.days,
    site.long_days.map((day, i) => hasData(i) && day >= (raw.first_seen || "")),
  );
  const monthly = chartLists(
    raw.months,
    site.months.map(
      ({ month, days_with_data: days }) => days > 0 && month.slice(0, 7) >= (raw.first_seen || "").slice(0, 7),
    ),
  );
  const others = otherChannels().filter((channel) => long.channels[channel].authorization_requests.some(Boolean));
  const rows = [...loginChannels(), "*", ...others];
  const window = (days: number) => rows.map((channel) => channelRow(long.channels, channel, days));
  const channels = { 7: window(7), 30: window(30) };
  const breakdown = (dimension: string) => byWindow(rowsOf(own(tables.breakdowns, dimension)).map(withRates));
  const outcomes = (step: Step) =>
    rowsOf(own(tables.outcomes, step))
      .map(withRates)
      .map((row) => ({ ...row, step, outcome: site.outcomes[row.outcome] }));
  const codes = (step: Step) =>
    rowsOf(own(tables.codes, step)).map(({ channel, outcome, code, ...row }) => {
      const known = Array.isArray(code) ? { vendor: code[0], code: code[1] } : site.codes[code];
      return { ...row, ...known, step, channel: site.channels[channel].key, outcome: site.outcomes[outcome] };
    });
  return {
    ...raw,
    long: { ...long, version },
    monthly,
    sums: periodSums(tables.usage),
    channels,
    present: loginChannels().filter((_channel, i) =>
      [channels[30][i].authorization_requests, channels[30][i].counterpart_authorization_requests].some(Boolean),
    ),
    breakdowns: { platform: breakdown("platform"), carrier: breakdown("carrier") },
    versions,
    outcomes: byWindow(STEPS.flatMap(outcomes)),
    codes: byWindow(STEPS.flatMap(codes)),
    releases: rowsOf(tables.releases),
    packages: rowsOf(tables.packages),
    drawn: rowsOf(tables.drawn),
    incident_spans: rowsOf(tables.incident_spans),
    notes: rowsOf(tables.notes),
    open: rowsOf(raw.open),
  };
}

/**
 * The numbers of a chart's series in `lists`, one for each day or month; all null if `lists` lacks the series. Group,
 * series and field identify the series (`charts/shapes.py`).
 */
export function seriesValues({ group, series, field }: Series, lists: ChartLists): Value[] {
  // Months are not split by version.
  const groups: Record<string, Record<string, Value[] | Record<string, Value[]>>> = { version: {}, ...lists };
  const found = own(groups[group] || lists.channels, series);
  const list = field === null || Array.isArray(found) ? found : own(found, field);
  return Array.isArray(list) ? list : Array(lists.channels["*"].authorizations.length).fill(null);
}
