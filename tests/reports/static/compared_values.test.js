import assert from "node:assert/strict";
import { test } from "node:test";
import { setState, texts } from "../../../reports/static/js/choices/state.js";
import { comparedDimensions } from "../../../reports/static/js/sign_ins/compared_values.js";
import { useExampleSite } from "./example_site.js";

/* The rates of values of a dimension, with the given steps of the rates. */
function ratesOf(rates, rows) {
  useExampleSite();
  const before = texts.sign_ins;
  const unknown = { zh: "未知", en: "Unknown" };
  texts.sign_ins = {
    rates,
    compared: [{ key: "platform", label: { zh: "平台", en: "Platform" }, unknown, values: {} }],
  };
  const [{ values }] = comparedDimensions(rows.map((row, i) => ({ ...row, dimension: "platform", value: `p${i}` })));
  texts.sign_ins = before;
  return values.map((one) => one.rates);
}

test("a scheme has its registered name, although records without a package come first", () => {
  useExampleSite();
  const before = texts.sign_ins;
  texts.sign_ins = {
    rates: {},
    compared: [
      {
        key: "scheme_id",
        label: { zh: "方案", en: "Scheme" },
        unknown: { zh: "无方案", en: "No scheme" },
        values: {},
      },
    ],
  };
  setState({
    figures: {
      packages: [
        { scheme_id: "s1", scheme_name: null, package_name: null },
        { scheme_id: "s1", scheme_name: "方案一", package_name: "com.example" },
        { scheme_id: "s2", scheme_name: null, package_name: "com.other" },
      ],
    },
  });
  const row = (value) => ({ dimension: "scheme_id", value, sessions: 1, sign_ins: 1, concluded: 1 });
  const labels = (schemes) => {
    const [{ values }] = comparedDimensions(["s1", "s2", "unknown"].map(row), schemes);
    return values.map(({ label }) => label);
  };
  assert.deepEqual(labels(), ["方案一 (s1)", "s2", "No scheme"]);
  // All apps together have no packages of their own.
  assert.deepEqual(labels({ s2: "方案二" }), ["方案一 (s1)", "方案二 (s2)", "No scheme"]);
  texts.sign_ins = before;
});

test("a scheme with the id of a word is shown by its id, a platform by its word", () => {
  useExampleSite();
  const before = texts.sign_ins;
  const unknown = { zh: "未知", en: "Unknown" };
  const row = { sessions: 1, sign_ins: 1, concluded: 1 };
  texts.sign_ins = {
    rates: {},
    compared: [
      { key: "scheme_id", label: { zh: "方案", en: "Scheme" }, unknown, values: {} },
      { key: "platform", label: { zh: "平台", en: "Platform" }, unknown, values: { ios: { zh: "iOS", en: "iOS" } } },
    ],
  };
  const found = comparedDimensions([
    { ...row, dimension: "scheme_id", value: "success" },
    { ...row, dimension: "scheme_id", value: "qq" },
    { ...row, dimension: "platform", value: "ios" },
    { ...row, dimension: "platform", value: "unknown" },
  ]);
  texts.sign_ins = before;
  assert.deepEqual(
    found.map(({ values }) => values.map(({ label }) => label)),
    [
      ["success", "qq"],
      ["iOS", "Unknown"],
    ],
  );
});

test("a rate without a session is not a rate that the logs lack", () => {
  const row = { sessions: 3, sign_ins: 0, concluded: 0, page: 0, click: 0, page_click: 0 };
  const rates = ratesOf({ page_click: ["page", "click"] }, [
    { ...row, signed_in: 0 },
    { ...row, signed_in: 2, concluded: 3 },
  ]);
  assert.deepEqual(rates, [
    { sign_in_rate: [0, 0, 0], page_click: [0, 0, 0] },
    { sign_in_rate: [0, 3, 0], page_click: null },
  ]);
});

test("the rate of verification has the sessions that signed in without one, as no other rate", () => {
  const row = {
    sessions: 30,
    sign_ins: 20,
    concluded: 30,
    click: 25,
    authorize: 22,
    click_authorize: 22,
    signed_in: 20,
  };
  const steps = { click_authorize: ["click", "authorize"], authorize_verify: ["authorize", "verify"] };
  const rates = ratesOf(steps, [
    { ...row, verify: 20, authorize_verify: 20 },
    { ...row, verify: 14, authorize_verify: 14 },
  ]);
  assert.deepEqual(rates, [
    { sign_in_rate: [20, 30, 0], click_authorize: [22, 25, 0], authorize_verify: [20, 22, 0] },
    { sign_in_rate: [20, 30, 0], click_authorize: [22, 25, 0], authorize_verify: [14, 22, 6] },
  ]);
});
