import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drawnName } from "../../../reports/static/js/pages/drawn.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

test("a package stands under its name, without one are overflow and several together", () => {
  assert.equal(drawnName({ resource_package_id: "p-1", merged: null }), "p-1");
  // A package may be called as the number of others is.
  assert.equal(drawnName({ resource_package_id: "3", merged: null }), "3");
  assert.equal(drawnName({ resource_package_id: null, merged: null }), "Overflow");
  assert.equal(drawnName({ resource_package_id: null, merged: 3 }), "3 other resource packages");
});
