import assert from "node:assert/strict";
import { test } from "node:test";
import { courseDays } from "../../../reports/static/js/charts/left_course.js";

const COURSE = {
  first: "2026-02-27",
  packages: ["a", "b"],
  past: [
    [5, 3],
    [9, 9],
  ],
  mid: [8, 0],
  spans: [
    [7, 0],
    [9, 1],
  ],
};

test("known days have what is left of each package, days to come what is left in all", () => {
  assert.deepEqual(courseDays(COURSE), [
    { day: "2026-02-27", values: [5, 9, 14, null, null] },
    { day: "2026-02-28", values: [3, 9, 12, null, null] },
    { day: "2026-03-01", values: [null, null, 8, 7, 9] },
    { day: "2026-03-02", values: [null, null, 0, 0, 1] },
  ]);
});

test("without a forecast there are known days alone", () => {
  const days = courseDays({ ...COURSE, mid: [], spans: [] });
  assert.deepEqual(
    days.map(({ values }) => values),
    [
      [5, 9, 14],
      [3, 9, 12],
    ],
  );
});
