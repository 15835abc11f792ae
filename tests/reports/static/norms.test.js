/* What is usual: by the cases of the pages; which days count; when a change is chance. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { site } from "../../../reports/static/js/choices/state.js";
import { referenceDayTest, sideOfDays, usualOf } from "../../../reports/static/js/data/norms.js";
import CASES from "../norm_cases.json" with { type: "json" };
import { useExampleSite } from "./example_site.js";

useExampleSite();
const DAYS = Array.from({ length: 90 }, (_day, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));

for (const { name, unit, values, requests, left_out: leftOut, norm, sides } of CASES) {
  test(`the rule of the pages: ${name}`, () => {
    for (const [days, side] of Object.entries(sides)) {
      const places = values.map((_value, i) => i).slice(-days);
      const counts = (place) => !leftOut.includes(place);
      assert.equal(sideOfDays(values, places, unit, counts, requests), side, `${days} days`);
    }
    const found = usualOf(values, values.length - 1, unit, (place) => !leftOut.includes(place), requests);
    if (norm === null) return assert.equal(found, null);
    for (const [part, expected] of Object.entries(norm)) {
      assert.ok(Math.abs(found[part] - expected) <= 1e-6 * Math.max(1, expected), `${part}: ${found[part]}`);
    }
  });
}

test("a holiday tells nothing of counts, and has no usual range; a rate is on it as on any day", () => {
  const values = DAYS.map((_day, i) => (i === 75 ? 5 : 100));
  site.holidays = [75];
  assert.equal(
    usualOf(values, 75, "records", () => true),
    null,
  );
  assert.equal(usualOf(values, 82, "records", () => true).low, 70);
  assert.notEqual(
    usualOf(values, 75, "share", () => true),
    null,
  );
  site.holidays = [];
});

test("a fall that lasts does not become the norm, also where a span begins after it", () => {
  const values = DAYS.map((_day, i) => (i < 50 ? 0.95 : 0.6));
  const spans = [{ channel: "one_click", first_day: DAYS[50], last_day: null }];
  const low = (series) =>
    usualOf(values, 89, "share", referenceDayTest({ first_seen: DAYS[0], incident_spans: spans }, DAYS, series)).low;
  assert.equal(low("one_click"), 0.95);
  assert.equal(low("*"), 0.95, "all login channels together");
  assert.equal(low("wechat"), 0.6, "an incident of another channel");
});

test("days of an ended incident are left out, of usage those of its channels, and what was before the app", () => {
  const figures = {
    first_seen: DAYS[10],
    incident_spans: [
      { channel: "local_verify", first_day: DAYS[20], last_day: DAYS[22] },
      { channel: "*", first_day: DAYS[30], last_day: DAYS[30] },
    ],
  };
  const counted = (series) => {
    const isReference = referenceDayTest(figures, DAYS, series);
    return [9, 10, 19, 20, 22, 23, 30].filter(isReference);
  };
  assert.deepEqual(counted("local_verifications"), [10, 19, 23]);
  assert.deepEqual(counted("one_click_verifications"), [10, 19, 20, 22, 23]);
  assert.deepEqual(counted("number_verifications"), [10, 19, 23]);
  assert.deepEqual(counted("third_party_authorizations"), [10, 19, 20, 22, 23]);
});

test("days of an incident of the sign-in rate are left out of what is usual of sessions alone", () => {
  const span = { channel: "*", first_day: DAYS[20], last_day: null, is_of_sessions: true };
  const figures = { first_seen: DAYS[0], incident_spans: [span] };
  assert.equal(referenceDayTest(figures, DAYS, "one_click")(20), true);
  assert.equal(referenceDayTest(figures, DAYS, "one_click", { ofSessions: true })(20), false);
});
