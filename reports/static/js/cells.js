/* Cells of the tables, and the columns that are made of them. Names come from logs and registries: they are text nodes in
   a `<bdi>`, never HTML. A column is `{key(), cell(row)}`: `key()` gives the number of a row to sort by, null where there
   is none; `cell(row)` the element to show. Does not belong here: which columns a table has. */

import { changeNode, changeOf } from "./change.js";
import { codedKeys } from "./columns.js";
import { element, named } from "./dom.js";
import { ABSENT } from "./format.js";
import { _, appHref, word } from "./language.js";
import { numberCell } from "./periods.js";

export function textCell(text) {
  return element("td", {}, named(text || ABSENT));
}

export function wordCell(value) {
  return element("td", { className: "word", textContent: value ? word(value) : ABSENT });
}

export function badgeCell(value) {
  return element(
    "td",
    { className: "word" },
    element("span", { className: `badge ${value}`, textContent: word(value) }),
  );
}

/* The name of an app, linked to its page where it has one, and its key where that is another; `*` is all apps. */
export function appCell(name, key, folder) {
  if (key === "*") return element("th", { scope: "row", className: "of-app", textContent: _("All apps") });
  const label = element("bdi", { className: "name", textContent: name });
  const shown = folder === null ? label : element("a", { href: appHref(folder, "index.html") }, label);
  const cell = element("th", { scope: "row", className: "of-app" }, shown);
  if (key !== name) cell.append(element("code", {}, named(key)));
  return cell;
}

export function fileLink(folder, file, label, name) {
  return element("a", {
    href: appHref(folder, file),
    textContent: label,
    download: `${folder}_${file}`,
    // Which app's it is, for those who hear the links without their row.
    "aria-label": `${label} · ${name}`,
  });
}

export function appColumn(data) {
  const [names, keys] = [data.list("name"), data.list("key")];
  return { key: () => (row) => row, cell: (row) => appCell(names[row], keys[row], data.folder(row)) };
}

export function codedColumn(data, name, toCell, textOf) {
  return { key: () => codedKeys(data, name, textOf), cell: (row) => toCell(data.value(name, row)) };
}

/* Numbers: `values()` gives the list of the period or window that is chosen. */
export function numberColumn(values, format) {
  return {
    key() {
      const list = values();
      return (row) => list[row];
    },
    cell: (row) => numberCell(format(values()[row])),
  };
}

/* A change from `bases()` to `values()`; `kind` as in changeNode, `isFair()` whether both cover as many days. */
export function changeColumn(values, bases, kind, isFair) {
  return {
    key() {
      const [list, before] = [values(), bases()];
      return isFair() ? (row) => changeOf(list[row], before[row], kind) : () => null;
    },
    cell: (row) => changeCell(values()[row], bases()[row], kind, isFair()),
  };
}

/* Without a base there is a dash only: what is said of the period says why, once for all rows. */
export function changeCell(value, base, kind, isFair) {
  const isKnown = isFair && changeOf(value, base, kind) !== null;
  return numberCell(isKnown ? changeNode(value, base, { better: "up", kind }) : ABSENT);
}
