/* The sign-in sessions of the page over the chosen window, once their file is loaded. */

import { _ } from "../choices/language.js";
import { chosenDays, chosenSpan, windowKey } from "../choices/state.js";
import { periodLabel } from "../data/format.js";
import { rowsOf } from "../data/rows.js";
import { element } from "../dom.js";
import type { TableRow } from "../types/basics.js";
import type { SignInTables } from "../types/figure_tables.js";
import type { RawSignIns } from "../types/sign_ins.js";

/** The sessions of the page; undefined until their file is loaded. */
export let signIns: RawSignIns | undefined;

/** Sets the sessions that a loaded file contains. */
export function setSignIns(loaded: RawSignIns | undefined) {
  signIns = loaded;
}

/** The number of days that the section shows. Unlike tables of records, it can show 90. */
export const shownDays = () => (chosenSpan === "90" ? 90 : chosenDays);

/** Those days in words. */
export const shownLabel = () => (chosenSpan === "90" ? _("90 days") : periodLabel(windowKey()));

/** The rows of a table over the shown days. */
export function rowsOfWindow<Name extends Exclude<keyof SignInTables, "times">>(
  name: Name,
): TableRow<SignInTables[Name]>[] {
  const rows = rowsOf<SignInTables[Name]>(signIns?.tables[name]);
  return rows.filter((row) => row.window_days === shownDays());
}

/** A text in place of figures. */
export const emptyNote = (text: string) => element("p.empty", text);
