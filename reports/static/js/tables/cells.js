/* Cells of the tables, and columns made of them. Names come from logs and registries: they are text nodes in a
   `<bdi>`, never HTML. A column is `{key(), cell(row)}`: `key()` returns a function from a row to its sort key, null
   if it has none; `cell(row)` returns the element. Other modules choose the columns of a table. */

import { _, appHref, word } from "../choices/language.js";
import { codedKeys } from "../data/columns.js";
import { ABSENT, milliseconds, share, size } from "../data/format.js";
import { element, named } from "../dom.js";
import { changeNode, changeOf } from "./change.js";
import { numberCell } from "./periods.js";

/** @import { BigList, ChangeKind, CodedName, Column, FileUnit, KeyOf, Value } from "../types.d.ts" */

/**
 * A cell with a name or another text of a log or registry.
 * @param {string | null} text
 * @returns {HTMLTableCellElement}
 */
export function textCell(text) {
  return element("td", {}, named(text || ABSENT));
}

/**
 * A cell with the word for a fixed value.
 * @param {string | null} value
 * @returns {HTMLTableCellElement}
 */
export function wordCell(value) {
  return element("td", { className: "word", textContent: value ? word(value) : ABSENT });
}

/**
 * A cell with the word for a state, in the colour of the state.
 * @param {string} value
 * @returns {HTMLTableCellElement}
 */
export function badgeCell(value) {
  return element(
    "td",
    { className: "word" },
    element("span", { className: `badge ${value}`, textContent: word(value) }),
  );
}

/**
 * A cell with the name of an app, linked to its page if it has one, and its key if it differs from the name; `*` means
 * all apps.
 * @param {string} name
 * @param {string} key
 * @param {string | null} folder
 * @returns {HTMLTableCellElement}
 */
export function appCell(name, key, folder) {
  if (key === "*") return element("th", { scope: "row", className: "of-app", textContent: _("All apps") });
  const label = element("bdi", { className: "name", textContent: name });
  const shown = folder === null ? label : element("a", { href: appHref(folder, "index.html") }, label);
  const cell = element("th", { scope: "row", className: "of-app" }, shown);
  if (key !== name) cell.append(element("code", {}, named(key)));
  return cell;
}

/**
 * A link to a detail file of an app; the file's name contains the app's folder.
 * @param {string} folder
 * @param {"csv" | "xlsx"} kind
 * @param {string} label
 * @param {string} name
 * @returns {HTMLAnchorElement}
 */
export function fileLink(folder, kind, label, name) {
  const file = `${folder}_usage_detail.${kind}`;
  return element("a", {
    href: appHref(folder, file),
    textContent: label,
    download: file,
    // Screen readers may list links without their row, so the label names the app.
    "aria-label": `${label} · ${name}`,
  });
}

/**
 * The column of the apps of a big list, sorted by name.
 * @param {BigList} data
 * @returns {Column & { key: () => KeyOf }}
 */
export function appColumn(data) {
  const [names, keys] = [data.list("name"), data.list("key")];
  return {
    key: () => (row) => row,
    cell: (row) => appCell(names[row], keys[row], data.folder(row)),
    values: (row) => [names[row], keys[row]],
    also: () => [_("App key")],
  };
}

/**
 * A column with few distinct values, sorted by the collation of the page's language.
 * @param {BigList} data
 * @param {CodedName} name
 * @param {(value: string) => HTMLTableCellElement} toCell
 * @param {(value: string) => string} textOf
 * @returns {Column}
 */
export function codedColumn(data, name, toCell, textOf) {
  return {
    key: () => codedKeys(data, name, textOf),
    cell: (row) => toCell(data.value(name, row)),
    values: (row) => [textOf(data.value(name, row))],
  };
}

/** @type {Map<(value: Value) => string, FileUnit>} */
const UNIT_OF = new Map([
  [share, "share"],
  [milliseconds, "ms"],
  [size, "bytes"],
]);

/**
 * A column of numbers: `values()` returns the list for the chosen period or window.
 * @param {() => Value[]} values
 * @param {(value: Value) => string} format
 * @returns {Column}
 */
export function numberColumn(values, format) {
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
 * @param {() => Value[]} values
 * @param {() => Value[]} bases
 * @param {ChangeKind} kind
 * @param {() => boolean} isFair
 * @returns {Column}
 */
export function changeColumn(values, bases, kind, isFair) {
  return {
    key() {
      const [list, before] = [values(), bases()];
      return isFair() ? (row) => changeOf(list[row], before[row], kind) : () => null;
    },
    cell: (row) => changeCell(values()[row], bases()[row], kind, isFair()),
    unit: kind === "points" ? "points" : "share",
    values(row) {
      const change = isFair() ? changeOf(values()[row], bases()[row], kind) : null;
      return [change !== null && kind === "points" ? change * 100 : change];
    },
  };
}

/**
 * The cell of a change; a dash without a base, because the note of the period explains it once for all rows. Rows of
 * lists have no usual range, so changes are not coloured.
 * @param {Value} value
 * @param {Value} base
 * @param {ChangeKind} kind
 * @param {boolean} isFair
 * @returns {HTMLTableCellElement}
 */
export function changeCell(value, base, kind, isFair) {
  const isKnown = isFair && changeOf(value, base, kind) !== null;
  return numberCell(isKnown ? changeNode(value, base, { kind }) : ABSENT);
}
