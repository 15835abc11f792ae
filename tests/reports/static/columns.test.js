import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setState } from "../../../reports/static/js/choices/state.js";
import {
  codedKeys,
  columnsOf,
  hasTerms,
  ranks,
  searchTerms,
  sortedRows,
} from "../../../reports/static/js/data/columns.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

const list = () =>
  columnsOf({
    rows: 3,
    columns: {
      name: '["Alpha","商城","Zeta"]',
      key: '["alpha","shop","zeta"]',
      folder: '[0,"shop~1",0]',
      pinyin: '["","ShangCheng",""]',
      platform: '{"values":["android","ios"],"of":[1,0,1]}',
      authorizations: ["[1,null,3]", "[10,20,30]"],
    },
  });

const order = (keys, descending) => [...sortedRows(keys.length, (row) => keys[row], descending)];

test("rows go by their key, those without one last either way", () => {
  const keys = [5, null, 0, 9, null, -2];
  assert.deepEqual(order(keys, false), [5, 2, 0, 3, 1, 4]);
  assert.deepEqual(order(keys, true), [3, 0, 2, 5, 1, 4]);
});

test("equal keys keep the order of the names", () => {
  assert.deepEqual(order([1, 0, 1, 0, 1], false), [1, 3, 0, 2, 4]);
  assert.deepEqual(order([1, 0, 1, 0, 1], true), [0, 2, 4, 1, 3]);
});

test("texts rank as people of the language sort them, what is absent last", () => {
  assert.deepEqual(ranks(["v10", "v2", "—", "V1", "v2"]), [2, 1, null, 0, 1]);
  setState({ language: "zh" });
  assert.deepEqual(ranks(["张", "李", "王", "—"]), [2, 0, 1, null]);
});

test("Latin comes before Chinese in both languages, Chinese by its pinyin", () => {
  const names = ["Beta", "阿里", "A商城", "10", "张", "9", "李", "beta", "A阿"];
  const sorted = ["9", "10", "A阿", "A商城", "beta", "Beta", "阿里", "李", "张"];
  for (const language of ["zh", "en"]) {
    setState({ language });
    const rank = ranks(names);
    assert.deepEqual(
      [...names].sort((a, b) => rank[names.indexOf(a)] - rank[names.indexOf(b)]),
      sorted,
    );
  }
});

test("a column of few values ranks by what is read, not by what is stored", () => {
  const text = (value) => (value === "ios" ? "A phone" : "Z phone");
  assert.deepEqual([0, 1, 2].map(codedKeys(list(), "platform", text)), [0, 1, 0]);
});

test("a list is read by column, by period where it has several", () => {
  const data = list();
  assert.equal(data.count, 3);
  assert.deepEqual(data.list("authorizations", 0), [1, null, 3]);
  assert.deepEqual(data.list("authorizations", 1), [10, 20, 30]);
  assert.equal(data.value("platform", 1), "android");
  assert.equal(data.value("platform", 2), "ios");
});

test("an app's folder is its key unless the list says otherwise", () => {
  assert.deepEqual([0, 1, 2].map(list().folder, list()), ["alpha", "shop~1", "zeta"]);
});

test("a list without a row has empty columns", () => {
  assert.deepEqual(columnsOf({ rows: 0, columns: { authorizations: [] } }).list("authorizations", 1), []);
});

test("an app is found by name, key, pinyin or initials, in any case and any order of words", () => {
  const lines = list()
    .texts()
    .map((text) => text.toLowerCase());
  const found = (text) => lines.flatMap((line, row) => (hasTerms(line, searchTerms(text)) ? [row] : []));
  assert.deepEqual(found("ALPH"), [0]);
  assert.deepEqual(found("商"), [1]);
  assert.deepEqual(found("sc"), [1]);
  assert.deepEqual(found("shangcheng"), [1]);
  assert.deepEqual(found("ShangC"), [1]);
  assert.deepEqual(found(" shop  商城 "), [1]);
  assert.deepEqual(found("shop zeta"), []);
  assert.deepEqual(found("  "), [0, 1, 2]);
});
