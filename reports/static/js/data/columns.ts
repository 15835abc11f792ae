/* Columns of a big table: values, order, and search in names.
   A list of 100,000 apps is 27 MB. The data scripts contain it by column, each column a JSON text that is parsed when
   it is first needed, as readers mostly view one period of five. A column with few distinct values is `{values, of}`,
   where `of` has the index in `values` for each row. Rows are sorted by name, so that the row number is the sort key of
   names.
   Cells are made in cells.ts. */

import { LANGUAGE_TAGS, language } from "../choices/state.js";
import type { Value } from "../types/basics.js";
import type { BigList, CodedName, KeyOf, RawList, Rows } from "../types/tables.js";
import { ABSENT } from "./format.js";

/** A big list whose columns are parsed when they are first read. */
export function columnsOf({ rows, columns }: RawList): BigList {
  const read = new Map<string, unknown>();
  return {
    count: rows,
    list(name: string, place?: number) {
      const key = place === undefined ? name : `${name} ${place}`;
      // Without rows, a column by period or window contains no text.
      const text = place === undefined ? columns[name] : columns[name][place];
      if (!read.has(key)) read.set(key, JSON.parse((text as string | undefined) ?? "[]"));
      // Its name defines the type of a column: see the overloads of `BigList`.
      return read.get(key) as never;
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
      // The initials are the capitals of the pinyin.
      return names.map((name, row) => `${name}\n${keys[row]}\n${pinyin[row]}\n${pinyin[row].replace(/[^A-Z]/g, "")}`);
    },
  };
}

/** Row numbers sorted by key: null comes last in both directions, equal keys keep the order of the rows. */
export function sortedRows(count: number, keyOf: KeyOf, descending: boolean | undefined): Uint32Array {
  const keys = new Float64Array(count);
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) {
    const key = keyOf(row);
    keys[row] = key === null ? Infinity : descending ? -key : key;
    rows[row] = row;
  }
  // The difference of two infinities is NaN, which leaves the comparison to the row numbers.
  return rows.sort((a, b) => keys[a] - keys[b] || a - b);
}

/**
 * Returns a comparison of texts: Latin before Chinese and numbers by value, as the names of apps are sorted
 * (`name_order.py`). On a Chinese page, browsers would sort Chinese before Latin; on an English page, they would not
 * sort Chinese by its pinyin.
 */
export function textOrder(): (a: string, b: string) => number {
  const { compare } = new Intl.Collator(LANGUAGE_TAGS[language], { numeric: true });
  const isHan = /^\p{Script=Han}/u;
  const [ofHan, ofOthers] = [LANGUAGE_TAGS.zh, LANGUAGE_TAGS[language]].map(
    (tag) => new Intl.Collator(tag, { numeric: true, sensitivity: "accent" }),
  );
  const runs = new Map<string, string[]>();
  const runsOf = (text: string) => {
    const found = runs.get(text) || text.split(/(\p{Script=Han}+)/u).filter(Boolean);
    runs.set(text, found);
    return found;
  };
  return (a, b) => {
    const [ofA, ofB] = [runsOf(a), runsOf(b)];
    for (let i = 0; i < Math.min(ofA.length, ofB.length); i += 1) {
      const [isHanA, isHanB] = [isHan.test(ofA[i]), isHan.test(ofB[i])];
      const by =
        isHanA === isHanB ? (isHanA ? ofHan : ofOthers).compare(ofA[i], ofB[i]) : Number(isHanA) - Number(isHanB);
      if (by) return by;
    }
    return ofA.length - ofB.length || compare(a, b);
  };
}

/** Sort keys of texts: the rank of each in the order of `textOrder`. */
export function ranks(texts: string[]): Value[] {
  const different = [...new Set(texts)].filter((text) => text !== ABSENT).sort(textOrder());
  const rank = new Map(different.map((text, place) => [text, place]));
  return texts.map((text) => rank.get(text) ?? null);
}

/** Sort keys of a column with few distinct values, by their texts. */
export function codedKeys(data: BigList, name: CodedName, textOf: (value: string) => string): KeyOf {
  const { values, of } = data.list(name);
  const rank = ranks(values.map((value) => textOf(value) || ABSENT));
  return (row) => rank[of[row]];
}

/* ---- search, in lists of apps by name, key and the name's pinyin, whole or by its initials */

/** The search terms: words in any order and case. */
export function searchTerms(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The texts to search, computed once, because computing takes as long as ten searches. */
export function searchLines(data: Rows): string[] {
  data.lines ??= data.texts().map((text) => text.toLowerCase());
  return data.lines;
}

/** Whether a line contains all search terms. */
export function hasTerms(line: string, terms: string[]): boolean {
  return terms.every((term) => line.includes(term));
}
