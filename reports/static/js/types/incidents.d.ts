// Incidents on pages: the curve of a card, the evidence, and the open ones.

import type { BothTexts, TableRow, Value } from "./basics.js";
import type { FileUnit } from "./tables.js";

/** The curve of a card: its name in Chinese and English; and by day the value and the usual range. */
export interface Curve {
  name: [string, string];
  unit: FileUnit;
  days: [string, Value, Value, Value][];
}

/**
 * A value of a cause's dimension: requests and rate before and now, and its effect on the whole rate; rates in per
 * cent.
 */
export type EvidenceCell = TableRow<EvidenceCells>;

type EvidenceCells = {
  value: BothTexts[];
  requests_before: number[];
  rate_before: Value[];
  requests_now: number[];
  rate_now: Value[];
  effect: number[];
};

/** The evidence of an open incident; empty fields are left out. */
export interface Evidence {
  first: string;
  /** For a part that ended before the incident that contains it. */
  last?: string;
  is_part?: boolean;
  /** The number of days from which the incident's present level is computed. */
  level?: number;
  lost?: number;
  codes?: BothTexts;
  /** For the sign-in rate: the outcome of the sessions that failed. */
  failed?: BothTexts;
  /** The number of days whose figures were changed after publication. */
  restated?: number;
  dimension?: BothTexts;
  cells?: EvidenceCells;
}

/**
 * Open incidents by column: text in Chinese and English, and whether it is amber instead of red. A null `folder` means
 * all apps together; without this column, all incidents are of one app, whose folder equals its key.
 */
export type OpenIncidents = {
  id: string[];
  folder?: (string | null)[];
  zh: string[];
  en: string[];
  amber: boolean[];
  name?: (string | null)[];
};
