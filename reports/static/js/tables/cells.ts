/* Cells of the tables, and columns made of them. Names come from logs and registries: they are text nodes in a
   `<bdi>`, never HTML. A column is `{key(), cell(row)}`: `key()` returns a function from a row to its sort key, null
   if it has none; `cell(row)` returns the element. Other modules choose the columns of a table. */

import { _, appHref, word } from "../choices/language.js";
import { codedKeys } from "../data/columns.js";
import { ABSENT, fixed, milliseconds, share, size } from "../data/format.js";
import { element, named } from "../dom.js";
import type { ChangeKind, Value } from "../types/basics.js";
import type { BigList, CodedName, Column, FileUnit, KeyOf } from "../types/tables.js";
import { changeNode, changeOf } from "./change.js";
import { numberCell } from "./data_table.js";

/** A cell with a name or another text of a log or registry. */
export function textCell(text: string | null): HTMLTableCellElement {
  return element("td", named(text || ABSENT));
}

/** A cell with the word for a fixed value. */
export function wordCell(value: string | null): HTMLTableCellElement {
  return element("td.word", value ? word(value) : ABSENT);
}

/** A cell with the word for a state, in the colour of the state. */
export function badgeCell(value: string): HTMLTableCellElement {
  return element("td.word", element("span", { className: `badge ${value}`, textContent: word(value) }));
}

/** A cell with an app's name, linked to its page if it has one, and its key if that differs; `*` means all apps. */
export function appCell(name: string, key: string, folder: string | null): HTMLTableCellElement {
  if (key === "*") return element("th.of-app", { scope: "row", textContent: _("All apps") });
  const label = element("bdi.name", name);
  const shown = folder === null ? label : element("a", { href: appHref(folder, "index.html") }, label);
  const cell = element("th.of-app", { scope: "row" }, shown);
  if (key !== name) cell.append(element("code", named(key)));
  return cell;
}

/** A link to a detail file of an app; the file's name contains the app's folder. */
export function fileLink(folder: string, kind: "csv" | "xlsx", label: string, name: string): HTMLAnchorElement {
  const file = `${folder}_usage_detail.${kind}`;
  return element("a", {
    href: appHref(folder, file),
    textContent: label,
    download: file,
    // Screen readers may list links without their row, so the label names the app.
    "aria-label": `${label} · ${name}`,
  });
}

/** The column of the apps of a big list, sorted by name. */
export function appColumn(data: BigList): Column & { key: () => KeyOf } {
  const [names, keys] = [data.list("name"), data.list("key")];
  return {
    key: () => (row) => row,
    cell: (row) => appCell(names[row], keys[row], data.folder(row)),
    values: (row) => [names[row], keys[row]],
    also: () => [_("App key")],
  };
}

/** A column with few distinct values, sorted by the collation of the page's language. */
export function codedColumn(
  data: BigList,
  name: CodedName,
  toCell: (value: string) => HTMLTableCellElement,
  textOf: (value: string) => string,
): Column {
  return {
    key: () => codedKeys(data, name, textOf),
    cell: (row) => toCell(data.value(name, row)),
    values: (row) => [textOf(data.value(name, row))],
  };
}

const UNIT_OF = new Map<(value: Value) => string, FileUnit>([
  [share, "share"],
  [milliseconds, "ms"],
  [size, "bytes"],
]);

/** A column of numbers: `values()` returns the list for the chosen period or window. */
export function numberColumn(values: () => Value[], format: (value: Value) => string): Column {
  return {
    unit: UNIT_OF.get(format),
    key() {
      const list = values();
      return (row) => list[row];
    },
    cell: (row) => numberCell(format(values()[row])),
    values: (row) => [values()[row]],
  };
}

/**
 * A column of changes from `bases()` to `values()`, both over the matched days; `kind` as in changeNode, `isFair()`
 * whether enough days are matched.
 */
export function changeColumn(
  values: () => Value[],
  bases: () => Value[],
  kind: ChangeKind,
  isFair: () => boolean,
): Column {
  return {
    key() {
      const [list, before] = [values(), bases()];
      return isFair() ? (row) => changeOf(list[row], before[row], kind) : () => null;
    },
    cell: (row) => changeCell(values()[row], bases()[row], kind, isFair()),
    unit: kind === "points" ? "points" : "share",
    values(row) {
      const change = isFair() ? changeOf(values()[row], bases()[row], kind) : null;
      if (change === null) return [null];
      // The digits of the page, as in tables that are read from it.
      return [Number(kind === "points" ? fixed(change * 100, 2) : fixed(change, 3))];
    },
  };
}

/**
 * The cell of a change; a dash without a base, because the note of the period explains it once for all rows. Rows of
 * lists have no usual range, so changes are not coloured.
 */
export function changeCell(value: Value, base: Value, kind: ChangeKind, isFair: boolean): HTMLTableCellElement {
  const isKnown = isFair && changeOf(value, base, kind) !== null;
  return numberCell(isKnown ? changeNode(value, base, { kind }) : ABSENT);
}
