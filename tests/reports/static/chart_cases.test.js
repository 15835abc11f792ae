/* Ticks, ranges and shapes of the charts: by the cases that notebooks are held to, too (`plots/test_scales.py`). */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { spread } from "../../../reports/static/js/charts/end_labels.js";
import {
  band,
  dayMarks,
  dayScale,
  gaps,
  holidayStrips,
  monthScale,
  previousLine,
  scale,
} from "../../../reports/static/js/charts/scales.js";
import { setState } from "../../../reports/static/js/choices/state.js";
import CASES from "../chart_cases.json" with { type: "json" };
import { useExampleSite } from "./example_site.js";

useExampleSite();
afterEach(() => setState({ language: "en" }));
const FUNCTIONS = { scale, dayScale, gaps, dayMarks, holidayStrips, previousLine, band, spread };

for (const { of, name, language, given, found } of CASES) {
  test(`${of}: ${name}`, () => {
    setState({ language });
    assert.deepEqual(FUNCTIONS[of](...given), found);
  });
}

test("of months every third has a tick, the last one always, and a month without some days is shaded", () => {
  const { tickvals, ticktext, range } = monthScale(["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"]);
  assert.deepEqual(tickvals, ["2025-12-01", "2026-03-01"]);
  assert.deepEqual(ticktext, ["2025-12", "2026-03"]);
  assert.deepEqual(range, ["2025-11-16 00:00", "2026-03-16 00:00"]);
  const [month] = gaps(["2026-02-01", "2026-03-01"], [1], {}, true);
  assert.deepEqual([month.x0, month.x1], ["2026-02-14 00:00", "2026-03-16 00:00"]);
});

test("of 90 days every second week has a tick, without a value there is no line and no band", () => {
  const days = Array.from({ length: 90 }, (_day, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
  assert.deepEqual(dayScale(days).tickvals.slice(-2), ["2026-03-17", "2026-03-31"]);
  assert.equal(dayScale(days).tickvals.length, 7);
  assert.deepEqual([previousLine(days, [], "#00f", {}), band(days, [], "#00f", {})], [[], []]);
});
