import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setState, site } from "../../../reports/static/js/choices/state.js";
import { chartLists } from "../../../reports/static/js/data/figures.js";
import { daysOfRange, loadOlderDays, valuesOfRange } from "../../../reports/static/js/data/older_days.js";
import { comparedPlaces } from "../../../reports/static/js/data/ranges.js";
import { useExampleSite } from "./example_site.js";

beforeEach(() => {
  useExampleSite();
  // Ten days of December precede the 90 days; the first has no data.
  Object.assign(site, { months: [{ month: "2025-12-01" }], has_older_days: true, older_missing: [0] });
  const withData = site.long_days.map((_day, i) => !site.long_missing.includes(i));
  setState({ figures: { first_seen: "2026-01-01", long: chartLists({}, withData) } });
});

test("a large site, or one without data on the older days, has no older days to choose", () => {
  site.has_older_days = false;
  assert.equal(daysOfRange().days[0], "2025-12-11");
  Object.assign(site, { has_older_days: true, older_missing: [...Array(10).keys()] });
  assert.equal(daysOfRange().days[0], "2025-12-11");
});

test("an app without a record on the older days is compared with them, too", async () => {
  globalThis.window = {};
  await loadOlderDays(() => {});
  const { days, missing, olderCount } = daysOfRange();
  assert.deepEqual([days[0], olderCount, missing], ["2025-12-01", 10, [0, 10, 97]]);
  assert.equal(valuesOfRange((lists) => lists.usage.number_verifications).length, days.length);
  const found = comparedPlaces({ first: "2025-12-21", last: "2026-01-09" }, "before", days, missing);
  assert.equal(found.matched.length, 18);
});
