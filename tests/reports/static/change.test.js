import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOf } from "../../../reports/static/js/tables/change.js";

test("a count changes by a part of its base", () => {
  assert.equal(changeOf(150, 100, "ratio"), 0.5);
  assert.equal(changeOf(50, 100, "ratio"), -0.5);
  assert.equal(changeOf(0, 100, "ratio"), -1);
  assert.equal(changeOf(100, 100, "ratio"), 0);
});

test("a share changes by points", () => {
  assert.equal(changeOf(0.75, 0.5, "points"), 0.25);
  assert.equal(changeOf(0.25, 0, "points"), 0.25, "from a share of zero there is a difference");
});

test("against nothing there is no change", () => {
  assert.equal(changeOf(5, 0, "ratio"), null);
  assert.equal(changeOf(0, 0, "ratio"), null);
  for (const kind of ["ratio", "points"]) {
    assert.equal(changeOf(5, null, kind), null);
    assert.equal(changeOf(null, 5, kind), null);
    assert.equal(changeOf(undefined, 5, kind), null);
  }
});
