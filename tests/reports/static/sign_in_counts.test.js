/* Sums of sign-in sessions, by the cases of the page of all apps (`tests/reports/content/test_sign_ins.py`). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { afterFailure, hasRate, isLogged, joinedFailures } from "../../../reports/static/js/pages/sign_in_counts.js";

const path = (way, sessions, by = null, failure = "timeout") => ({
  window_days: 7,
  failed_channel: "one_click",
  failure,
  way,
  signed_in_by: by,
  sessions,
  within_minute: by ? sessions : 0,
});

test("rows after a failure add up, and channels are columns", () => {
  const found = afterFailure([
    path("lost", 20, null, "cancelled"),
    path("cut", 1),
    path("lost", 4),
    path("other", 2, "qq"),
    path("other", 3, "wechat"),
    path("retry", 5, "one_click"),
  ]);
  assert.deepEqual(found.channels, ["wechat", "qq"]);
  const [cancelled, timeout] = found.rows;
  assert.deepEqual([cancelled.failure, cancelled.sessions, cancelled.lost], ["cancelled", 20, 20]);
  assert.deepEqual(timeout, {
    channel: "one_click",
    failure: "timeout",
    sessions: 15,
    retry: 5,
    by: { qq: 2, wechat: 3 },
    cut: 1,
    lost: 4,
    within_minute: 10,
  });
  assert.equal(found.total.sessions, 35);
  assert.deepEqual({ ...joinedFailures(found.rows), channel: null }, found.total);
});

test("a step is logged that at least half of the signed-in have", () => {
  const counts = { page: 30, click: 29, authorize: 0, verify: 60, signed_in: 60 };
  const logged = /** @type {const} */ (["page", "click", "authorize", "verify"]).filter((step) =>
    isLogged(/** @type {any} */ (counts), step),
  );
  assert.deepEqual(logged, ["page", "verify"]);
  // Nobody signed in: the step may be logged, only without a success.
  assert.equal(isLogged(/** @type {any} */ ({ ...counts, signed_in: 0 }), "authorize"), true);
});

test("a rate needs both of its steps, and sessions with the first", () => {
  /** @type {any} */
  const counts = { page: 90, click: 80, authorize: 70, verify: 0, signed_in: 70 };
  assert.deepEqual([hasRate(counts, ["page", "click"]), hasRate(counts, ["page", "signed_in"])], [true, true]);
  assert.equal(hasRate(counts, ["authorize", "verify"]), false);
  assert.equal(hasRate({ ...counts, signed_in: 0 }, ["authorize", "verify"]), true);
  assert.equal(hasRate({ ...counts, click: 0 }, ["page", "click"]), false);
  assert.equal(hasRate({ ...counts, click: 0, signed_in: 0 }, ["click", "authorize"]), false);
});
