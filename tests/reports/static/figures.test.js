import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { site } from "../../../reports/static/js/choices/state.js";
import { completedFigures, seriesValues } from "../../../reports/static/js/data/figures.js";
import { isComparable, rateOf, ratio, sum } from "../../../reports/static/js/data/measures.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Numbers as the site writes them: zero is none where it is `absent`, else null; the others from the least on that may
   be, in as many bits as the largest needs. */
function text(values, { absent = 0, least = 1 } = {}) {
  const codes = values.map((value) => (value === absent ? 0 : value - least + 1));
  const width = Math.max(...codes).toString(2).length;
  const bits = codes.map((code) => code.toString(2).padStart(width, "0")).join("");
  const digits = (bits.match(/.{1,6}/g) || []).map((six) => DIGITS[Number.parseInt(six.padEnd(6, "0"), 2)]);
  return `${least === 1 ? "" : `${least}.`}${DIGITS[width]}${digits.join("").replace(/^A+/, "")}`;
}

/* So many days with the same count. */
const counts = (days, count) => Array(days).fill(count);

/* A document as the site holds it: two channels with data, two that were never used; the third day is missing. */
const raw = () => ({
  key: "shop",
  name: "Shop",
  // The first of the 85 earlier days is missing; Weibo was used in February alone.
  days: {
    one_click: {
      authorizations: text([...counts(85, 3), 8, 0, 0, 60, 4]),
      authorizations_failed: text([...counts(85, 1), 0, 0, 0, 15, 0]),
      authorizations_cancelled: text([...counts(85, 0), 2, 0, 0, 5, 1]),
      verifications: text([...counts(85, 2), 10, 0, 0, 7, 5]),
      undelivered: text([...counts(85, 2), 0, 0, 0, 3, 0]),
      latency_p95_ms: text([null, ...counts(84, 700), 900, null, null, 1200, 800], { absent: null, least: 700 }),
    },
    wechat: {
      authorizations: text([...counts(85, 0), 2, 0, 0, 20, 0]),
      authorizations_failed: text([...counts(85, 0), 8, 0, 0, 20, 0]),
      authorizations_cancelled: text([...counts(85, 0), 0, 4, 0, 0, 0]),
    },
    local_verify: { verifications: text([...counts(85, 0), 1, 2, 0, 0, 0]) },
  },
  months: {
    one_click: {
      authorizations: text([50, 60]),
      authorizations_failed: text([50, 20]),
      verifications: text([40, 30]),
      undelivered: text([10, 0]),
    },
    weibo: { authorizations: text([5, 0]), authorizations_failed: text([5, 0]) },
  },
  tables: {
    usage: {
      period: ["day", "7"],
      one_click_verifications: [10, null],
      local_verifications: [1, null],
      third_party_authorizations: [0, 0],
      billable_verifications: [9, 9],
      unmatched_one_click_verifications: [4, null],
      unmatched_local_verifications: [0, null],
      unmatched_third_party_authorizations: [0, 0],
      unmatched_billable_verifications: [0, 0],
      counterpart_one_click_verifications: [3, 0],
      counterpart_local_verifications: [2, 0],
      counterpart_third_party_authorizations: [0, 0],
      counterpart_billable_verifications: [0, 0],
    },
    breakdowns: {
      platform: {
        window_days: [7],
        value: ["android"],
        authorizations: [30],
        authorization_requests: [40],
        authorizations_cancelled: [10],
        unmatched_authorizations: [10],
        unmatched_authorization_requests: [15],
        counterpart_authorizations: [0],
        counterpart_authorization_requests: [0],
      },
    },
    versions: {
      window_days: [7, 7, 7],
      value: ["2.15.0", "unknown", null],
      merged: [1, 1, 3],
      authorizations: [26, 8, 0],
      authorization_requests: [104, 10, 2],
      authorizations_cancelled: [4, 0, 2],
      first_seen: ["2026-03-29", null, null],
    },
    version_days: { value: ["2.15.0", "__proto__"], technical_success_rate: ["..6y..8c78", "........00"] },
    outcomes: {
      authorization: {
        window_days: [7],
        outcome: [3],
        records: [12],
        unmatched_records: [2],
        counterpart_records: [6],
      },
      verification: {
        window_days: [7],
        outcome: [1],
        records: [4],
        unmatched_records: [0],
        counterpart_records: [null],
      },
    },
    codes: {
      authorization: { window_days: [7], channel: [0], outcome: [0], records: [12], code: [0] },
      verification: {
        window_days: [7, 7],
        channel: [1, 1],
        outcome: [1, 1],
        records: [4, 3],
        code: [
          ["cucc", "9999"],
          [null, "?"],
        ],
      },
    },
  },
});

test("a rate of nothing known is absent, a rate of no success is zero", () => {
  assert.equal(ratio(null, 10), null);
  assert.equal(ratio(3, null), null);
  assert.equal(ratio(0, 0), null);
  assert.equal(ratio(0, 10), 0);
  assert.equal(ratio(3, 4), 0.75);
});

test("a sum is of what is known, and absent where nothing is", () => {
  assert.equal(sum(1, null, 2), 3);
  assert.equal(sum(0, null), 0);
  assert.equal(sum(null, null), null);
  assert.equal(sum(), null);
});

test("a rate is divided as it is declared: a user who turned back is no failure of the technique", () => {
  const rate = (authorizations, requests, cancelled) =>
    rateOf(
      "technical_success_rate",
      (count) => ({ authorizations, authorization_requests: requests, authorizations_cancelled: cancelled })[count],
    );
  assert.equal(rate(8, 12, 2), 0.8);
  assert.equal(rate(0, 5, 5), null, "all of them turned back");
  assert.equal(rate(8, null, 2), null);
  assert.equal(rate(8, 12, null), null, "how many turned back is not known");
});

/* The numbers of a channel on the last five days. */
const lastDays = (channel, name) => completedFigures(raw()).long.channels[channel][name].slice(-5);

test("the verifications of a day are those of both ways, and a missing day stays missing", () => {
  assert.deepEqual(completedFigures(raw()).long.usage.number_verifications.slice(-5), [11, 2, null, 7, 5]);
});

test("rates and shares of a day follow from its counts", () => {
  assert.deepEqual(lastDays("one_click", "authorizations"), [8, 0, null, 60, 4]);
  assert.deepEqual(lastDays("one_click", "authorization_rate"), [0.8, null, null, 0.75, 0.8]);
  assert.deepEqual(lastDays("one_click", "technical_success_rate"), [1, null, null, 0.8, 1]);
  assert.deepEqual(lastDays("one_click", "share"), [0.8, null, null, 0.75, 1]);
  assert.deepEqual(lastDays("wechat", "authorization_rate"), [0.2, 0, null, 0.5, null]);
  assert.deepEqual(lastDays("wechat", "share"), [0.2, null, null, 0.25, 0]);
  assert.deepEqual(lastDays("qq", "share"), [0, null, null, 0, 0], "without requests nobody has a share");
  assert.deepEqual(lastDays("*", "authorizations"), [10, 0, null, 80, 4]);
  assert.deepEqual(lastDays("*", "authorization_rate"), [10 / 20, 0, null, 80 / 120, 0.8]);
});

test("the rate of a window is the sum of its authorizations over the sum of its requests", () => {
  const rows = completedFigures(raw()).channels[7];
  assert.deepEqual(
    rows.map((row) => row.channel),
    ["one_click", "wechat", "qq", "weibo", "*"],
  );
  const [oneClick, wechat, qq, weibo, whole] = rows;
  // Two of the earlier days, with 3 of 4, and the five days.
  assert.deepEqual([oneClick.authorizations, oneClick.authorization_requests], [78, 103]);
  assert.equal(oneClick.authorization_rate, 78 / 103);
  assert.equal(wechat.authorization_rate, 22 / 54);
  assert.equal(qq.authorization_rate, null);
  assert.equal(weibo.authorization_rate, null);
  assert.equal(whole.authorization_rate, 100 / 157);
  assert.equal(oneClick.technical_success_rate, 78 / 95);
  assert.equal(whole.technical_success_rate, 100 / 145);
  assert.deepEqual(
    rows.map((row) => row.share),
    [0.78, 0.22, 0, 0, 1],
  );
});

test("a window keeps its other counts apart, those of its matched days, and those of their counterparts", () => {
  const [oneClick, wechat] = completedFigures(raw()).channels[7];
  assert.equal(oneClick.authorizations_cancelled, 8);
  assert.equal(wechat.authorizations_failed, 28);
  // The missing day is not compared, nor is the one a week before it.
  assert.deepEqual([oneClick.matched_authorizations, oneClick.matched_authorization_requests], [78, 103]);
  assert.deepEqual([oneClick.counterpart_authorizations, oneClick.counterpart_authorization_requests], [18, 24]);
  assert.equal(oneClick.counterpart_authorization_rate, 0.75);
  assert.equal(wechat.counterpart_authorization_rate, null);
});

test("a day whose counterpart is missing is not compared, and a window before the log is not known", () => {
  const found = (missing) => {
    site.long_missing = missing;
    return completedFigures(raw()).channels[7][0];
  };
  assert.equal(found([0, 87, 78]).matched_authorizations, 70, "of the day a week before the 8");
  const beyond = found(Array.from({ length: 83 }, (_unused, i) => i));
  assert.deepEqual([beyond.matched_authorizations, beyond.counterpart_authorizations], [0, null]);
  assert.equal(beyond.authorizations, 78);
});

test("the sum of a period has beside it that of its matched days", () => {
  const { sums } = completedFigures(raw());
  assert.deepEqual(sums.number_verifications, {
    day: { value: 11, matched: 7, base: 5 },
    7: { value: null, matched: null, base: 0 },
  });
  assert.deepEqual(sums.billable_verifications.day, { value: 9, matched: 9, base: 0 });
});

test("a platform has its rates, and those that are compared from the counts of these days", () => {
  const [row] = completedFigures(raw()).breakdowns.platform[7];
  const expected = {
    value: "android",
    authorizations: 30,
    authorization_rate: 0.75,
    technical_success_rate: 1,
    matched_authorizations: 20,
    matched_authorization_requests: 25,
    matched_authorization_rate: 0.8,
    counterpart_authorization_rate: null,
  };
  assert.deepEqual({ ...row, ...expected }, row);
});

test("a window without rows is empty", () => {
  const found = completedFigures(raw());
  const { platform, carrier } = found.breakdowns;
  assert.deepEqual([platform[30], carrier[7], found.outcomes[30], found.codes[30], found.notes], [[], [], [], [], []]);
});

test("places become the names that all pages share", () => {
  const found = completedFigures(raw());
  assert.deepEqual(
    found.outcomes[7].map((row) => [row.step, row.outcome, row.records, row.matched_records, row.counterpart_records]),
    [
      ["authorization", "cancelled", 12, 10, 6],
      ["verification", "mismatch", 4, 4, null],
    ],
  );
  assert.deepEqual(
    found.codes[7].map((row) => [
      row.step,
      row.channel,
      row.vendor,
      row.code,
      row.outcome,
      row.records,
      row.meaning_en,
    ]),
    [
      ["authorization", "one_click", "cmcc", "103000", "success", 12, "Success"],
      ["verification", "local_verify", "cucc", "9999", "mismatch", 4, undefined],
      ["verification", "local_verify", null, "?", "mismatch", 3, undefined],
    ],
  );
});

test("what the file says is left as it is", () => {
  const document = raw();
  completedFigures(document);
  assert.deepEqual(document, raw());
});

/* The values of a series over the 90 days, of which the last five are those of the window, or over the months. */
const series = (group, name, field = null, lists = "long") =>
  seriesValues({ group, series: name, field }, completedFigures(raw())[lists]);

test("a chart's series are found by group, series and field, over the longer look", () => {
  const none = counts(84, 0);
  assert.deepEqual(series("trend", "one_click", "authorizations"), [null, ...counts(84, 3), 8, 0, null, 60, 4]);
  assert.deepEqual(series("trend", "one_click", "authorization_rate").slice(84), [0.75, 0.8, null, null, 0.75, 0.8]);
  assert.deepEqual(series("usage", "one_click_verifications"), [null, ...counts(84, 2), 10, 0, null, 7, 5]);
  assert.deepEqual(series("usage", "local_verifications"), [null, ...none, 1, 2, null, 0, 0]);
  assert.deepEqual(series("usage", "third_party_authorizations"), [null, ...none, 2, 0, null, 20, 0]);
  assert.deepEqual(series("latency", "one_click", "latency_p95_ms").slice(83), [700, 700, 900, null, null, 1200, 800]);
  assert.deepEqual(series("latency", "one_click", "latency_p95_ms").slice(0, 2), [null, 700]);
});

test("a month has the sum of its counts, its rate is a sum over a sum, and no latency", () => {
  assert.deepEqual(series("trend", "one_click", "authorizations", "monthly"), [50, 60]);
  assert.deepEqual(series("trend", "one_click", "authorization_rate", "monthly"), [0.5, 0.75]);
  assert.deepEqual(series("trend", "one_click", "share", "monthly"), [50 / 55, 1]);
  assert.deepEqual(series("usage", "third_party_authorizations", null, "monthly"), [5, 0]);
  assert.deepEqual(series("latency", "one_click", "latency_p95_ms", "monthly"), [null, null]);
});

test("a series without data is absent on every day, never zero", () => {
  assert.deepEqual(series("latency", "weibo", "latency_p50_ms"), counts(90, null));
  assert.deepEqual(series("usage", "toString"), counts(90, null));
});

test("periods are compared where at least half of the days are matched", () => {
  assert.equal(isComparable("30"), true);
  assert.equal(isComparable("7"), false);
});

test("a version has its rates, the rest as one row are known by their number", () => {
  const { versions } = completedFigures(raw());
  assert.deepEqual(versions[30], []);
  assert.deepEqual(
    versions[7].map((row) => [
      row.value,
      row.merged,
      row.authorization_rate,
      row.technical_success_rate,
      row.first_seen,
    ]),
    [
      ["2.15.0", 1, 26 / 104, 26 / 100, "2026-03-29"],
      ["unknown", 1, 8 / 10, 8 / 10, null],
      // Whose every request was cancelled has no technical rate.
      [null, 3, 0, null, null],
    ],
  );
});

test("a version has its rate on the last days, whatever its name, and no months", () => {
  const rate = (name) => series("version", name, "technical_success_rate").slice(84);
  assert.deepEqual(rate("2.15.0"), [null, null, 0.25, null, 0.3, 0.26]);
  assert.deepEqual(rate("__proto__"), [...counts(5, null), 0]);
  assert.deepEqual(rate("9.9.9"), counts(6, null));
  assert.deepEqual(series("version", "2.15.0", "technical_success_rate", "monthly"), [null, null]);
});

test("what verification delivered, of what was asked for", () => {
  const rate = (name, lists) => series("verification", name, "verification_result_rate", lists).slice(-5);
  assert.deepEqual(rate("one_click"), [1, null, null, 0.7, 1]);
  assert.deepEqual(rate("local_verify"), [1, 1, null, null, null]);
  assert.deepEqual(rate("one_click", "monthly"), [0.8, 1]);
});

test("channels are present that have a request in the 30 days or in those before", () => {
  const document = raw();
  assert.deepEqual(completedFigures(document).present, ["one_click", "wechat"]);
  document.days.weibo = { authorizations_cancelled: text([...counts(35, 0), 1, ...counts(54, 0)]) };
  assert.deepEqual(completedFigures(document).present, ["one_click", "wechat", "weibo"]);
  document.days.weibo = { authorizations_cancelled: text([...counts(29, 0), 1, ...counts(60, 0)]) };
  assert.deepEqual(completedFigures(document).present, ["one_click", "wechat"], "longer ago");
});

test("a channel that the site declares beyond the four has its numbers, and counts in no total", () => {
  site.channels.push({ key: "sms", group: "other", is_login: false, zh: "短信", en: "Text message" });
  const document = raw();
  document.days.sms = { authorizations: text(counts(90, 7)) };
  const { long, channels } = completedFigures(document);
  assert.deepEqual(long.channels.sms.authorizations.slice(-3), [null, 7, 7]);
  assert.deepEqual(long.channels["*"].authorizations.slice(-3), [null, 80, 4]);
  const [last] = channels[7].slice(-1);
  assert.deepEqual([last.channel, last.authorizations, last.share], ["sms", 42, null], "behind the four");
  assert.equal(completedFigures(raw()).channels[7].length, 5, "without a request it has no row");
});
