import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  completedFigures,
  isComparable,
  presentChannels,
  ratio,
  seriesValues,
  sum,
  technicalRate,
} from "../../../reports/static/js/data/figures.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

const NOTHING = [null, null, null, null];

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Numbers as the site writes them: zero is none where it is `absent`, else null; the others from the least on that may
   be, in as many bits as the largest needs. */
function text(values, { absent = 0, least = 1 } = {}) {
  const codes = values.map((value) => (value === absent ? 0 : value - least + 1));
  const width = Math.max(...codes).toString(2).length;
  const bits = codes.map((code) => code.toString(2).padStart(width, "0")).join("");
  const digits = (bits.match(/.{1,6}/g) || []).map((six) => DIGITS[Number.parseInt(six.padEnd(6, "0"), 2)]);
  return `${least === 1 ? "" : `${least}.`}${DIGITS[width]}${digits.join("")}`;
}

/* So many days with the same count. */
const counts = (days, count) => Array(days).fill(count);

/* A document as the site holds it: two channels with data, two that were never used; the third day is missing. */
const raw = () => ({
  key: "shop",
  name: "Shop",
  sums: {
    one_click_verifications: [
      [10, 4, 3],
      [null, null, 0],
    ],
    local_verifications: [
      [1, 0, 2],
      [null, null, 0],
    ],
    third_party_authorizations: [],
    billable_verifications: [],
  },
  // The first of the 85 earlier days is missing; Weibo was used in February alone.
  days: {
    one_click: [
      text([...counts(85, 3), 8, 0, 0, 60, 4]),
      text([...counts(85, 1), 0, 0, 0, 15, 0]),
      text([...counts(85, 0), 2, 0, 0, 5, 1]),
      text([...counts(85, 2), 10, 0, 0, 7, 5]),
      text([...counts(85, 2), 0, 0, 0, 3, 0]),
      "",
      text([null, ...counts(84, 700), 900, null, null, 1200, 800], { absent: null, least: 700 }),
    ],
    wechat: [
      text([...counts(85, 0), 2, 0, 0, 20, 0]),
      text([...counts(85, 0), 8, 0, 0, 20, 0]),
      text([...counts(85, 0), 0, 4, 0, 0, 0]),
      "",
      "",
      "",
      "",
    ],
    local_verify: ["", "", "", text([...counts(85, 0), 1, 2, 0, 0, 0]), "", "", ""],
  },
  months: {
    one_click: [text([50, 60]), text([50, 20]), "", text([40, 30]), text([10, 0])],
    weibo: [text([5, 0]), text([5, 0]), "", "", ""],
  },
  channels: {
    7: [
      [90, 10, 0, null],
      [100, 100, 0, null],
      [10, 0, 0, null],
      [0, 90, 0, null],
      [30, 0, 0, null],
      [20, 10, 0, null],
      [45, 0, null, 5],
      [90, 0, null, 5],
    ],
    30: Array(8).fill(NOTHING),
  },
  platforms: { 7: [["android", 30, 40, 10, 10, 15, 0, 0]] },
  carriers: {},
  versions: {
    7: [
      ["2.15.0", 26, 104, 4, "2026-03-29"],
      ["unknown", 8, 10, 0, null],
      [3, 0, 2, 2, null],
    ],
  },
  version_days: [
    ["2.15.0", "..6y..8c78"],
    ["__proto__", "........00"],
  ],
  outcomes: {
    7: [
      [0, 3, 12, 2, 6],
      [1, 1, 4, 0, null],
    ],
  },
  codes: {
    7: [
      [0, 0, 0, 12, 0],
      [1, 1, 1, 4, ["cucc", "9999"]],
      [1, 1, 1, 3, [null, "?"]],
    ],
  },
  packages: [],
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

test("a user who turned back is no failure of the technique", () => {
  assert.equal(technicalRate(8, 12, 2), 0.8);
  assert.equal(technicalRate(0, 5, 5), null, "all of them turned back");
  assert.equal(technicalRate(8, null, 2), null);
  assert.equal(technicalRate(8, 12, null), null, "how many turned back is not known");
});

test("the verifications of a day are those of both ways, and a missing day stays missing", () => {
  assert.deepEqual(completedFigures(raw()).usage.number_verifications, [11, 2, null, 7, 5]);
});

test("rates and shares of a day follow from its counts", () => {
  const { one_click: oneClick, wechat, qq } = completedFigures(raw()).trend;
  assert.deepEqual(oneClick.authorizations, [8, 0, null, 60, 4]);
  assert.deepEqual(oneClick.authorization_rate, [0.8, null, null, 0.75, 0.8]);
  assert.deepEqual(oneClick.technical_success_rate, [1, null, null, 0.8, 1]);
  assert.deepEqual(oneClick.share, [0.8, null, null, 0.75, 1]);
  assert.deepEqual(wechat.authorization_rate, [0.2, 0, null, 0.5, null]);
  assert.deepEqual(wechat.share, [0.2, null, null, 0.25, 0]);
  assert.deepEqual(qq.share, [0, null, null, 0, 0], "on a missing day, or one without requests, nobody has a share");
});

test("the rate of a window is the sum of its authorizations over the sum of its requests", () => {
  const rows = completedFigures(raw()).channels[7];
  assert.deepEqual(
    rows.map((row) => row.channel),
    ["one_click", "wechat", "qq", "weibo", "*"],
  );
  const [oneClick, wechat, qq, weibo, whole] = rows;
  assert.equal(oneClick.authorization_rate, 0.9);
  assert.equal(wechat.authorization_rate, 0.1);
  assert.equal(qq.authorization_rate, null);
  assert.equal(weibo.authorization_rate, null);
  assert.equal(whole.authorization_rate, 100 / 200);
  assert.equal(oneClick.technical_success_rate, 1);
  assert.equal(whole.technical_success_rate, 100 / 190);
  assert.deepEqual(
    rows.map((row) => row.share),
    [0.9, 0.1, 0, null, 1],
  );
});

test("a window keeps its other counts apart, those of its matched days, and those of their counterparts", () => {
  const [oneClick, wechat] = completedFigures(raw()).channels[7];
  assert.deepEqual(
    [oneClick.authorizations, oneClick.authorization_requests, oneClick.authorizations_cancelled],
    [90, 100, 10],
  );
  assert.equal(wechat.authorizations_failed, 90);
  assert.deepEqual([oneClick.matched_authorizations, oneClick.matched_authorization_requests], [60, 80]);
  assert.deepEqual([oneClick.counterpart_authorizations, oneClick.counterpart_authorization_requests], [45, 90]);
  assert.equal(oneClick.matched_authorization_rate, 0.75);
  assert.equal(oneClick.counterpart_authorization_rate, 0.5);
  assert.equal(wechat.counterpart_authorization_rate, null);
});

test("the sum of a period has beside it that of its matched days", () => {
  assert.deepEqual(completedFigures(raw()).sums.number_verifications, [
    [11, 7, 5],
    [null, null, 0],
  ]);
});

test("a platform has its rates, and those that are compared from the counts of these days", () => {
  assert.deepEqual(completedFigures(raw()).platforms[7], [["android", 30, 40, 10, 0.75, 1, 20, 0.8, 0, null, [25, 0]]]);
});

test("a window without rows is empty", () => {
  const found = completedFigures(raw());
  assert.deepEqual([found.platforms[30], found.carriers[7], found.outcomes[30], found.codes[30]], [[], [], [], []]);
});

test("places become the names that all pages share", () => {
  const found = completedFigures(raw());
  assert.deepEqual(found.outcomes[7], [
    ["authorization", "cancelled", 12, 10, 6],
    ["verification", "mismatch", 4, 4, null],
  ]);
  assert.deepEqual(found.codes[7], [
    ["authorization", "one_click", "cmcc", "103000", "success", 12, 0],
    ["verification", "local_verify", "cucc", "9999", "mismatch", 4, null],
    ["verification", "local_verify", null, "?", "mismatch", 3, null],
  ]);
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
  assert.deepEqual(versions[7], [
    {
      value: "2.15.0",
      authorization_requests: 104,
      authorization_rate: 26 / 104,
      technical_success_rate: 26 / 100,
      first_seen: "2026-03-29",
    },
    {
      value: "unknown",
      authorization_requests: 10,
      authorization_rate: 8 / 10,
      technical_success_rate: 8 / 10,
      first_seen: null,
    },
    // Whose every request was cancelled has no technical rate.
    { value: 3, authorization_requests: 2, authorization_rate: 0, technical_success_rate: null, first_seen: null },
  ]);
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
  assert.deepEqual(presentChannels(document), []);
  document.channels[30] = [
    [0, 0, 0, 0, 0],
    [5, 0, 0, 0, 5],
    [0, 0, 0, 0, 0],
    [5, 0, 0, 0, 5],
    [0, 0, 0, 0, 0],
    [5, 0, 0, 0, 5],
    [0, 0, 0, 1, 1],
    [0, 0, 0, 2, 2],
  ];
  assert.deepEqual(presentChannels(document), ["one_click", "weibo"]);
  assert.deepEqual(completedFigures(document).present, ["one_click", "weibo"]);
});
