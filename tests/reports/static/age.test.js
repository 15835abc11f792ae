/* How old a page is, by a given clock. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { site } from "../../../reports/static/js/choices/state.js";
import { daysAgo, isStale } from "../../../reports/static/js/pages/age.js";
import { useExampleSite } from "./example_site.js";

useExampleSite();

test("days are counted in the site's time zone", () => {
  site.time_zone = "Asia/Shanghai";
  assert.equal(daysAgo("2026-11-27", new Date("2026-11-28T15:59:00Z")), 1);
  assert.equal(daysAgo("2026-11-27", new Date("2026-11-28T16:00:00Z")), 2);
});

test("a zone that the browser does not know gives no age, and no error", () => {
  // Zones are made new: a run may have a newer list than the reader's browser.
  site.time_zone = "America/Newer_Than_The_Browser";
  assert.equal(daysAgo("2026-11-27", new Date("2026-11-28T15:59:00Z")), null);
});

test("a page is stale 36 hours after it was made", () => {
  site.generated_at = "2026-11-28T02:30:00+08:00";
  assert.equal(isStale(new Date("2026-11-29T14:30:00+08:00")), false);
  assert.equal(isStale(new Date("2026-11-29T14:30:01+08:00")), true);
});
