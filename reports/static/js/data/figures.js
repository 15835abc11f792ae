/* The figures of one app, or of all apps together, as the page's parts read them.
   Lives here: putting back what the file leaves out because it follows from the rest: rates and shares (a sum over a
   sum, null where the lower one is 0 or unknown), changes, and sums of two counts. Does not belong here: drawing. */

import { own } from "../dom.js";
import { site } from "./state.js";

/** @import { Breakdown, ByWindow, ChannelRow, ChartLists, Code, Figures, LoginLists, Outcome, PeriodKey, RawBreakdown, RawCode, RawFigures, RawOutcome, RawVersion, SeriesPlace, Step, TrendChannel, Value, VersionRow } from "../types.d.ts" */

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
 * What the matched days have: all but what the other days have; null where either is absent.
 * @param {Value} value
 * @param {Value} others
 * @returns {Value}
 */
const matchedOf = (value, others) => (value === null || others === null ? null : value - others);

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
 * Authorizations, requests and cancelled ones with what follows from them; `totals` are the authorizations of all.
 * @param {Value[][]} counts
 * @param {Value[]} totals
 * @returns {LoginLists}
 */
function loginLists([authorizations, requests, cancelled], totals) {
  return {
    authorizations,
    authorization_requests: requests,
    authorizations_cancelled: cancelled,
    share: authorizations.map((value, i) => ratio(value, totals[i])),
    authorization_rate: authorizations.map((value, i) => ratio(value, requests[i])),
    technical_success_rate: authorizations.map((value, i) => technicalRate(value, requests[i], cancelled[i])),
  };
}

/**
 * @param {(name: TrendChannel) => Value[][]} countsOf
 * @returns {ChartLists["trend"]}
 */
function trendByChannel(countsOf) {
  const counts = TREND_CHANNELS.map(countsOf);
  const totals = counts[0][0].map((_value, i) => sum(...counts.map(([authorizations]) => authorizations[i])));
  const [one_click, wechat, qq, weibo] = counts.map((lists) => loginLists(lists, totals));
  return { one_click, wechat, qq, weibo };
}

/**
 * The channels that an app signs in by: those with a request in the 30 days, or in the 30 before.
 * @param {RawFigures} raw
 * @returns {TrendChannel[]}
 */
export function presentChannels({ channels }) {
  const [, requests = [], , , , , , before = []] = channels[30];
  return TREND_CHANNELS.filter((_channel, i) => requests[i] || before[i]);
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
  const withAll = columns.map((column) => [...column, sum(...column)]);
  return CHANNELS.map((channel, i) => {
    const [authorizations, requests, cancelled, failed, others, otherRequests, before, requestsBefore] = withAll.map(
      (column) => column[i],
    );
    const [matched, matchedRequests] = [matchedOf(authorizations, others), matchedOf(requests, otherRequests)];
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
      share: ratio(authorizations, withAll[0][TREND_CHANNELS.length]),
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
function breakdownRow([value, authorizations, requests, cancelled, others, otherRequests, before, requestsBefore]) {
  const [matched, matchedRequests] = [matchedOf(authorizations, others), matchedOf(requests, otherRequests)];
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
    [matchedRequests ?? 0, requestsBefore ?? 0],
  ];
}

/**
 * @param {RawVersion} row
 * @returns {VersionRow}
 */
function versionRow([value, authorizations, requests, cancelled, first]) {
  return {
    value,
    authorization_requests: requests,
    authorization_rate: ratio(authorizations, requests),
    technical_success_rate: technicalRate(authorizations, requests, cancelled),
    first_seen: first,
  };
}

/**
 * The rates of a version by day, in per mille: two digits to base 36 each, dots for none; of the last days of `count`.
 * @param {string} text
 * @param {number} count
 * @returns {Value[]}
 */
function ratesOf(text, count) {
  const rates = Array.from(text.match(/../g) || [], (two) => (two === ".." ? null : Number.parseInt(two, 36) / 1000));
  return [...Array(count - rates.length).fill(null), ...rates];
}

/** @type {Step[]} */
export const STEPS = ["authorization", "verification"];

/**
 * @param {RawOutcome} row
 * @returns {Outcome}
 */
function outcomeRow([step, outcome, records, others, before]) {
  return [STEPS[step], site.outcomes[outcome], records, matchedOf(records, others), before];
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
 * @template Raw, Row
 * @param {Partial<ByWindow<Raw[]>>} content
 * @param {(rows: Raw[]) => Row[]} rows
 * @returns {ByWindow<Row[]>}
 */
function byWindow(content, rows) {
  return { 7: rows(content[7] || []), 30: rows(content[30] || []) };
}

/** The places of the texts of a channel. */
const PLACES = { authorizations: 0, failed: 1, cancelled: 2, verifications: 3, undelivered: 4, p50: 5, p95: 6 };

/** The characters of a text, by what they stand for. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The numbers of a text as `packed_numbers.py` writes them, `count` of them: perhaps the least of them and a dot, then
 * how many bits each has, then these, six a character. What is none is `absent`.
 * @param {string} text
 * @param {number} count
 * @param {Value} absent
 * @returns {Value[]}
 */
function numbersOf(text, count, absent) {
  const dot = text.indexOf(".");
  const least = dot < 0 ? 1 : Number(text.slice(0, dot));
  const [width, ...digits] = Array.from(text.slice(dot + 1), (letter) => DIGITS.indexOf(letter));
  const bits = digits.map((digit) => digit.toString(2).padStart(6, "0")).join("");
  return Array.from({ length: count }, (_unused, i) => {
    const code = Number.parseInt(bits.slice(i * width, (i + 1) * width), 2);
    return code ? code - 1 + least : absent;
  });
}

/**
 * The numbers of a text; where no data were read, there is no zero. What is none is `absent` on every other day.
 * @param {string | undefined} text
 * @param {boolean[]} withData
 * @param {Value} [absent]
 * @returns {Value[]}
 */
function listOf(text, withData, absent = 0) {
  const values = text ? numbersOf(text, withData.length, absent) : withData.map(() => absent);
  return values.map((value, i) => (withData[i] ? value : null));
}

/**
 * The charts' numbers of every channel over some days or months.
 * @param {Record<string, string[]>} texts
 * @param {boolean[]} withData
 * @returns {ChartLists}
 */
function chartLists(texts, withData) {
  /** @param {string} channel @param {number} place */
  const list = (channel, place) => listOf(own(texts, channel)?.[place], withData, place < PLACES.p50 ? 0 : null);
  /** @param {string} channel */
  const delivered = (channel) => {
    const [verifications, undelivered] = [list(channel, PLACES.verifications), list(channel, PLACES.undelivered)];
    const requests = verifications.map((value, i) => sum(value, undelivered[i]));
    return {
      verification_requests: requests,
      verification_result_rate: verifications.map((value, i) => ratio(value, requests[i])),
    };
  };
  const trend = trendByChannel((name) => {
    const counts = [PLACES.authorizations, PLACES.failed, PLACES.cancelled].map((place) => list(name, place));
    const [authorizations, , cancelled] = counts;
    return [authorizations, authorizations.map((_value, i) => sum(...counts.map((one) => one[i]))), cancelled];
  });
  const [oneClick, local] = ["one_click", "local_verify"].map((name) => list(name, PLACES.verifications));
  const others = TREND_CHANNELS.filter((name) => name !== "one_click").map((name) => trend[name].authorizations);
  const timed = site.channels.filter((name) => own(texts, name)?.slice(PLACES.p50).some(Boolean));
  return {
    trend,
    latency: Object.fromEntries(
      timed.map((name) => [name, { latency_p50_ms: list(name, PLACES.p50), latency_p95_ms: list(name, PLACES.p95) }]),
    ),
    verification: { one_click: delivered("one_click"), local_verify: delivered("local_verify") },
    usage: {
      number_verifications: oneClick.map((value, i) => sum(value, local[i])),
      one_click_verifications: oneClick,
      local_verifications: local,
      third_party_authorizations: withData.map((_hasData, i) => sum(...others.map((values) => values[i]))),
    },
  };
}

/**
 * The same over the last days alone.
 * @template Lists
 * @param {Lists} lists
 * @param {number} days
 * @returns {Lists}
 */
function lastOf(lists, days) {
  /** @param {any} one @returns {any} */
  const cut = (one) =>
    Array.isArray(one)
      ? one.slice(-days)
      : Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, cut(inner)]));
  return cut(lists);
}

/**
 * The sums of the periods with those of their matched days; those of number verification are of its two channels.
 * @param {RawFigures["sums"]} sums
 * @returns {Figures["sums"]}
 */
function matchedSums(sums) {
  /** @param {keyof RawFigures["sums"]} metric @returns {[Value, Value, Value][]} */
  const matched = (metric) => sums[metric].map(([value, others, before]) => [value, matchedOf(value, others), before]);
  const [oneClick, local] = [matched("one_click_verifications"), matched("local_verifications")];
  return {
    number_verifications: oneClick.map(([value, same, before], i) => [
      sum(value, local[i][0]),
      sum(same, local[i][1]),
      sum(before, local[i][2]),
    ]),
    one_click_verifications: oneClick,
    local_verifications: local,
    third_party_authorizations: matched("third_party_authorizations"),
    billable_verifications: matched("billable_verifications"),
  };
}

/**
 * The figures as `sql/figures/documents.sql` writes them, completed.
 * @param {RawFigures} raw
 * @returns {Figures}
 */
export function completedFigures(raw) {
  const withData = site.long_days.map((_day, i) => !site.long_missing.includes(i));
  const lists = chartLists(raw.days, withData);
  const version = Object.fromEntries(
    raw.version_days.map(([name, text]) => [name, { technical_success_rate: ratesOf(text, withData.length) }]),
  );
  const long = { ...lists, version };
  const monthly = chartLists(
    raw.months,
    site.months.map(([, , days]) => days > 0),
  );
  const { usage, trend } = lastOf({ usage: long.usage, trend: long.trend }, site.days.length);
  /** @param {RawBreakdown[]} rows */
  const breakdown = (rows) => rows.map(breakdownRow);
  return {
    ...raw,
    long,
    monthly,
    usage,
    trend,
    sums: matchedSums(raw.sums),
    channels: byWindow(raw.channels, channelRows),
    present: presentChannels(raw),
    platforms: byWindow(raw.platforms, breakdown),
    carriers: byWindow(raw.carriers, breakdown),
    versions: byWindow(raw.versions, (rows) => rows.map(versionRow)),
    outcomes: byWindow(raw.outcomes, (rows) => rows.map(outcomeRow)),
    codes: byWindow(raw.codes, (rows) => rows.map(codeRow)),
  };
}

/**
 * The numbers of a chart's series in `lists`, one for each day or month of these; `meta` says where they lie
 * (`charts/shapes.py`).
 * @param {SeriesPlace} meta
 * @param {ChartLists} lists
 * @returns {Value[]}
 */
export function seriesValues({ group, series, field }, lists) {
  // Months have no versions.
  /** @type {Record<string, Record<string, Value[] | Record<string, Value[]>>>} */
  const groups = { ...lists };
  const found = own(groups[group], series);
  const list = field === null || Array.isArray(found) ? found : own(found, field);
  return Array.isArray(list) ? list : Array(lists.usage.local_verifications.length).fill(null);
}
