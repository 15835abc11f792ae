/* Reads tables of the data scripts, which are written by column, as rows. */

/** @import { TableRow } from "../types.d.ts" */

/**
 * The rows of a table that is written by column; tables without rows are not written.
 * @template {Record<string, unknown[]>} Columns
 * @param {Columns | undefined} columns
 * @returns {TableRow<Columns>[]}
 */
export function rowsOf(columns) {
  const every = Object.entries(columns || {});
  const values = every.length ? every[0][1] : [];
  return values.map(
    (_value, i) => /** @type {TableRow<Columns>} */ (Object.fromEntries(every.map(([name, list]) => [name, list[i]]))),
  );
}
