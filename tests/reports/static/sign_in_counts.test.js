/* Sums of sign-in sessions. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  afterFailure,
  daysByWay,
  hasRate,
  isLogged,
  joinedFailures,
  stepsByDay,
} from "../../../reports/static/js/sign_ins/sign_in_counts.js";

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

test("a declared channel may have the name of a property that every object has", () => {
  const found = afterFailure([path("other", 2, "constructor"), path("other", 3, "constructor", "error")]);
  assert.deepEqual(found.total.by, { constructor: 5 });
  assert.deepEqual(joinedFailures(found.rows).by, { constructor: 5 });
});

test("days by way are decoded, by entry channel and in all, oldest first", () => {
  // Four days: [none, 1, none, 3], [none, none, none, 1], [none, none, none, 2].
  const packed = { one_click: { direct: "CEw", lost: "BE" }, wechat: { direct: "Cg" } };
  const ways = (direct, lost) => ({ direct, retry: 0, other: 0, cut: 0, lost, sessions: direct + lost });
  const found = daysByWay(packed, 4, 3);
  assert.deepEqual(found.channels.one_click, [ways(1, 0), ways(0, 0), ways(3, 1)]);
  assert.deepEqual(found.channels.wechat, [ways(0, 0), ways(0, 0), ways(2, 0)]);
  assert.deepEqual(found.total, [ways(1, 0), ways(0, 0), ways(5, 1)]);
});

test("steps by day are decoded, and a median that is absent is no zero", () => {
  const days = stepsByDay({ page: "CEw", page_click_p50_ms: "J+gAAH+" }, 4, ["page", "click"], ["page_click"]);
  assert.deepEqual(days[0], { page: 0, click: 0, page_click: 0, signed_in: 0, page_click_p50_ms: 500 });
  assert.deepEqual(days[2].page_click_p50_ms, null);
  assert.deepEqual([days[3].page, days[3].page_click_p50_ms], [3, 510]);
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
