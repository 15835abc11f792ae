import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setState, site } from "../../../reports/static/js/choices/state.js";
import {
  baseLabel,
  compact,
  coverageNote,
  dayLabel,
  dayRange,
  fixed,
  isShortened,
  level,
  milliseconds,
  number,
  periodLabel,
  share,
  size,
} from "../../../reports/static/js/data/format.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

test("what is absent is a dash, and zero is a zero", () => {
  for (const format of [number, share, milliseconds, size, compact]) {
    assert.equal(format(null), "—");
    assert.equal(format(undefined), "—");
  }
  assert.deepEqual([number(0), share(0), milliseconds(0), size(0), compact(0)], ["0", "0.00%", "0 ms", "0 B", "0"]);
});

test("an exact number has all its digits", () => {
  assert.equal(number(1234567), "1,234,567");
  assert.equal(number(-1234), "-1,234");
  assert.equal(number(0.12345), "0.1235");
});

test("a share is written in per cent with two decimals", () => {
  assert.equal(share(2 / 3), "66.67%");
  assert.equal(share(1), "100.00%");
  // A half is rounded up, as in the templates and messages.
  assert.equal(share(29 / 32), "90.63%");
});

test("a half that binary fractions store a little too small is still a half", () => {
  assert.equal(share(23 / 160), "14.38%");
  assert.equal(level(23 / 80), "28.8%");
  assert.equal(share(0.143749), "14.37%");
  assert.deepEqual([fixed(100 * (427 / 400 - 1), 1), fixed(100 * (57 / 80 - 1), 1)], ["6.8", "-28.8"]);
  assert.deepEqual([fixed(-0.004, 2), fixed(0, 1), fixed(100 * (1 / 5 - 7 / 32), 2)], ["0.00", "0.0", "-1.88"]);
});

test("a latency has its unit", () => {
  assert.equal(milliseconds(1234), "1,234 ms");
});

test("bytes are written in the largest unit that they fill", () => {
  const written = { 999: "999 B", 1000: "1.0 kB", 15400: "15.4 kB", 999949: "999.9 kB", 999950: "1.0 MB" };
  for (const [bytes, text] of Object.entries(written)) assert.equal(size(Number(bytes)), text);
});

const SHORT = [
  // count, in English, in Chinese
  [8123, "8,123", "8,123"],
  [9999, "9,999", "9,999"],
  [10000, "10K", "1万"],
  [12345, "12.35K", "1.23万"],
  [123456, "123.5K", "12.35万"],
  [999949, "999.9K", "99.99万"],
  [999950, "1M", "100万"],
  [12345678, "12.35M", "1,235万"],
  [99951000, "99.95M", "9,995万"],
  [99994999, "99.99M", "9,999万"],
  [99995000, "100M", "1亿"],
  [123456789, "123.5M", "1.23亿"],
  [999999999, "1B", "10亿"],
  [1020000000, "1.02B", "10.2亿"],
  [123456789012, "123.5B", "1,235亿"],
  [-12345, "-12.35K", "-1.23万"],
];

for (const [count, english, chinese] of SHORT) {
  test(`${count} is shortened as people of each language count`, () => {
    assert.equal(compact(count), english);
    setState({ language: "zh" });
    assert.equal(compact(count), chinese);
    assert.equal(isShortened(count), english !== number(count));
  });
}

test("a day is told with its weekday, whatever the zone of the machine", () => {
  assert.equal(dayLabel("2026-03-10"), "2026-03-10 Tue");
  setState({ language: "zh" });
  assert.equal(dayLabel("2026-03-10"), "2026-03-10 中Tue");
});

test("a range says its year once, and both where they differ", () => {
  assert.equal(dayRange("2026-03-04", "2026-03-10"), "2026-03-04 – 03-10");
  assert.equal(dayRange("2025-12-30", "2026-01-05"), "2025-12-30 – 2026-01-05");
  assert.equal(dayRange("2026-03-10", "2026-03-10"), "2026-03-10 Tue");
});

test("each period is named with what it is compared with", () => {
  const periods = ["day", "7", "30", "month", "last_month"];
  const said = periods.map((name) => `${periodLabel(name)}, ${baseLabel(name)}`);
  assert.equal(said[0], "Data day, vs same weekday last week");
  assert.equal(new Set(said).size, periods.length);
  assert.ok(!said.join().includes("undefined"));
});

test("a comparison says how many days it is of, and what is left out where days are", () => {
  assert.equal(coverageNote("month"), "10 of 10 days comparable");
  assert.equal(coverageNote("30"), "4 of 5 days comparable: this period 4 days, the one before 5 (missing 03-08)");
  assert.equal(
    coverageNote("last_month"),
    "28 of 28 days comparable: this period 28 days, the one before 31",
    "of a longer month the last days are left out, and none is missing",
  );
});

test("without a day to compare with, that is all that is said", () => {
  Object.assign(site.periods[30], { is_comparable: false, base_days_with_data: 0, matched_days: 0 });
  assert.equal(coverageNote("30"), "no data to compare with");
});

test("too few days to compare are said so, with the newest days that are missing", () => {
  assert.equal(
    coverageNote("7"),
    "only 1 of 5 days comparable, too few: this period 4 days, the one before 1 " +
      "(missing 03-01, 03-02, 03-08 and 2 more)",
  );
});

test("missing days are listed with the comma of the language", () => {
  setState({ language: "zh" });
  assert.match(coverageNote("7"), /03-01、03-02、03-08/);
});

test("a share of sign-in sessions has one decimal", () => {
  assert.deepEqual([level(0.7248), level(0), level(null)], ["72.5%", "0.0%", "—"]);
});

test("of one day that is compared with one day nothing is said", () => {
  assert.equal(coverageNote("day"), "");
});
