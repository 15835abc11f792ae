/* The names at the ends of the lines: near their line, and never over each other. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "../../../reports/static/js/charts/end_labels.js";

test("names that have room stand at their lines", () => {
  assert.deepEqual(spread([100, 20, 60], 8, 180), [100, 20, 60]);
});

test("names of lines that end together stand below each other, in their order", () => {
  assert.deepEqual(spread([50, 50, 49], 8, 180), [63, 77, 49]);
});

test("names stay within the plot", () => {
  assert.deepEqual(spread([180, 179, 178], 8, 180), [180, 166, 152]);
  assert.deepEqual(spread([0, 1], 8, 180), [8, 22]);
});
