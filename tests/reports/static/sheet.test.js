/* Figures of a cell, and the columns of a file. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { csvRows, distinct, figuresIn, unitHeading } from "../../../reports/static/js/downloads/sheet.js";
import { useExampleSite } from "./example_site.js";

useExampleSite();

/** @param {string} text */
const read = (text) => figuresIn(text)?.map(({ value, unit, role }) => [value, unit, role].filter((one) => one !== ""));

test("a cell is read as the figures that it shows", () => {
  assert.deepEqual(read("1,234"), [[1234]]);
  assert.deepEqual(read("−5"), [[-5]]);
  assert.deepEqual(read("43.21%"), [[0.4321, "share"]]);
  assert.deepEqual(read("+1.20 pp"), [[1.2, "points"]]);
  assert.deepEqual(read("120 ms"), [[120, "ms"]]);
  assert.deepEqual(read("1.5 kB"), [[1500, "bytes"]]);
  assert.deepEqual(read("¥0.04"), [[0.04, "yuan"]]);
  assert.deepEqual(read("—"), [[null]]);
  assert.deepEqual(read(""), []);
});

test("what two figures of a cell are is told apart", () => {
  assert.deepEqual(read("9,500 86.4%"), [[9500], [0.864, "share"]]);
  assert.deepEqual(read("28 / 30"), [[28], [30, "of"]]);
  assert.deepEqual(read("28 of 30"), [[28], [30, "of"]]);
  assert.deepEqual(read("90.5–92%"), [
    [0.905, "share", "low"],
    [0.92, "share", "high"],
  ]);
  assert.deepEqual(read("+5 ± 2"), [[5], [2, "tolerance"]]);
  assert.deepEqual(read("≤ 9"), [[9, "most"]]);
  assert.deepEqual(read("± 84"), [[84, "tolerance"]]);
});

test("another text is no figure, nor is a key or a day", () => {
  for (const text of ["no data", "2026-03-31", "2.15.0", "9a", "SDK 9", "5 apples", "3 msgs", "3 of them"]) {
    assert.equal(figuresIn(text), null, text);
  }
});

test("a share is written in per cent as its heading says", () => {
  const cells = [0.4321, null, 1];
  const columns = [
    { heading: "App", unit: /** @type {const} */ (""), cells: ["0012345", "b", "c"] },
    { heading: unitHeading("Rate", "share"), unit: /** @type {const} */ ("share"), cells },
  ];
  assert.deepEqual(csvRows(columns), [
    ["App", "Rate (%)"],
    ["0012345", 43.21],
    ["b", null],
    ["c", 100],
  ]);
});

test("a heading names its unit once", () => {
  assert.equal(unitHeading("Slowest 5% (ms)", "ms"), "Slowest 5% (ms)");
  assert.equal(unitHeading("Requests", ""), "Requests");
});

test("no two columns have one heading", () => {
  const column = { heading: "a", unit: /** @type {const} */ (""), cells: [] };
  assert.deepEqual(
    distinct([column, column]).map(({ heading }) => heading),
    ["a", "a 2"],
  );
});
