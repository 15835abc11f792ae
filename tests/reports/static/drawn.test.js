import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drawnName } from "../../../reports/static/js/pages/drawn.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

test("a package stands under its name, without one are overflow and several together", () => {
  assert.equal(drawnName(["p-1", 1, 2]), "p-1");
  // A package may be called as the number of others is.
  assert.equal(drawnName(["3", 1, 2]), "3");
  assert.equal(drawnName([null, 1, 2]), "Overflow");
  assert.equal(drawnName([3, 1, 2]), "3 other resource packages");
});
