// Lists of apps, as written by `column_script.py`, tables, and the files that a reader downloads.

import type { Value } from "./basics.js";

/** A column with few distinct values: `of` has the index in `values` for each row. */
export interface Coded {
  values: string[];
  of: number[];
}

export type CodedName = "platform" | "account" | "status";

/** A list as its script contains it: each column is a JSON text, or one for each period or window. */
export interface RawList {
  rows: number;
  columns: Record<string, string | string[]>;
}

/** Rows that can be searched. */
export interface Rows {
  count: number;
  /** The searched text of each row. */
  texts(): string[];
  /** The texts in lower case, cached. */
  lines?: string[];
}

/** A big list of apps, read by column. */
export interface BigList extends Rows {
  list(name: "name" | "key" | "pinyin" | "sparkline"): string[];
  list(name: "folder"): (string | 0)[];
  list(name: CodedName): Coded;
  /** `place` is the index of the period or window. */
  list(name: string, place?: number): Value[];
  value(name: CodedName, row: number): string;
  /** The folder of a row's app. */
  folder(row: number): string;
  /** Rows of the apps with most authorizations, cached. */
  largest?: number[];
}

/** A cell of a file: a text, a number, or null. */
export type CsvCell = string | Value;

/**
 * The unit of a file's column: a share is a fraction of 1, points are hundredths, days are ISO dates; texts and counts
 * have none.
 */
export type FileUnit = "" | "day" | "share" | "points" | "ms" | "bytes" | "yuan";

/** The role of a figure in a cell; empty for the main figure. */
export type FigureRole = "" | "change" | "detail" | "low" | "high" | "of" | "tolerance" | "most" | "least";

export interface Figure {
  value: Value;
  unit: FileUnit;
  role: FigureRole;
}

/** A column of a file: texts, days, or numbers of one unit. */
export interface FileColumn {
  heading: string;
  unit: FileUnit;
  cells: CsvCell[];
}

/** The sort key of a row; null comes last. */
export type KeyOf = (row: number) => Value;

/**
 * A column of a table; without `key` it cannot be sorted, without `values` it is not downloaded. `also` has the
 * headings of further values.
 */
export interface Column {
  key?: () => KeyOf;
  cell: (row: number) => HTMLTableCellElement;
  values?: (row: number) => CsvCell[];
  also?: () => string[];
  /** The unit of the first value. */
  unit?: FileUnit;
}

export type Columns = Record<string, Column>;

/** A column of a table that scripts draw from rows: its heading, and the cell of a row. */
export type TableColumn<Row> = [heading: HTMLElement, cell: (row: Row, place: number) => HTMLElement];

export type RowTest = (row: number) => boolean;

export interface Sorting {
  column?: string;
  descending?: boolean;
}

/** Functions that reorder or refilter a table. */
export interface MadeTable {
  order: () => void;
  filter: () => void;
}

/** A field of the filters over a list. */
export type Field = HTMLInputElement | HTMLSelectElement;

/**
 * The options of a table. `matches` returns the test of the present filters, or null; `found` returns the text about
 * the number of rows that pass.
 */
export interface TableOptions {
  count: number;
  columns: Columns;
  /** Without a column, the rows keep their order. */
  sorted: Sorting;
  matches: () => RowTest | null;
  found: (shown: number) => string;
  /** The period or window of the rows, if it can change. */
  shows: () => unknown[];
  /** The cells of a row of sums. */
  sums?: (rows: Uint32Array, headings: HTMLElement[]) => HTMLTableCellElement[];
}

export interface TableState extends Sorting {
  /** Rows on a page. */
  length: number;
  page: number;
  /** All rows in order, and the rows that pass the filters. */
  ordered: Uint32Array;
  rows: Uint32Array;
}
