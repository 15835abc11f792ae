/* Decodes the figures of one app, or of all apps together: tables as rows, texts as numbers by channel and day or
   month, and derived values. measures.js computes rates. */

import { site } from "../choices/state.js";
import { own } from "../dom.js";
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

/** @import { FigureTables } from "../figure_types.d.ts" */
/** @import { ByWindow, ChannelLists, ChannelRow, ChartLists, Figures, RawFigures, SeriesPlace, Step, UsageRow, Value, WindowKey } from "../types.d.ts" */

/** @type {Step[]} */
export const STEPS = ["authorization", "verification"];

/** Counts of a channel that its texts contain; absent means zero. */
const COUNTS = ["authorizations", "authorizations_failed", "authorizations_cancelled", "verifications", "undelivered"];
const LATENCIES = ["latency_p50_ms", "latency_p95_ms"];

/**
 * The counts of one channel, or of the four channels together, with derived counts and rates; `totals` are the
 * authorizations of the four channels together.
 * @param {Record<string, Value[]>} counts
 * @param {Value[]} totals
 * @returns {ChannelLists}
 */
function withLists(counts, totals) {
  /** @param {...string} names */
  const added = (...names) => totals.map((_total, i) => sum(...names.map((name) => counts[name][i])));
  const lists = {
    ...counts,
    authorization_requests: added("authorizations", "authorizations_failed", "authorizations_cancelled"),
    verification_requests: added("verifications", "undelivered"),
    share: counts.authorizations.map((value, i) => ratio(value, totals[i])),
  };
  return /** @type {any} */ ({ ...lists, ...rateLists(lists, totals.length) });
}

/**
 * The numbers of the charts over some days or months: by channel, with `*` for the four channels together, and by count
 * of usage.
 * @param {Record<string, Record<string, string>>} texts
 * @param {boolean[]} withData
 * @returns {ChartLists}
 */
export function chartLists(texts, withData) {
  const keys = [...new Set([...site.channels.map((one) => one.key), ...Object.keys(texts)])];
  /** @param {string} channel @param {string[]} names @param {Value} absent */
  const lists = (channel, names, absent) =>
    Object.fromEntries(names.map((name) => [name, unpacked(own(texts, channel)?.[name], withData, absent)]));
  const counts = Object.fromEntries(keys.map((channel) => [channel, lists(channel, COUNTS, 0)]));
  /** @param {string} name @param {string[]} channels */
  const together = (name, channels) =>
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

/**
 * Login authorization of a channel over a window, over its matched days, and over their counterparts just before it.
 * @param {ChartLists["channels"]} channels
 * @param {string} channel
 * @param {number} days
 * @returns {ChannelRow}
 */
function channelRow(channels, channel, days) {
  const lists = channels[channel];
  const places = site.long_days.map((_day, i) => i).slice(-days);
  /** @param {number} i */
  const hasData = (i) => !site.long_missing.includes(i);
  const matched = places.filter((i) => hasData(i) && hasData(i - days));
  const [isKnown, isBaseKnown] = [places.some(hasData), places.some((i) => hasData(i - days))];
  /** @type {Record<string, Value>} */
  const row = {};
  for (const name of /** @type {const} */ ([
    "authorizations",
    "authorization_requests",
    "authorizations_cancelled",
    "authorizations_failed",
  ])) {
    /** @param {number[]} chosen */
    const over = (chosen) => sum(0, ...chosen.map((i) => lists[name][i]));
    row[name] = isKnown ? over(places) : null;
    row[`matched_${name}`] = isKnown ? over(matched) : null;
    row[`counterpart_${name}`] = isBaseKnown ? over(matched.map((i) => i - days)) : null;
  }
  const totals = channels["*"].authorizations.slice(-days);
  return /** @type {ChannelRow} */ ({
    channel,
    ...withRates(row),
    share: otherChannels().includes(channel) ? null : ratio(row.authorizations, sum(...totals)),
  });
}

/**
 * The rows by window.
 * @template {{ window_days: number }} Row
 * @param {Row[]} rows
 * @returns {ByWindow<Row[]>}
 */
const byWindow = (rows) => ({
  7: rows.filter((row) => row.window_days === 7),
  30: rows.filter((row) => row.window_days === 30),
});

/**
 * The sums of the periods, by count of usage and period.
 * @param {RawFigures["tables"]["usage"]} table
 * @returns {Figures["sums"]}
 */
function periodSums(table) {
  const rows = rowsOf(table).map(withRates);
  /** @param {any} row @param {string} name @returns {UsageRow} */
  const of = (row, name) => {
    const { parts } = site.usage[name];
    /** @param {string} span */
    const over = (span) => sum(...(parts.length ? parts : [name]).map((part) => row[span + part]));
    return { value: over(""), matched: over("matched_"), base: over("counterpart_") };
  };
  /** @type {any} */
  const sums = Object.fromEntries(
    usageMeasures().map((name) => [name, Object.fromEntries(rows.map((row) => [row.period, of(row, name)]))]),
  );
  return sums;
}

/**
 * SDK versions by window, and the technical success rate of each by day.
 * @param {Partial<Pick<FigureTables, "versions" | "version_days">>} tables
 * @returns {Pick<Figures, "versions"> & Pick<Figures["long"], "version">}
 */
export const versionLists = ({ versions, version_days: days }) => ({
  versions: byWindow(rowsOf(versions).map(withRates)),
  version: Object.fromEntries(
    rowsOf(days).map(({ value, [TECHNICAL]: text }) => [
      value,
      { [TECHNICAL]: versionRates(text, site.long_days.length) },
    ]),
  ),
});

/**
 * The figures that `sql/figures/documents.sql` writes, with derived values.
 * @param {RawFigures} raw
 * @returns {Figures}
 */
export function completedFigures(raw) {
  const { tables } = raw;
  const { versions, version } = versionLists(tables);
  const long = chartLists(
    raw.days,
    site.long_days.map((day, i) => !site.long_missing.includes(i) && day >= (raw.first_seen || "")),
  );
  const monthly = chartLists(
    raw.months,
    site.months.map(
      ({ month, days_with_data: days }) => days > 0 && month.slice(0, 7) >= (raw.first_seen || "").slice(0, 7),
    ),
  );
  const others = otherChannels().filter((channel) => long.channels[channel].authorization_requests.some(Boolean));
  const rows = [...loginChannels(), "*", ...others];
  /** @param {number} days */
  const window = (days) => rows.map((channel) => channelRow(long.channels, channel, days));
  const channels = { 7: window(7), 30: window(30) };
  /** @param {string} dimension */
  const breakdown = (dimension) => byWindow(rowsOf(own(tables.breakdowns, dimension)).map(withRates));
  /** @param {Step} step */
  const outcomes = (step) =>
    rowsOf(own(tables.outcomes, step))
      .map(withRates)
      .map((row) => ({ ...row, step, outcome: site.outcomes[row.outcome] }));
  /** @param {Step} step */
  const codes = (step) =>
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
 * @param {Pick<SeriesPlace, "group" | "series" | "field">} meta
 * @param {ChartLists} lists
 * @returns {Value[]}
 */
export function seriesValues({ group, series, field }, lists) {
  // Months are not split by version.
  /** @type {Record<string, any>} */
  const groups = { version: {}, ...lists };
  const found = own(groups[group] || lists.channels, series);
  const list = field === null || Array.isArray(found) ? found : own(found, field);
  return Array.isArray(list) ? list : Array(lists.channels["*"].authorizations.length).fill(null);
}
