/* What a reader chose: the language (language.ts), the window and the figures (windows.ts). */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { filled, localAddress, recallLanguage, word } from "../../../reports/static/js/choices/language.js";
import {
  chosenApp,
  chosenDays,
  chosenSpan,
  figures,
  language,
  setState,
  site,
  windowKey,
} from "../../../reports/static/js/choices/state.js";
import { onFigures, recallWindow, setFigures } from "../../../reports/static/js/choices/windows.js";
import { completedFigures } from "../../../reports/static/js/data/figures.js";
import { useExampleSite } from "./example_site.js";

/* A browser whose address and memory hold choices; a memory of null is one that is forbidden. */
function visit(search, memory = {}) {
  const location = { search, href: `https://example.org/${search}` };
  globalThis.window = {
    location,
    history: { replaceState: (_state, _title, { search, href }) => Object.assign(location, { search, href }) },
    localStorage: { getItem: (name) => memory[name] ?? null },
  };
  if (memory === null) delete globalThis.window.localStorage;
}

beforeEach(() => {
  useExampleSite();
  site.days = Array.from({ length: 30 }, (_day, i) => `2026-03-${String(i + 1).padStart(2, "0")}`);
});
afterEach(() => {
  delete globalThis.window;
});

test("the address decides, then an earlier visit, then Chinese", () => {
  const languageOf = (...choices) => {
    visit(...choices);
    recallLanguage();
    return language;
  };
  assert.equal(languageOf("?lang=en", { "authmeter-language": "zh" }), "en");
  assert.equal(languageOf("", { "authmeter-language": "en" }), "en");
  assert.equal(languageOf(""), "zh");
  assert.equal(languageOf("?lang=toString", { "authmeter-language": "fr" }), "zh");
  assert.equal(languageOf("?lang=en", null), "en");
});

test("the window is the one asked for, then that of an earlier visit, then all days", () => {
  const daysOf = (...choices) => {
    visit(...choices);
    recallWindow();
    return [chosenDays, windowKey()];
  };
  assert.deepEqual(daysOf("?days=7", { "authmeter-days": "30" }), [7, "7"]);
  assert.deepEqual(daysOf("", { "authmeter-days": "7" }), [7, "7"]);
  assert.deepEqual(daysOf(""), [30, "30"]);
  assert.deepEqual(daysOf("?days=8", { "authmeter-days": "x" }), [30, "30"]);
  assert.deepEqual(daysOf("", null), [30, "30"]);
});

test("charts show the window, unless the address asks for a longer look, and links carry the app of the address", () => {
  const spanOf = (...choices) => {
    visit(...choices);
    recallWindow();
    return [chosenSpan, chosenDays, chosenApp];
  };
  assert.deepEqual(spanOf(""), ["30", 30, ""]);
  assert.deepEqual(spanOf("?days=7&app=shop"), ["7", 7, "shop"]);
  assert.deepEqual(spanOf("?days=7&span=90"), ["90", 30, ""], "tables have no longer look");
  assert.deepEqual(spanOf("?days=90"), ["90", 30, ""]);
  assert.equal(globalThis.window.location.search, "?days=30&span=90", "Back and a copied link need the present form");
  assert.deepEqual(spanOf("?days=months"), ["30", 30, ""]);
  assert.deepEqual(spanOf("?span=months"), ["months", 30, ""]);
  assert.deepEqual(spanOf("?span=toString"), ["30", 30, ""]);
});

test("a link opens the shown window, also where an earlier visit chose another one", () => {
  const daysOfLink = (...choices) => {
    visit(...choices);
    recallWindow();
    return new URLSearchParams(localAddress("usage.html").split("?")[1]).get("days");
  };
  assert.equal(daysOfLink("?days=30", { "authmeter-days": "7" }), "30");
  assert.equal(daysOfLink("?span=90", { "authmeter-days": "7" }), "30");
  assert.equal(daysOfLink("", { "authmeter-days": "7" }), "7");
  assert.equal(daysOfLink("?days=30", { "authmeter-days": "30" }), null);
  assert.equal(daysOfLink("", null), null);
});

test("whoever draws figures is told of those that are shown", () => {
  const drawn = [];
  onFigures(() => drawn.push(figures.long.usage.number_verifications));
  assert.deepEqual(drawn, []);
  site.long_days = ["2026-03-09", "2026-03-10"];
  site.long_missing = [1];
  const days = { one_click: { verifications: "Bg" }, local_verify: { verifications: "Cg" } };
  setFigures(completedFigures({ days, months: {}, tables: {} }));
  assert.deepEqual(drawn, [[3, null]]);
});

test("a value without a word stands for itself, a declared channel has that of the site", () => {
  site.channels.push({ key: "mail", group: "other", is_login: false, zh: "邮件", en: "Mail" });
  assert.equal(word("mail"), "Mail");
  assert.equal(word("success"), "Success");
  setState({ language: "zh" });
  assert.equal(word("success"), "成功");
  assert.equal(word("com.example.shop"), "com.example.shop");
  assert.equal(word("toString"), "toString");
});

test("places of a text are filled, whatever the values hold", () => {
  assert.equal(filled("{days} vs {base} days", { days: 0, base: "{days}" }), "0 vs {days} days");
});
