/* Columns of a big table: their values, their order and the search in names.
   A list of 100,000 apps is 27 MB. The data scripts hold it by column, each column a JSON text that is read when it is
   first needed: a reader looks at one period of five. A column of few different values is `{values, of}`, the place in
   `values` for each row. The rows come in the order of the names, so that the row's number is the name's sort key.
   Does not belong here: how a cell looks (cells.js). */

import { ABSENT } from "./format.js";
import { LANGUAGE_TAGS, language } from "./state.js";

/** @import { BigList, CodedName, KeyOf, RawList, Rows, Value } from "../types.d.ts" */

/**
 * Reads a list by column.
 * @param {RawList} list
 * @returns {BigList}
 */
export function columnsOf({ rows, columns }) {
  /** @type {Map<string, any>} */
  const read = new Map();
  return {
    count: rows,
    /**
     * @param {string} name
     * @param {number} [place]
     */
    list(name, place) {
      const key = place === undefined ? name : `${name} ${place}`;
      // Without any row there is no list of lists either.
      const text = place === undefined ? columns[name] : columns[name][place];
      if (!read.has(key)) read.set(key, JSON.parse(/** @type {string | undefined} */ (text) ?? "[]"));
      return read.get(key);
    },
    value(name, row) {
      const { values, of } = this.list(name);
      return values[of[row]];
    },
    folder(row) {
      return this.list("folder")[row] || this.list("key")[row];
    },
    texts() {
      const [names, keys, pinyin] = [this.list("name"), this.list("key"), this.list("pinyin")];
      // Its capitals are the initials.
      return names.map((name, row) => `${name}\n${keys[row]}\n${pinyin[row]}\n${pinyin[row].replace(/[^A-Z]/g, "")}`);
    },
  };
}

/**
 * All rows by key, as numbers: null is last either way, equal keys keep the order of the rows.
 * @param {number} count
 * @param {KeyOf} keyOf
 * @param {boolean | undefined} descending
 * @returns {Uint32Array}
 */
export function sortedRows(count, keyOf, descending) {
  const keys = new Float64Array(count);
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) {
    const key = keyOf(row);
    keys[row] = key === null ? Infinity : descending ? -key : key;
    rows[row] = row;
  }
  // Infinity less Infinity is not a number, and so leaves it to the rows.
  return rows.sort((a, b) => keys[a] - keys[b] || a - b);
}

/**
 * Sort keys of texts: the rank of each, as people of the page's language sort them.
 * @param {string[]} texts
 * @returns {Value[]}
 */
export function ranks(texts) {
  const { compare } = new Intl.Collator(LANGUAGE_TAGS[language], { numeric: true });
  const different = [...new Set(texts)].filter((text) => text !== ABSENT).sort(compare);
  const rank = new Map(different.map((text, place) => [text, place]));
  return texts.map((text) => rank.get(text) ?? null);
}

/**
 * Sort keys of a column of few different values.
 * @param {BigList} data
 * @param {CodedName} name
 * @param {(value: string) => string} textOf
 * @returns {KeyOf}
 */
export function codedKeys(data, name, textOf) {
  const { values, of } = data.list(name);
  const rank = ranks(values.map((value) => textOf(value) || ABSENT));
  return (row) => rank[of[row]];
}

/* ---- search, in lists of apps by name, key and the name's pinyin, whole or by its initials */

/**
 * What is searched for: words in any order, in any case.
 * @param {string} text
 * @returns {string[]}
 */
export function searchTerms(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * Made once and kept: making them takes as long as ten searches.
 * @param {Rows} data
 * @returns {string[]}
 */
export function searchLines(data) {
  data.lines ??= data.texts().map((text) => text.toLowerCase());
  return data.lines;
}

/**
 * Whether all words are found.
 * @param {string} line
 * @param {string[]} terms
 * @returns {boolean}
 */
export function hasTerms(line, terms) {
  return terms.every((term) => line.includes(term));
}
