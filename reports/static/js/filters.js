/* The filters over a list: search, choices, suggestions. The fields stand in the page as `[data-filter]`; what is in them
   is kept in the address under the same name, so that a filtered list can be sent and linked to.
   Does not belong here: how rows are searched (columns.js). */

import { hasTerms, ranks, searchLines, searchTerms } from "./columns.js";
import { asked, element, keepInAddress } from "./dom.js";
import { _, onLanguage, word } from "./language.js";
import { painted } from "./tables.js";

const SUGGESTIONS = 50;

/* What is empty has no place in the address. */
export function keepFilter(name, value) {
  keepInAddress(name, value);
  if (value) return;
  const address = new URL(window.location.href);
  address.searchParams.delete(name);
  window.history.replaceState(null, "", address);
}

/* Gives a function that gives the test of a row, null where every row passes. */
export function makeFilters(listing, data, changed) {
  const fields = Array.from(listing.querySelectorAll("[data-filter]"));
  const write = () => {
    for (const field of fields.filter((one) => one.tagName === "SELECT")) writeChoices(field, data);
  };
  onLanguage(write);
  write();
  for (const field of fields) {
    const { filter } = field.dataset;
    field.value = asked(filter) || "";
    if (field.list) suggest(field, data);
    field.addEventListener("input", changed);
    // Not at each letter: browsers allow an address to change only so often.
    field.addEventListener("change", () => keepFilter(filter, field.value.trim()));
    // Made ready once the first rows are painted, so that the first letter is as quick as the others.
    if (filter === "search") painted().then(() => searchLines(data));
  }
  return () => {
    const tests = fields.filter((field) => field.value.trim()).map((field) => testOf(field, data));
    return tests.length ? (row) => tests.every((test) => test(row)) : null;
  };
}

function testOf(field, data) {
  const { filter } = field.dataset;
  if (filter === "search") {
    const [lines, terms] = [searchLines(data), searchTerms(field.value)];
    return (row) => hasTerms(lines[row], terms);
  }
  const { values, of } = data.list(filter);
  const isMeant = field.tagName === "SELECT" ? (value) => value === field.value : hasText(field.value);
  const passes = values.map(isMeant);
  return (row) => passes[of[row]];
}

function hasText(text) {
  const terms = searchTerms(text);
  return (value) => hasTerms((value || "").toLowerCase(), terms);
}

function writeChoices(field, data) {
  const { values } = data.list(field.dataset.filter);
  const chosen = field.value;
  const texts = values.map((value) => word(value));
  const rank = ranks(texts);
  const places = values.map((_value, place) => place).sort((a, b) => rank[a] - rank[b]);
  field.replaceChildren(
    element("option", { value: "", textContent: _("All") }),
    ...places.map((place) => element("option", { value: values[place], textContent: texts[place] })),
  );
  field.value = chosen;
}

function suggest(field, data) {
  const show = () => {
    const values = data.list(field.dataset.filter).values.filter(Boolean).filter(hasText(field.value));
    field.list.replaceChildren(...values.slice(0, SUGGESTIONS).map((value) => element("option", { value })));
  };
  field.addEventListener("focus", show);
  field.addEventListener("input", show);
}
