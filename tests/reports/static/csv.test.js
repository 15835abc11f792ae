/* Files made in the browser: the form of the site's own, and no text that a spreadsheet runs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText, fileName, harmless } from "../../../reports/static/js/downloads/csv.js";
import CASES from "../export/harmless_cases.json" with { type: "json" };

test("a file has a BOM, CRLF, and quotes where they are needed", () => {
  const rows = [
    ["App", "Rate"],
    ["a,b", 0.12345678],
    ['say "hi"', null],
    ["two\nlines", -1234567],
  ];
  assert.equal(csvText(rows), '\ufeffApp,Rate\r\n"a,b",0.123457\r\n"say ""hi""",\r\n"two\nlines",-1234567\r\n');
});

test("a number is never written with an exponent", () => {
  assert.equal(csvText([[1e-9, 123456789012345]]), "\ufeff0,123456789012345\r\n");
});

/* The same cases stand for the files that the site is made with. */

for (const [text, safe] of CASES) {
  test(`${JSON.stringify(text)} is made harmless as in the site's files`, () => {
    assert.equal(harmless(text), safe);
  });
}

test("the name of a file is one for every file system", () => {
  assert.equal(fileName(["shop", "按渠道 / a:b", "2026-03-10"], "csv"), "shop_按渠道-a-b_2026-03-10.csv");
  assert.equal(fileName(["", "x".repeat(300)], "csv").length, 154);
});

test("a long name is cut before its day", () => {
  const name = fileName(["shop", "长".repeat(300), "2026-03-10"], "csv");
  assert.equal(name, `shop_${"长".repeat(44)}_2026-03-10.csv`);
});
