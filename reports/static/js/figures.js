/* The figures of one app, or of all apps together, as the page's parts read them.
   Lives here: putting back what the file leaves out because it follows from the rest: rates and shares (a sum over a
   sum, null where the lower one is 0 or unknown), changes, and sums of two counts. Does not belong here: drawing. */

import { own } from "./dom.js";
import { figures, site } from "./state.js";

/** @import { Breakdown, ByWindow, ChannelRow, Code, Figures, Outcome, PeriodKey, RawBreakdown, RawCode, RawFigures, RawOutcome, SeriesPlace, Step, TrendChannel, Value } from "./types.d.ts" */

/** @type {TrendChannel[]} */
export const TREND_CHANNELS = ["one_click", "wechat", "qq", "weibo"];

/**
 * A rate or share: null where the part is absent, or the whole is absent or 0.
 * @param {Value} part
 * @param {Value} whole
 * @returns {Value}
 */
export function ratio(part, whole) {
  return part === null || !whole ? null : part / whole;
}

/**
 * The sum of what is known; null where nothing is.
 * @param {...Value} values
 * @returns {Value}
 */
export function sum(...values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

/**
 * The rate of those who did not turn back: null where any of the three is absent, or nobody is left.
 * @param {Value} authorizations
 * @param {Value} requests
 * @param {Value} cancelled
 * @returns {Value}
 */
export function technicalRate(authorizations, requests, cancelled) {
  return ratio(authorizations, requests === null || cancelled === null ? null : requests - cancelled);
}

/**
 * Whether a change of a period is shown: at least half of its days are matched.
 * @param {PeriodKey} period
 * @returns {boolean}
 */
export function isComparable(period) {
  return site.periods[period].is_comparable;
}

/**
 * @param {RawFigures["trend"]} counts
 * @returns {Figures["trend"]}
 */
function trendByChannel(counts) {
  const totals = site.days.map((_day, i) => sum(...TREND_CHANNELS.map((name) => counts[name][0][i])));
  /** @param {TrendChannel} name */
  const trend = (name) => {
    const [authorizations, requests, cancelled] = counts[name];
    return {
      authorizations,
      authorization_requests: requests,
      authorizations_cancelled: cancelled,
      share: authorizations.map((value, i) => ratio(value, totals[i])),
      authorization_rate: authorizations.map((value, i) => ratio(value, requests[i])),
      technical_success_rate: authorizations.map((value, i) => technicalRate(value, requests[i], cancelled[i])),
    };
  };
  return { one_click: trend("one_click"), wechat: trend("wechat"), qq: trend("qq"), weibo: trend("weibo") };
}

/**
 * The rows of the table of channels, the last one for all four.
 * @type {ChannelRow["channel"][]}
 */
const CHANNELS = [...TREND_CHANNELS, "*"];

/**
 * @param {Value[][]} columns
 * @returns {ChannelRow[]}
 */
function channelRows(columns) {
  return CHANNELS.map((channel, i) => {
    const [authorizations, requests, cancelled, failed, matched, matchedRequests, before, requestsBefore] = columns.map(
      (column) => column[i],
    );
    return {
      channel,
      authorizations,
      authorization_requests: requests,
      authorizations_cancelled: cancelled,
      authorizations_failed: failed,
      matched_authorizations: matched,
      matched_authorization_requests: matchedRequests,
      counterpart_authorizations: before,
      counterpart_authorization_requests: requestsBefore,
      share: ratio(authorizations, columns[0][TREND_CHANNELS.length]),
      authorization_rate: ratio(authorizations, requests),
      technical_success_rate: technicalRate(authorizations, requests, cancelled),
      matched_authorization_rate: ratio(matched, matchedRequests),
      counterpart_authorization_rate: ratio(before, requestsBefore),
    };
  });
}

/**
 * @param {RawBreakdown} row
 * @returns {Breakdown}
 */
function breakdownRow([value, authorizations, requests, cancelled, matched, matchedRequests, before, requestsBefore]) {
  return [
    value,
    authorizations,
    requests,
    cancelled,
    ratio(authorizations, requests),
    technicalRate(authorizations, requests, cancelled),
    matched,
    ratio(matched, matchedRequests),
    before,
    ratio(before, requestsBefore),
  ];
}

/** @type {Step[]} */
export const STEPS = ["authorization", "verification"];

/**
 * @param {RawOutcome} row
 * @returns {Outcome}
 */
function outcomeRow([step, outcome, records, matched, before]) {
  return [STEPS[step], site.outcomes[outcome], records, matched, before];
}

/**
 * A code's row: `code` is its place in the dictionary, or vendor and code where the dictionary lacks it.
 * @param {RawCode} row
 * @returns {Code}
 */
function codeRow([step, channel, outcome, records, code]) {
  const [vendor, name] = Array.isArray(code) ? code : [site.codes[code][0], site.codes[code][3]];
  return [
    STEPS[step],
    site.channels[channel],
    vendor,
    name,
    site.outcomes[outcome],
    records,
    Array.isArray(code) ? null : code,
  ];
}

/**
 * @param {RawFigures["latency"]} lists
 * @returns {Figures["latency"]}
 */
function latencyByChannel(lists) {
  return Object.fromEntries(
    Object.entries(lists).map(([channel, [p50, p95]]) => [channel, { latency_p50_ms: p50, latency_p95_ms: p95 }]),
  );
}

/**
 * @template Raw, Row
 * @param {Partial<ByWindow<Raw[]>>} content
 * @param {(rows: Raw[]) => Row[]} rows
 * @returns {ByWindow<Row[]>}
 */
function byWindow(content, rows) {
  return { 7: rows(content[7] || []), 30: rows(content[30] || []) };
}

/**
 * The figures as `sql/figures/documents.sql` writes them, completed.
 * @param {RawFigures} raw
 * @returns {Figures}
 */
export function completedFigures(raw) {
  const { one_click_verifications: oneClick, local_verifications: local } = raw.usage;
  /** @param {RawBreakdown[]} rows */
  const breakdown = (rows) => rows.map(breakdownRow);
  return {
    ...raw,
    usage: { number_verifications: oneClick.map((value, i) => sum(value, local[i])), ...raw.usage },
    trend: trendByChannel(raw.trend),
    latency: latencyByChannel(raw.latency),
    channels: byWindow(raw.channels, channelRows),
    platforms: byWindow(raw.platforms, breakdown),
    carriers: byWindow(raw.carriers, breakdown),
    outcomes: byWindow(raw.outcomes, (rows) => rows.map(outcomeRow)),
    codes: byWindow(raw.codes, (rows) => rows.map(codeRow)),
  };
}

/**
 * The numbers of a chart's series, one for each day; `meta` says where they lie (`charts/shapes.py`).
 * @param {SeriesPlace} meta
 * @returns {Value[]}
 */
export function seriesValues({ group, series, field }) {
  /** @type {Record<string, Value[] | Record<string, Value[]>>} */
  const content = figures[group];
  const found = own(content, series);
  const list = field === null || Array.isArray(found) ? found : own(found, field);
  return Array.isArray(list) ? list : Array(site.days.length).fill(null);
}
