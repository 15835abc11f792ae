import assert from "node:assert/strict";
import { test } from "node:test";
import { sortedRows } from "../../../reports/static/js/data/columns.js";
import { total } from "../../../reports/static/js/tables/apptable.js";
import { changeColumn, numberColumn } from "../../../reports/static/js/tables/cells.js";

test("a column is sorted by the numbers of the period that is chosen", () => {
  let chosen = [3, 1];
  const column = numberColumn(() => chosen, String);
  assert.deepEqual([0, 1].map(column.key()), [3, 1]);
  chosen = [null, 8];
  assert.deepEqual([0, 1].map(column.key()), [null, 8]);
});

test("apps are sorted by their change, those without a base last", () => {
  const now = [150, 10, 5, 90, null, 0];
  const before = [100, 5, 0, 100, 7, 50];
  const column = changeColumn(
    () => now,
    () => before,
    "ratio",
    () => true,
  );
  assert.deepEqual(now.map((_value, row) => row).map(column.key()), [0.5, 1, null, 90 / 100 - 1, null, -1]);
  assert.deepEqual([...sortedRows(6, column.key(), true)], [1, 0, 3, 5, 2, 4]);
});

test("rates are sorted by their difference", () => {
  const column = changeColumn(
    () => [0.75, 0.5, 0.25],
    () => [0.5, 0.75, 0],
    "points",
    () => true,
  );
  assert.deepEqual([0, 1, 2].map(column.key()), [0.25, -0.25, 0.25]);
});

test("where too few days are matched nothing is sorted by change", () => {
  const column = changeColumn(
    () => [2, 4],
    () => [1, 1],
    "ratio",
    () => false,
  );
  assert.deepEqual([0, 1].map(column.key()), [null, null]);
});

test("a total is of the rows that are shown and known", () => {
  const values = [5, null, 0, 7];
  assert.equal(total(values, Uint32Array.of(0, 1, 3)), 12);
  assert.equal(total(values, Uint32Array.of(1, 2)), 0);
  assert.equal(total(values, Uint32Array.of(1)), null);
  assert.equal(total(values, new Uint32Array()), null);
});
