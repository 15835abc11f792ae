/* The figures of one app, or of all apps together, as the page's parts read them.
   Lives here: putting back what the file leaves out because it follows from the rest: rates and shares (a sum over a
   sum, null where the lower one is 0 or unknown), changes, and sums of two counts. Does not belong here: drawing. */

import { own } from "./dom.js";
import { site } from "./state.js";

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
  const totals = counts.one_click[0].map((_value, i) => sum(...TREND_CHANNELS.map((name) => counts[name][0][i])));
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

/** The places of the lists of the longer look. */
const EARLIER = { authorizations: 0, requests: 1, cancelled: 2, verifications: 3, p50: 4, p95: 5 };

const TREND_PLACES = [EARLIER.authorizations, EARLIER.requests, EARLIER.cancelled];

/**
 * The numbers of a text that holds `count` of them to base 36, all of the same width; dots are none.
 * @param {string} text
 * @param {number} count
 * @returns {Value[]}
 */
function numbersOf(text, count) {
  const width = text.length / count;
  return Array.from({ length: count }, (_unused, i) => {
    const digits = text.slice(i * width, (i + 1) * width);
    return !digits || digits.startsWith(".") ? null : Number.parseInt(digits, 36);
  });
}

/**
 * A list of a channel as the file has it, or what an empty one stands for: nothing but zeros, or nothing at all of a
 * latency. Where no data were read, there is no zero.
 * @param {Record<string, (Value[] | string)[]>} lists
 * @param {string} channel
 * @param {number} place
 * @param {boolean[]} withData
 * @returns {Value[]}
 */
function longList(lists, channel, place, withData) {
  const found = own(lists, channel)?.[place] || [];
  const list = typeof found === "string" ? numbersOf(found, withData.length) : found;
  const isLatency = place >= EARLIER.p50;
  return withData.map((hasData, i) => (isLatency || hasData ? (list[i] ?? (isLatency ? null : 0)) : null));
}

/**
 * The charts' numbers over the days before the 30 and these, one list for each series.
 * @param {RawFigures} raw
 * @returns {Figures["long"]}
 */
function longFigures(raw) {
  const before = site.long_days.length - site.days.length;
  const withData = Array.from({ length: before }, (_unused, i) => !site.long_missing.includes(i));
  /** @param {string} channel @param {number} place @param {Value[]} now */
  const joined = (channel, place, now) => [...longList(raw.earlier, channel, place, withData), ...now];
  /** @param {TrendChannel} name */
  const counts = (name) => TREND_PLACES.map((place, i) => joined(name, place, raw.trend[name][i]));
  const trend = trendByChannel(
    /** @type {any} */ (Object.fromEntries(TREND_CHANNELS.map((name) => [name, counts(name)]))),
  );
  const none = site.days.map(() => null);
  const timed = site.channels.filter((name) => own(raw.earlier, name)?.[EARLIER.p50]?.length || own(raw.latency, name));
  /** @param {string} name @returns {[Value[], Value[]]} */
  const latencies = (name) => {
    const [p50, p95] = own(raw.latency, name) || [none, none];
    return [joined(name, EARLIER.p50, p50), joined(name, EARLIER.p95, p95)];
  };
  const { one_click_verifications: oneClick, local_verifications: local } = raw.usage;
  return {
    trend,
    latency: latencyByChannel(Object.fromEntries(timed.map((name) => [name, latencies(name)]))),
    usage: {
      one_click_verifications: joined("one_click", EARLIER.verifications, oneClick),
      local_verifications: joined("local_verify", EARLIER.verifications, local),
      third_party_authorizations: thirdParty(trend),
    },
  };
}

/**
 * The charts' numbers by month; of latencies there are none, which do not add up.
 * @param {RawFigures} raw
 * @returns {Figures["monthly"]}
 */
function monthlyFigures(raw) {
  const withData = site.months.map(([, , days]) => days > 0);
  /** @param {string} channel @param {number} place */
  const list = (channel, place) => longList(raw.months, channel, place, withData);
  /** @param {TrendChannel} name */
  const counts = (name) => TREND_PLACES.map((place) => list(name, place));
  const trend = trendByChannel(
    /** @type {any} */ (Object.fromEntries(TREND_CHANNELS.map((name) => [name, counts(name)]))),
  );
  return {
    trend,
    latency: {},
    usage: {
      one_click_verifications: list("one_click", EARLIER.verifications),
      local_verifications: list("local_verify", EARLIER.verifications),
      third_party_authorizations: thirdParty(trend),
    },
  };
}

/**
 * @param {Figures["trend"]} trend
 * @returns {Value[]}
 */
function thirdParty(trend) {
  const others = TREND_CHANNELS.filter((name) => name !== "one_click").map((name) => trend[name].authorizations);
  return others[0].map((_value, i) => sum(...others.map((list) => list[i])));
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
    long: longFigures(raw),
    monthly: monthlyFigures(raw),
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
 * The numbers of a chart's series in `lists`, one for each day or month of these; `meta` says where they lie
 * (`charts/shapes.py`).
 * @param {SeriesPlace} meta
 * @param {Figures["long"]} lists
 * @returns {Value[]}
 */
export function seriesValues({ group, series, field }, lists) {
  /** @type {Record<string, Value[] | Record<string, Value[]>>} */
  const content = lists[group];
  const found = own(content, series);
  const list = field === null || Array.isArray(found) ? found : own(found, field);
  return Array.isArray(list) ? list : Array(lists.usage.local_verifications.length).fill(null);
}
