/* What is usual: the range of eight weeks, by weekday for counts, without days of incidents. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { countedDays, normOf } from "../../../reports/static/js/norms.js";

const always = () => true;
const DAYS = Array.from({ length: 90 }, (_day, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));

test("a count is compared with its weekday", () => {
  // Sundays have 10, other days 100 to 105.
  const values = DAYS.map((_day, i) => (i % 7 === 5 ? 10 : 100 + (i % 6)));
  assert.deepEqual(normOf(values, 89, "records", always), [10, 10]);
  assert.deepEqual(normOf(values, 88, "records", always), [100, 105]);
});

test("a rate is compared with every day of the eight weeks", () => {
  const values = DAYS.map((_day, i) => 0.9 + (i % 7) / 100);
  assert.deepEqual(normOf(values, 89, "share", always), [0.9, 0.96]);
  values[89 - 57] = 0.1;
  assert.deepEqual(normOf(values, 89, "share", always), [0.9, 0.96], "longer ago");
  values[89 - 56] = 0.1;
  assert.deepEqual(normOf(values, 89, "share", always), [0.1, 0.96]);
});

test("too few days are no norm", () => {
  const values = DAYS.map(() => 5);
  assert.equal(normOf(values, 20, "records", always), null, "two weeks");
  assert.deepEqual(normOf(values, 21, "records", always), [5, 5], "three weeks");
  assert.equal(normOf(values, 6, "ms", always), null);
  assert.deepEqual(normOf(values, 7, "ms", always), [5, 5]);
  assert.equal(
    normOf(
      values.map(() => null),
      89,
      "ms",
      always,
    ),
    null,
  );
});

test("a fall that lasts does not become the norm", () => {
  const values = DAYS.map((_day, i) => (i < 75 ? 0.95 : 0.6));
  const spans = [["one_click", DAYS[75], null]];
  const counts = countedDays({ first_seen: DAYS[0], incident_spans: spans }, DAYS, "one_click");
  assert.deepEqual(normOf(values, 89, "share", counts), [0.95, 0.95]);
  const others = countedDays({ first_seen: DAYS[0], incident_spans: spans }, DAYS, "wechat");
  assert.deepEqual(normOf(values, 89, "share", others), [0.6, 0.95], "an incident of another channel");
});

test("days of an ended incident are left out, of usage those of its channels, and what was before the app", () => {
  const figures = {
    first_seen: DAYS[10],
    incident_spans: [
      ["local_verify", DAYS[20], DAYS[22]],
      ["*", DAYS[30], DAYS[30]],
    ],
  };
  const counted = (series) => {
    const counts = countedDays(figures, DAYS, series);
    return [9, 10, 19, 20, 22, 23, 30].filter(counts);
  };
  assert.deepEqual(counted("local_verifications"), [10, 19, 23]);
  assert.deepEqual(counted("one_click_verifications"), [10, 19, 20, 22, 23]);
  assert.deepEqual(counted("third_party_authorizations"), [10, 19, 20, 22, 23]);
});
