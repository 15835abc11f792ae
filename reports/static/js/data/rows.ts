/* Reads tables of the data scripts, which are written by column, as rows. */

import type { TableRow } from "../types/basics.js";

/** The rows of a table that is written by column; tables without rows are not written. */
export function rowsOf<Columns extends Record<string, unknown[]>>(columns: Columns | undefined): TableRow<Columns>[] {
  const every = Object.entries(columns || {});
  const values = every.length ? every[0][1] : [];
  return values.map(
    (_value, i) => Object.fromEntries(every.map(([name, list]) => [name, list[i]])) as TableRow<Columns>,
  );
}
