/* Filters of a list: search, choices, suggestions. The page contains the fields as `[data-filter]`; their values are
   stored in the address under the same name, so that a filtered list can be shared and linked to. columns.ts has the
   search. */

import { asked, keepInAddress, onBack } from "../choices/address.js";
import { drawInstead } from "../choices/instead.js";
import { _, inLanguage, word } from "../choices/language.js";
import { checkAddress } from "../choices/unmet.js";
import { hasTerms, ranks, searchLines, searchTerms } from "../data/columns.js";
import { all, element, painted } from "../dom.js";
import type { BigList, Coded, CodedName, Field, Rows, RowTest } from "../types/tables.js";

const SUGGESTIONS = 50;

/** Starts the filters of a list. The returned function gives the test of each row, or null if no filter is set. */
export function makeFilters(listing: HTMLElement, data: Rows, changed: () => void): () => RowTest | null {
  const fields = all("[data-filter]", listing) as Field[];
  const write = () => {
    for (const field of fields) if (field instanceof HTMLSelectElement) writeChoices(field, data);
  };
  inLanguage(write);
  for (const field of fields) {
    const { filter = "" } = field.dataset;
    field.value = asked(filter) || "";
    if (field instanceof HTMLSelectElement)
      checkAddress([filter], () => ([...field.options].some(({ value }) => value === asked(filter)) ? null : _("All")));
    if (field instanceof HTMLInputElement && field.list) suggest(field, field.list, data);
    field.addEventListener("input", changed);
    // Stored when the field is left: browsers limit how often an address may change.
    field.addEventListener("change", () => keepInAddress({ [filter]: field.value.trim() }));
    // Prepared once the first rows are painted, so that the first letter is as quick as the others.
    if (filter === "search") painted().then(() => searchLines(data));
  }
  onBack(() => {
    for (const field of fields) field.value = asked(field.dataset.filter || "") || "";
    changed();
  });
  // Lists are loaded after the page.
  drawInstead();
  return () => {
    const tests = fields.filter((field) => field.value.trim()).map((field) => testOf(field, data));
    return tests.length ? (row) => tests.every((test) => test(row)) : null;
  };
}

function testOf(field: Field, data: Rows): RowTest {
  if (field.dataset.filter === "search") {
    const [lines, terms] = [searchLines(data), searchTerms(field.value)];
    return (row) => hasTerms(lines[row], terms);
  }
  const { values, of } = codedOf(field, data);
  const isMeant: (value: string) => boolean =
    field instanceof HTMLSelectElement ? (value) => value === field.value : hasText(field.value);
  const passes = values.map(isMeant);
  return (row) => passes[of[row]];
}

/** The column of a filter; only big lists have choices and suggestions. */
function codedOf(field: Field, data: Rows): Coded {
  return (data as BigList).list(field.dataset.filter as CodedName);
}

function hasText(text: string): (value: string | null) => boolean {
  const terms = searchTerms(text);
  return (value) => hasTerms((value || "").toLowerCase(), terms);
}

function writeChoices(field: HTMLSelectElement, data: Rows) {
  const { values } = codedOf(field, data);
  const chosen = field.value;
  const texts = values.map((value) => word(value));
  const rank = ranks(texts);
  const places = values.map((_value, place) => place).sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
  field.replaceChildren(
    element("option", { value: "", textContent: _("All") }),
    ...places.map((place) => element("option", { value: values[place], textContent: texts[place] })),
  );
  field.value = chosen;
}

function suggest(field: Field, list: HTMLElement, data: Rows) {
  const show = () => {
    const values = codedOf(field, data).values.filter(Boolean).filter(hasText(field.value));
    list.replaceChildren(...values.slice(0, SUGGESTIONS).map((value) => element("option", { value })));
  };
  field.addEventListener("focus", show);
  field.addEventListener("input", show);
}
