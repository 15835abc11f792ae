/* The numbers of a series over a span: what a table says of a month, and how high it is drawn. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setState } from "../../../reports/static/js/choices/state.js";
import { heightsOf, valuesOf } from "../../../reports/static/js/data/spans.js";
import { useExampleSite } from "./example_site.js";

useExampleSite();
const usage = { local_verifications: [1240, 300], third_party_authorizations: [null, 9] };
const channels = {
  "*": { authorizations: [56, 18] },
  one_click: { authorizations: [56, 18], authorization_rate: [0.5, 0.25] },
};
setState({
  figures: { monthly: { usage, channels }, long: { usage: { local_verifications: Array(90).fill(7) }, channels } },
});

const place = (group, series, field = null) => ({ group, series, field, look: series });

test("of a month a table has the sum, and a line the mean day with data", () => {
  const count = place("usage", "local_verifications");
  assert.deepEqual(valuesOf(count, "months"), [1240, 300]);
  assert.deepEqual(heightsOf(count, "months"), [1240 / 28, 300 / 9]);
  assert.deepEqual(heightsOf(place("usage", "third_party_authorizations"), "months"), [null, 1]);
  assert.deepEqual(valuesOf(place("trend", "one_click", "authorizations"), "months"), [56, 18]);
  assert.deepEqual(heightsOf(place("trend", "one_click", "authorizations"), "months"), [2, 2]);
});

test("a rate of a month, and a count of a day, are drawn as they are", () => {
  assert.deepEqual(heightsOf(place("trend", "one_click", "authorization_rate"), "months"), [0.5, 0.25]);
  assert.deepEqual(heightsOf(place("usage", "local_verifications"), "7"), Array(7).fill(7));
  assert.deepEqual(valuesOf(place("usage", "local_verifications"), "7"), Array(7).fill(7));
});
