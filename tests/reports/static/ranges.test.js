/* A range that the reader chose: which days are shown, and with which each is compared. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { comparedPlaces, counterparts, isDay, shownRange, sumOver } from "../../../reports/static/js/data/ranges.js";

const days = Array.from({ length: 60 }, (_unused, i) => new Date(Date.UTC(2026, 1, 1 + i)).toISOString().slice(0, 10));

test("a day is one of the calendar", () => {
  assert.deepEqual(["2026-02-28", "2026-02-29", "2026-2-1", "", null, "2026-13-01", "x"].map(isDay), [
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("what was asked for is shown, cut to the days of the page", () => {
  /** @param {string | null} from @param {string | null} to */
  const of = (from, to) => Object.values(shownRange({ from, to }, days, 7));
  assert.deepEqual(of("2026-03-02", "2026-03-05"), ["2026-03-02", "2026-03-05", true]);
  assert.deepEqual(of("2026-01-01", "2026-02-03"), ["2026-02-01", "2026-02-03", false]);
  assert.deepEqual(of("2026-03-30", "2026-05-03"), ["2026-03-30", "2026-04-01", false]);
  // One end alone: up to the last day, and seven days up to the other end.
  assert.deepEqual(of("2026-03-20", null), ["2026-03-20", "2026-04-01", true]);
  assert.deepEqual(of(null, "2026-03-20"), ["2026-03-14", "2026-03-20", true]);
});

test("without a range that can be shown the last seven days are", () => {
  const last = ["2026-03-26", "2026-04-01"];
  for (const [from, to, isAsAsked] of [
    [null, null, true],
    ["2026-03-05", "2026-03-02", false],
    ["yesterday", "2026-03-02", false],
    ["2025-03-05", "2025-03-09", false],
    ["2026-05-01", null, false],
    [null, "nonsense", false],
  ]) {
    assert.deepEqual(Object.values(shownRange({ from, to }, days, 7)), [...last, isAsAsked], `${from} ${to}`);
  }
});

test("a day is compared with the span before, its weekday, or the same day of the month before", () => {
  const some = ["2026-03-29", "2026-03-30", "2026-03-31"];
  assert.deepEqual(counterparts(some, "before"), ["2026-03-26", "2026-03-27", "2026-03-28"]);
  assert.deepEqual(counterparts(some, "week"), ["2026-03-22", "2026-03-23", "2026-03-24"]);
  // February has 28 days.
  assert.deepEqual(counterparts(["2026-03-28", ...some], "month"), ["2026-02-28", null, null, null]);
  assert.deepEqual(counterparts(["2026-01-31"], "month"), ["2025-12-31"]);
  // Eight days leave no day in both from two weeks on.
  assert.equal(counterparts(days.slice(20, 28), "week")[0], days[6]);
});

test("days are compared in pairs of which both have data, at least half of them", () => {
  const of = (first, last, missing) =>
    comparedPlaces({ first: days[first], last: days[last] }, "before", days, missing);
  assert.deepEqual(of(10, 13, [8, 11]), {
    places: [10, 11, 12, 13],
    firstPlace: 6,
    withData: [10, 12, 13],
    matched: [10, 13],
    base: [6, 9],
    isComparable: true,
  });
  // Before the first day of the page there is nothing to compare with.
  assert.deepEqual(of(2, 4, []).base, [0, 1]);
  assert.equal(of(0, 3, []).isComparable, false);
});

test("a sum over days without a count is zero, over no day nothing", () => {
  assert.equal(sumOver([1, null, 3], [0, 1, 2]), 4);
  assert.equal(sumOver([1, null, 3], [1]), 0);
  assert.equal(sumOver([1, null, 3], []), null);
});
