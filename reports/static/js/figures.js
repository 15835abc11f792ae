/* The figures of one app, or of all apps together, as the page's parts read them.
   Lives here: putting back what the file leaves out because it follows from the rest: rates and shares (a sum over a
   sum, null where the lower one is 0 or unknown), changes, and sums of two counts. Does not belong here: drawing. */

import { own } from "./dom.js";
import { figures, site } from "./state.js";

export const TREND_CHANNELS = ["one_click", "wechat", "qq", "weibo"];

export function ratio(part, whole) {
  return part === null || !whole ? null : part / whole;
}

export function sum(...values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

function technicalRate(authorizations, requests, cancelled) {
  return ratio(authorizations, requests === null || cancelled === null ? null : requests - cancelled);
}

export function isComparable(period) {
  return site.periods[period].is_comparable;
}

function trendByChannel(counts) {
  const totals = site.days.map((_day, i) => sum(...TREND_CHANNELS.map((name) => counts[name][0][i])));
  return Object.fromEntries(
    TREND_CHANNELS.map((name) => {
      const [authorizations, requests, cancelled] = counts[name];
      return [
        name,
        {
          authorizations,
          authorization_requests: requests,
          authorizations_cancelled: cancelled,
          share: authorizations.map((value, i) => ratio(value, totals[i])),
          authorization_rate: authorizations.map((value, i) => ratio(value, requests[i])),
          technical_success_rate: authorizations.map((value, i) => technicalRate(value, requests[i], cancelled[i])),
        },
      ];
    }),
  );
}

// In the order of the file's columns.
const WINDOW_COUNTS = [
  "authorizations",
  "authorization_requests",
  "authorizations_cancelled",
  "authorizations_failed",
  "previous_authorizations",
  "previous_authorization_requests",
];

function channelRows(columns) {
  const all = TREND_CHANNELS.length;
  return [...TREND_CHANNELS, "*"].map((channel, i) => {
    const row = { channel };
    WINDOW_COUNTS.forEach((name, place) => {
      row[name] = columns[place][i];
    });
    row.share = ratio(row.authorizations, columns[0][all]);
    row.authorization_rate = ratio(row.authorizations, row.authorization_requests);
    row.technical_success_rate = technicalRate(
      row.authorizations,
      row.authorization_requests,
      row.authorizations_cancelled,
    );
    row.previous_authorization_rate = ratio(row.previous_authorizations, row.previous_authorization_requests);
    return row;
  });
}

function breakdownRow([value, authorizations, requests, cancelled, before, requestsBefore]) {
  return [
    value,
    authorizations,
    requests,
    cancelled,
    ratio(authorizations, requests),
    technicalRate(authorizations, requests, cancelled),
    before,
    ratio(before, requestsBefore),
  ];
}

const STEPS = ["authorization", "verification"];

function outcomeRow([step, outcome, records, before]) {
  return [STEPS[step], site.outcomes[outcome], records, before];
}

/* A code's row: `code` is its place in the dictionary, or vendor and code where the dictionary lacks it. */
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

function latencyByChannel(lists) {
  return Object.fromEntries(
    Object.entries(lists).map(([channel, [p50, p95]]) => [channel, { latency_p50_ms: p50, latency_p95_ms: p95 }]),
  );
}

function byWindow(content, rows) {
  return Object.fromEntries(["7", "30"].map((days) => [days, rows(content[days] || [], days)]));
}

/* The figures as `sql/figures/documents.sql` writes them, completed. */
export function completedFigures(raw) {
  const { one_click_verifications: oneClick, local_verifications: local } = raw.usage;
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

/* The numbers of a chart's series, one for each day; `meta` says where they lie (charts.py). */
export function seriesValues({ group, series, field }) {
  const found = own(figures[group], series);
  const list = field === null ? found : own(found, field);
  return list || Array(site.days.length).fill(null);
}
