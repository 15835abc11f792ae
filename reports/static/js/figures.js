/* The figures of one app, or of all apps together, as the page's parts read them.
   Lives here: putting back what the file leaves out because it follows from the rest: rates and shares (a sum over a
   sum, null where the lower one is 0 or unknown), changes, and sums of two counts. Does not belong here: drawing. */

const TREND_CHANNELS = ["one_click", "wechat", "qq", "weibo"];

function ratio(part, whole) {
  return part === null || !whole ? null : part / whole;
}

function sum(...values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

function technicalRate(authorizations, requests, cancelled) {
  return ratio(authorizations, requests === null ? null : requests - cancelled);
}

function isComparable(period) {
  const { days_with_data, base_days_with_data } = site.periods[period];
  return days_with_data === base_days_with_data;
}

// A change to no base, or between windows that cover other numbers of days, is none.
function changeOf(value, base, period) {
  const quotient = isComparable(period) ? ratio(value, base) : null;
  return quotient === null ? null : quotient - 1;
}

function trendByChannel(counts) {
  const totals = site.days.map((day, i) => sum(...TREND_CHANNELS.map((name) => counts[name].authorizations[i])));
  return Object.fromEntries(
    TREND_CHANNELS.map((name) => {
      const { authorizations, authorization_requests: requests, authorizations_cancelled: cancelled } = counts[name];
      return [
        name,
        {
          ...counts[name],
          share: authorizations.map((value, i) => ratio(value, totals[i])),
          authorization_rate: authorizations.map((value, i) => ratio(value, requests[i])),
          technical_success_rate: authorizations.map((value, i) => technicalRate(value, requests[i], cancelled[i])),
        },
      ];
    }),
  );
}

function channelRows(columns, period) {
  const all = TREND_CHANNELS.length;
  return [...TREND_CHANNELS, "*"].map((channel, i) => {
    const row = { channel };
    for (const [name, values] of Object.entries(columns)) row[name] = values[i];
    row.share = ratio(row.authorizations, columns.authorizations[all]);
    row.authorization_rate = ratio(row.authorizations, row.authorization_requests);
    row.technical_success_rate = technicalRate(
      row.authorizations, row.authorization_requests, row.authorizations_cancelled,
    );
    row.previous_authorization_rate = ratio(row.previous_authorizations, row.previous_authorization_requests);
    row.change = changeOf(row.authorizations, row.previous_authorizations, period);
    return row;
  });
}

function breakdownRow([value, authorizations, requests, cancelled, before, requestsBefore]) {
  return [
    value, authorizations, requests, cancelled,
    ratio(authorizations, requests),
    technicalRate(authorizations, requests, cancelled),
    before,
    ratio(before, requestsBefore),
  ];
}

function byWindow(content, rows) {
  return Object.fromEntries(["7", "30"].map((days) => [days, rows(content[days] || [], days)]));
}

/* The figures as `sql/figures/documents.sql` writes them, completed. */
function completedFigures(raw) {
  const { one_click_verifications: oneClick, local_verifications: local } = raw.usage;
  const breakdown = (rows) => rows.map(breakdownRow);
  const asTheyAre = (rows) => rows;
  return {
    ...raw,
    usage: { number_verifications: oneClick.map((value, i) => sum(value, local[i])), ...raw.usage },
    trend: trendByChannel(raw.trend),
    channels: byWindow(raw.channels, channelRows),
    platforms: byWindow(raw.platforms, breakdown),
    carriers: byWindow(raw.carriers, breakdown),
    outcomes: byWindow(raw.outcomes, asTheyAre),
    codes: byWindow(raw.codes, asTheyAre),
  };
}
