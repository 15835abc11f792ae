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
