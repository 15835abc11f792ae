import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { mayBeNone, newcombe, wilson } from "../../../reports/static/js/data/intervals.js";
import { differenceText, keptPlace, noRateText } from "../../../reports/static/js/sign_ins/compared.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

const round = (/** @type {number} */ value) => Number(value.toFixed(4));

test("Wilson's interval is that of Newcombe's paper", () => {
  for (const [successes, cases, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ]) {
    const found = wilson(successes, cases);
    assert.deepEqual([round(found.low), round(found.high)], [low, high]);
  }
});

test("a rate of all has no more above it, one of none nothing below", () => {
  assert.equal(wilson(20, 20).high, 1);
  assert.equal(round(wilson(20, 20).low), 0.8389);
  assert.equal(wilson(0, 7).low, 0);
});

test("Newcombe's interval of a difference is that of his paper", () => {
  // 56/70 less 48/80, and 9/10 less 3/10: method 10.
  for (const [first, second, low, high] of /** @type {const} */ ([
    [wilson(48, 80), wilson(56, 70), 0.0524, 0.3339],
    [wilson(3, 10), wilson(9, 10), 0.1705, 0.809],
    [wilson(0, 10), wilson(10, 10), 0.6075, 1],
  ])) {
    const found = newcombe(first, second);
    assert.deepEqual([round(found.low), round(found.high)], [low, high]);
  }
});

test("a difference is said of B, and only where chance does not explain it", () => {
  const higher = { value: 0.0212, low: 0.004, high: 0.0381 };
  assert.equal(differenceText(higher), "B is higher by 2.1 percentage points (0.4 to 3.8)");
  const lower = { value: -0.0212, low: -0.0381, high: -0.004 };
  assert.equal(differenceText(lower), "B is lower by 2.1 percentage points (0.4 to 3.8)");
  const none = { value: 0.01, low: -0.004, high: 0.02 };
  assert.equal(mayBeNone(none), true);
  assert.equal(differenceText(none), "No difference to be seen (−0.4 to 2.0)");
});

test("a chosen value stays chosen in a span with other values in another order", () => {
  assert.equal(keptPlace(["5.2", "5.3", "5.1"], "5.1", 0), 2);
  assert.equal(keptPlace(["5.3", "5.2"], "5.1", 0), 0, "not in this span");
  assert.equal(keptPlace(["5.3", "5.2"], null, 1), 1, "nothing was chosen");
});

test("a rate is called not logged only if the logs lack a step of it", () => {
  assert.equal(noRateText(null), "not in the logs");
  assert.equal(noRateText([0, 0, 0]), "—");
});
