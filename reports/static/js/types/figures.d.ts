// The figures of an app, or of all apps together, as written by `sql/figures/documents.sql` and as pages use them.

import type { ByWindow, PeriodKey, RowOf, Step, TableRow, Value } from "./basics.js";
import type { FigureTables } from "./figure_tables.js";
import type { Evidence, OpenIncidents } from "./incidents.js";
import type { DayNote } from "./site.js";

/**
 * Login authorization over a span: counts, counts of its matched days and of their counterparts, and the rates of each.
 */
export type Counts = Record<
  | Rated
  | `matched_${Rated}`
  | `counterpart_${Rated}`
  | "authorizations_cancelled"
  | "technical_success_rate"
  // Only for outcomes.
  | "matched_records",
  Value
>;

type Rated = "authorizations" | "authorization_requests" | "authorization_rate";

/** One channel over a window; `*` is all four together. */
export interface ChannelRow extends Counts {
  channel: string;
  authorizations_failed: Value;
  share: Value;
}

/** A count over a period, over its matched days, and over their counterparts. */
export interface UsageRow {
  value: Value;
  matched: Value;
  base: Value;
}

/** A value of a dimension over a window. */
export type Breakdown = RowOf<FigureTables["breakdowns"]> & Counts;

/** An SDK version over a window. A row without a value is the sum of `merged` versions. */
export type VersionRow = TableRow<FigureTables["versions"]> & Counts;

export type Outcome = Omit<RowOf<FigureTables["outcomes"]>, "outcome"> & Counts & { step: Step; outcome: string };

/** A result code over a window; without a meaning if the dictionary lacks it. */
export type Code = Omit<RowOf<FigureTables["codes"]>, "channel" | "outcome" | "code"> & {
  step: Step;
  channel: string;
  outcome: string;
  vendor: string | null;
  code: string;
  meaning_zh?: string | null;
  meaning_en?: string | null;
};

export type PackageRow = TableRow<FigureTables["packages"]>;

export type DrawnRow = TableRow<FigureTables["drawn"]>;

/**
 * Units left by day in resource packages: `past` in each package, `mid` the forecast for all packages together, `spans`
 * the same with the most and with the fewest uses.
 */
export interface LeftCourse {
  first: string;
  packages: string[];
  past: number[][];
  mid: number[];
  spans: number[][];
}

/** The stored figures of an app, or of all apps together with the key `*`. */
export interface RawFigures {
  key: string;
  /** The data day: the last of the days that the texts of `days` describe. */
  as_of: string;
  name: string;
  platform: string | null;
  status: string | null;
  account: string | null;
  schemes: Value;
  /** Records of the data day, and the usual number on its weekday. */
  records: Value;
  usual: Value;
  devices: Value;
  first_seen: string | null;
  last_seen: string | null;
  /** Days whose figures were changed after publication. */
  restated: string[];
  /** Its first open incidents; for all apps together the incidents of every app, with the app's name. */
  open?: OpenIncidents;
  /** The number of further open incidents, if any. */
  open_more?: number;
  /** The evidence of its open incidents, by id; for all apps together the briefing has it. */
  evidence?: Record<string, Evidence>;
  /**
   * By channel, the texts (packed_numbers.py) of its counts and latencies over the 90 days; empty texts are left out.
   */
  days: Record<string, Record<string, string>>;
  /** By channel, the texts of its counts over the 13 months. */
  months: Record<string, Record<string, string>>;
  /** Tables without rows are left out. */
  tables: Partial<FigureTables>;
  /** Whether it has a file of sign-in sessions; left out without one. */
  has_sign_ins?: boolean;
  /** Whether its folder has the days of the 13 months before the 90. */
  has_older_days?: boolean;
  /**
   * Rows and bytes of the CSV, bytes of the workbook if there is one, names of the monthly files, newest first, and the
   * rows of the data day's file of records, if there is one; absent for all apps together.
   */
  files?: { csv_rows: number; csv_bytes: number; xlsx_bytes?: number; months?: string[]; records?: number };
}

/** The values of a channel, by day or month. */
export type ChannelLists = Record<string, Value[]>;

/** The data of charts: by channel, with `*` for the four together, and by count of usage. */
export interface ChartLists {
  channels: Record<string, ChannelLists>;
  usage: Record<string, Value[]>;
}

/** The figures of an app, or of all apps together, with derived values. */
export interface Figures extends Omit<RawFigures, "tables" | "open"> {
  open: { id: string; folder?: string | null; zh: string; en: string; amber: boolean; name?: string | null }[];
  sums: Record<string, Record<PeriodKey, UsageRow>>;
  /** The numbers of the charts over the 90 days; by SDK version the technical success rate of the last 30 days. */
  long: ChartLists & { version: Record<string, { technical_success_rate: Value[] }> };
  /** The numbers of the charts over the 13 months. */
  monthly: ChartLists;
  channels: ByWindow<ChannelRow[]>;
  /** The login channels that the app uses. */
  present: string[];
  breakdowns: Record<"platform" | "carrier", ByWindow<Breakdown[]>>;
  versions: ByWindow<VersionRow[]>;
  /** The first days on which SDK versions had more than 1 % of the requests. */
  releases: { value: string; released: string }[];
  outcomes: ByWindow<Outcome[]>;
  codes: ByWindow<Code[]>;
  packages: PackageRow[];
  drawn: DrawnRow[];
  /** Incidents that overlap the 90 days; an open one has no last day. */
  incident_spans: TableRow<FigureTables["incident_spans"]>[];
  /** Notes on the app alone, of the 90 days. */
  notes: DayNote[];
}

/** SDK versions by window, and the technical success rate of each by day. */
export type VersionLists = Pick<Figures, "versions"> & Pick<Figures["long"], "version">;
