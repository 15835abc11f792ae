/* Values by which sign-in sessions can be compared, with their names. compared.ts draws the fields and the table. */

import { _, filled } from "../choices/language.js";
import { figures, language, texts } from "../choices/state.js";
import { number } from "../data/format.js";
import { own } from "../dom.js";
import type { Both, TableRow } from "../types/basics.js";
import type { SignInTables } from "../types/figure_tables.js";
import type { ComparedDimension, ComparedValue, FunnelPair } from "../types/sign_ins.js";
import { isLogged, withoutVerification } from "./sign_in_counts.js";

type ComparedRow = TableRow<SignInTables["compared"]>;

/** The name of a dimension's value. Versions and ids of schemes are shown as they are, and never translated. */
function valueName(
  { key, unknown, values }: { key: string; unknown: Both; values: Record<string, Both> },
  { value, merged }: ComparedRow,
  schemes: Record<string, string>,
): string {
  if (value === null) return filled(_("{count} others"), { count: number(merged) });
  if (value === "unknown") return unknown[language];
  // Rows of packages that the registry lacks have the id of their scheme, but not its name.
  const named = figures.packages.find(({ scheme_id: id, scheme_name: name }) => id === value && name !== null);
  const scheme = key === "scheme_id" && (own(schemes, value) || named?.scheme_name);
  return scheme ? `${scheme} (${value})` : (own(values, value)?.[language] ?? value);
}

/**
 * The dimensions that have values to compare.
 * @param schemes the names of schemes of all apps, by id; an app's own are in its figures.
 */
export function comparedDimensions(rows: ComparedRow[], schemes: Record<string, string> = {}): ComparedDimension[] {
  const compared = (
    dimension: { key: string; unknown: Both; values: Record<string, Both> },
    row: ComparedRow,
  ): ComparedValue => {
    const rates = Object.entries(texts.sign_ins.rates).map(([pair, steps]) => {
      const unverified = steps[1] === "verify" ? withoutVerification(row) : 0;
      const counts = [row[pair as FunnelPair], row[steps[0]], unverified];
      return [pair, steps.every((step) => isLogged(row, step)) ? counts : null];
    });
    return {
      key: row.value,
      label: valueName(dimension, row, schemes),
      sessions: row.sessions,
      rates: Object.fromEntries([["sign_in_rate", [row.sign_ins, row.concluded, 0]], ...rates]),
    };
  };
  return texts.sign_ins.compared
    .map((one) => ({
      key: one.key,
      label: one.label[language],
      values: rows.filter(({ dimension }) => dimension === one.key).map((row) => compared(one, row)),
    }))
    .filter(({ values }) => values.length > 1);
}
