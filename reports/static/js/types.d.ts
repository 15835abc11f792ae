// What the data scripts of the site hold, and what the modules hand each other.
// Where the data are made: site.js by context.py, figures by sql/figures/documents.sql, lists by column_script.py, charts by
// `charts/shapes.py`, texts by `static_files.py`.

import type { FigureTables, SignInTables } from "./figure_types.d.ts";

/** A count, a rate, a share or milliseconds. Null is absent, which is never zero. */
export type Value = number | null;

export type Language = "zh" | "en";

/** A text in both languages. */
export type Both = Record<Language, string>;

/** A window as a key of the figures, in days. */
export type WindowKey = "7" | "30";

/** The periods of cards and tables; a period is a place in this order in `sums` and in lists of counts. */
export type PeriodKey = "day" | WindowKey | "month" | "last_month";

export type Step = "authorization" | "verification";

/** Whether a change is a part of the base, or the difference of two shares. */
export type ChangeKind = "ratio" | "points";

/** What is usual of a day: the middle and the range; how far its days lie from each other, of a count as a part of it. */
export interface Usual {
  usual: number;
  low: number;
  high: number;
  swing: number;
}

/** Where a figure lies beside its usual range. */
export type Side = "above" | "below" | "inside" | "unknown";

/** What is marked on a day of a chart, and the words at its line. */
export interface Mark {
  kind: "incident" | "note" | "release";
  day: string;
  label: string;
  /** The label where the other has no room. */
  short: string;
}

/** Which direction of a change is good. */
export type Better = "up" | "down" | "none";

export type Unit = "records" | "share" | "ms";

export type Theme = "light" | "dark";

/** What the charts show: so many days, or 13 months. */
export type SpanKey = WindowKey | "90" | "months";

/** What a line of login authorization is of. */
export type Dimension = "channel" | "version";

/** What a range of days is compared with: the days before it, the same weekdays, or the same days of the month before. */
export type Versus = "before" | "week" | "month";

/** A day and what people know of it. */
export interface DayNote {
  day: string;
  text: string;
}

/** A period and the one that it is compared with. Days are ISO dates, both ends included. */
export interface Period {
  first: string;
  last: string;
  base_first: string;
  base_last: string;
  days: number;
  days_with_data: number;
  base_days: number;
  base_days_with_data: number;
  /** Days that are compared: the day at the same place of the base has data, too. */
  matched_days: number;
  /** At least half of the days are matched. */
  is_comparable: boolean;
  /** Days of both that lack data, newest first. */
  missing: string[];
}

/** A way to sign in or to check a number, with its words. */
export interface Channel extends Both {
  key: string;
  group: "number" | "social" | "other";
  is_login: boolean;
}

/**
 * A count of usage: it sums a count over channels; without any, its days are not known. `parts` are the counts that add up
 * to it, `look` is that of its line, if any.
 */
export interface UsageMeasure {
  summed: string;
  channels: string[];
  parts: string[];
  look: string;
}

/** What a rate divides: counts with their signs. */
export interface Rate {
  numerator: Record<string, number>;
  denominator: Record<string, number>;
}

/** Tables of the site's data, by column. */
export interface SiteTables {
  /** 13 months, oldest first: the first day, the days up to the data day, how many of them have data. */
  months: { month: string[]; days: number[]; days_with_data: number[] };
  /** Those on all apps, of the 90 days. */
  notes: { day: string[]; text: string[] };
  /** The dictionary of result codes. */
  codes: {
    vendor: string[];
    layer: string[];
    platform: string[];
    code: string[];
    meaning_zh: string[];
    meaning_en: string[];
  };
  /** Why the figures may lack something, as every reader may see it. */
  reasons: { severity: string[]; zh: string[]; en: string[] };
}

/** What all pages know of the site. */
interface SiteData {
  /** Changes with what is published; stands in the addresses of data scripts. */
  version: string;
  /** The data day. */
  as_of: string;
  time_zone: string;
  generated_at: string;
  /** The 30 days up to the data day, oldest first. */
  days: string[];
  /** Places in `days` that lack data. */
  missing: number[];
  /** The 90 days of the longer look, the same way. */
  long_days: string[];
  long_missing: number[];
  /** Places without data among the days of the 13 months before the 90. */
  older_missing: number[];
  /** Places of the long days that are holidays. */
  holidays: number[];
  /** The first day that has a page of its own; null where none has. */
  first_page: string | null;
  periods: Record<PeriodKey, Period>;
  channels: Channel[];
  rates: Record<string, Rate>;
  /** The tuned numbers of what is usual (`norms.py`). */
  norms: { reach: number; far: number; of_steps: number; least_weekdays: number; least_days: number };
  outcomes: string[];
}

export type RawSite = SiteData & SiteTables & { usage: (UsageMeasure & { name: string })[] };

export type Site = SiteData & { [Name in keyof SiteTables]: TableRow<SiteTables[Name]>[] } & {
  /** By name, in the order of the pages. */
  usage: Record<string, UsageMeasure>;
};

/** A row of a table that is written by column. */
export type TableRow<Columns> = { [Name in keyof Columns]: Columns[Name] extends (infer Cell)[] ? Cell : never };

export interface Texts {
  /** Texts of the scripts, by their English. */
  strings: Record<string, Both>;
  /** Words for fixed values of the tables. */
  words: Record<string, Both>;
  metrics: Record<string, { label: Both; meaning: Both; better: Better }>;
  /** Of sign-in sessions: steps, where users stopped by channel, stage and outcome, what to log, the steps of the funnel,
      and the step that each of its rates is over. */
  sign_ins: {
    stages: Record<string, Both>;
    stops: Record<string, Both>;
    how_to_log: Record<string, Both>;
    steps: FunnelStep[];
    rates: Record<FunnelPair, FunnelStep>;
    compared: { key: string; label: Both; unknown: Both }[];
  };
  /** How a series is drawn, by its name. */
  looks: Record<string, { marker: string }>;
}

/** Login authorization over a span: counts, those of its matched days, those of their counterparts, and rates of each. */
export interface Counts {
  authorizations: Value;
  authorization_requests: Value;
  authorizations_cancelled: Value;
  authorization_rate: Value;
  technical_success_rate: Value;
  matched_authorizations: Value;
  matched_authorization_requests: Value;
  matched_authorization_rate: Value;
  counterpart_authorizations: Value;
  counterpart_authorization_requests: Value;
  counterpart_authorization_rate: Value;
  /** Of outcomes. */
  matched_records: Value;
}

/** One channel over a window; `*` is all four. */
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

type RowOf<Table> = Table extends Record<string, infer Columns> ? TableRow<Columns> : never;

/** A value of a dimension over a window. */
export type Breakdown = RowOf<FigureTables["breakdowns"]> & Counts;

/** An SDK version over a window; a row without a name of its own is so many together. */
export type VersionRow = TableRow<FigureTables["versions"]> & Counts;

export type Outcome = Omit<RowOf<FigureTables["outcomes"]>, "outcome"> & Counts & { step: Step; outcome: string };

/** A result code over a window; without a meaning where the dictionary lacks it. */
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

export type ByWindow<Rows> = Record<WindowKey, Rows>;

/** A text, or it in Chinese and in English where these differ. */
export type BothTexts = string | [string, string];

/** What was left of each package by day, in all for each day to come, and that with the most and the fewest uses. */
export interface LeftCourse {
  first: string;
  packages: string[];
  past: number[][];
  mid: number[];
  spans: number[][];
}

/** A rate, or a difference of two, with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** A value of a dimension with numerator and denominator of each rate; null where the logs lack a step of it. */
export interface ComparedValue {
  label: BothTexts;
  sessions: number;
  rates: Record<string, [number, number] | null>;
}

/** The dimensions with their values that can be compared, of the span that is shown. */
export type ComparedDimension = { label: string; values: ComparedValue[] };

/** Those of the page of all apps, by span of days and dimension. */
export interface ComparedData {
  dimensions: { key: string; label: [string, string] }[];
  spans: Record<string, Record<string, ComparedValue[]>>;
}

/** What the curve of a card is named, in Chinese and in English; day, value, and the least and the most that is usual. */
export interface Curve {
  name: [string, string];
  unit: FileUnit;
  days: [string, Value, Value, Value][];
}

/** A value of a cause's dimension: requests and rate before and now, and what it did to the whole; rates in per cent. */
export type EvidenceCell = TableRow<EvidenceCells>;

type EvidenceCells = {
  value: BothTexts[];
  requests_before: number[];
  rate_before: Value[];
  requests_now: number[];
  rate_now: Value[];
  effect: number[];
};

/** What an open incident rests on; what says nothing is left out. */
export interface Evidence {
  first: string;
  /** Of a part that ended before what it is part of. */
  last?: string;
  is_part?: boolean;
  /** Of how many days its level of now is. */
  level?: number;
  lost?: number;
  codes?: BothTexts;
  /** Of the sign-in rate: what became of the sessions that failed. */
  failed?: BothTexts;
  /** Days whose figures were changed after publication. */
  restated?: number;
  dimension?: BothTexts;
  cells?: EvidenceCells;
}

/** What it is in Chinese and in English, and whether it is amber, not red. Of all apps together: null is of all apps; of one app
 * without `folder` this is its key. */
type OpenIncidents = {
  id: string[];
  folder?: (string | null)[];
  zh: string[];
  en: string[];
  amber: boolean[];
  name?: (string | null)[];
};

/** What is written of an app, or of all apps together, whose key is `*`. */
export interface RawFigures {
  key: string;
  name: string;
  platform: string | null;
  status: string | null;
  account: string | null;
  schemes: Value;
  /** Records of the data day, and what is usual on its weekday. */
  records: Value;
  usual: Value;
  devices: Value;
  first_seen: string | null;
  last_seen: string | null;
  /** Days whose figures were changed after publication. */
  restated: string[];
  /** The first of its open incidents; of all apps together those of each, with the name of the app. */
  open?: OpenIncidents;
  /** How many more are open, where there are any. */
  open_more?: number;
  /** By id what each of its open incidents rests on; of all apps together the briefing has it. */
  evidence?: Record<string, Evidence>;
  /** By channel over the 90 days the texts (packed_numbers.py) of its counts and latencies; one that is empty is left out. */
  days: Record<string, Record<string, string>>;
  /** The counts over the 13 months, the same way. */
  months: Record<string, Record<string, string>>;
  /** Those without rows are left out. */
  tables: Partial<FigureTables>;
  /** Whether it has a file of sign-in sessions; left out without one. */
  has_sign_ins?: boolean;
  /** Whether its folder has the days of the 13 months before the 90. */
  has_older_days?: boolean;
  /** Rows and bytes of the CSV, bytes of the workbook where there is one, the names of the files of months, the newest
   * first, and the rows of the file of records of the data day, if there is one; all apps together have none. */
  files?: { csv_rows: number; csv_bytes: number; xlsx_bytes?: number; months?: string[]; records?: number };
}

/** A channel, by day or month. */
export interface ChannelLists extends Record<string, Value[]> {
  authorizations: Value[];
  authorization_requests: Value[];
  authorizations_cancelled: Value[];
  authorizations_failed: Value[];
  authorization_rate: Value[];
}

/** What charts are drawn of: by channel, `*` being the four together, and by count of usage. */
export interface ChartLists {
  channels: Record<string, ChannelLists>;
  usage: Record<string, Value[]>;
}

/** The figures with what follows from them. */
export type FunnelStep = "page" | "click" | "authorize" | "verify";
export type FunnelPair = "page_click" | "click_authorize" | "authorize_verify" | "page_signed_in";
/** Sessions by step of the funnel, and those with two steps. */
export type FunnelCounts = Record<FunnelStep | FunnelPair | "signed_in", number>;
export type WayRow = Omit<TableRow<SignInTables["ways"]>, "window_days" | "entry_channel">;
export type PathRow = TableRow<SignInTables["paths"]>;

/** The sign-in sessions of an app: the first line, in Chinese and in English, and its records of the data day. */
export interface RawSignIns {
  line: [string, string];
  records: number;
  without_subject: number;
  tables: Partial<SignInTables>;
}

/** Sessions after one failure, or after all (`null`); `by` is who came back by another channel, by channel. */
export interface FailureRow {
  channel: string | null;
  failure: string | null;
  sessions: number;
  retry: number;
  by: Record<string, number>;
  cut: number;
  lost: number;
  within_minute: number;
}

export interface Figures extends Omit<RawFigures, "tables" | "open"> {
  open: { id: string; folder?: string | null; zh: string; en: string; amber: boolean; name?: string | null }[];
  sums: Record<string, Record<PeriodKey, UsageRow>>;
  /** The numbers of the charts over the 90 days; by SDK version the technical success rate of the last 30. */
  long: ChartLists & { version: Record<string, { technical_success_rate: Value[] }> };
  /** The same over the 13 months. */
  monthly: ChartLists;
  channels: ByWindow<ChannelRow[]>;
  /** The channels that are signed in by. */
  present: string[];
  breakdowns: Record<"platform" | "carrier", ByWindow<Breakdown[]>>;
  versions: ByWindow<VersionRow[]>;
  /** The first days of SDK versions above 1 % of the requests. */
  releases: { value: string; released: string }[];
  outcomes: ByWindow<Outcome[]>;
  codes: ByWindow<Code[]>;
  packages: PackageRow[];
  drawn: DrawnRow[];
  /** Those that reach into the 90 days; an open one has no last day. */
  incident_spans: TableRow<FigureTables["incident_spans"]>[];
  /** Those on the app alone, of the 90 days. */
  notes: DayNote[];
}

/** Where the numbers of a chart's series lie: `figures[group][series][field]`, or `[group][series]` without a field. */
export interface SeriesPlace {
  group: "usage" | "trend" | "version" | "verification" | "latency";
  series: string;
  field: string | null;
  look: string;
}

export interface Trace {
  name: string;
  meta: SeriesPlace;
  line: { color: string };
  marker: { size: number; color: string; symbol: string | string[] };
  x?: string[];
  y?: Value[];
}

export interface Axis {
  tickvals: (string | number)[];
  ticktext: string[];
  range: (string | number)[];
}

/** What the scripts set of a chart's layout; the rest is as `charts/shapes.py` has it. */
export interface Layout {
  xaxis: Partial<Axis>;
  yaxis: Partial<Axis>;
  shapes?: object[];
  width?: number;
  height?: number;
  margin: { l: number; r: number; t: number; b: number };
}

/** What is drawn behind the lines of a chart, as shapes of Plotly without their places. */
export type Backdrops = Record<"gap" | "holiday" | "norm" | "previous" | Mark["kind"], Backdrop>;

export interface Backdrop {
  name: string;
  line: { color?: string; width: number; dash?: string };
  fillcolor?: string;
  opacity?: number;
}

export interface Charts {
  charts: Record<string, Record<Language, Record<Theme, { data: Trace[]; layout: Layout }>>>;
  units: Record<string, Unit>;
  /** The charts whose scale begins with zero. */
  from_zero: string[];
  backdrops: Record<Theme, Backdrops>;
  /** The name of a series at the end of its line. */
  names: Record<string, Both>;
  /** The colour of a line by its look. */
  colours: Record<string, Record<Theme, string>>;
}

/** What is used of Plotly. */
export interface Plotly {
  react(place: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<void>;
  toImage(
    chart: { data: Trace[]; layout: Layout; config: object },
    options: { format: "svg"; width: number; height: number; imageDataOnly: true },
  ): Promise<string>;
}

/** Attributes whose names hold a dash, which are no properties. */
export type Attributes = { [name: `${string}-${string}`]: string | number };

/** A column of few different values: `of` is the place in `values` for each row. */
export interface Coded {
  values: string[];
  of: number[];
}

export type CodedName = "platform" | "account" | "status";

/** A list as its script has it: each column a JSON text, or one for each period or window. */
export interface RawList {
  rows: number;
  columns: Record<string, string | string[]>;
}

/** Rows that can be searched. */
export interface Rows {
  count: number;
  /** What the search looks at, by row. */
  texts(): string[];
  /** The texts in lower case, kept. */
  lines?: string[];
}

/** A big list of apps, read by column. */
export interface BigList extends Rows {
  list(name: "name" | "key" | "pinyin" | "sparkline"): string[];
  list(name: "folder"): (string | 0)[];
  list(name: CodedName): Coded;
  /** `place` is that of the period or window. */
  list(name: string, place?: number): Value[];
  value(name: CodedName, row: number): string;
  /** The folder of a row's app. */
  folder(row: number): string;
  /** Rows of the apps with the most authorizations, kept. */
  largest?: number[];
}

/** A cell of a file: a text, a number, or nothing. */
export type CsvCell = string | Value;

/** The unit of a column of a file: a share is a part of one, points are hundredths; texts and counts have none. */
export type FileUnit = "" | "share" | "points" | "ms" | "bytes" | "yuan";

/** What a figure of a cell is beside the first one. */
export type FigureRole = "" | "change" | "detail" | "low" | "high" | "of" | "tolerance" | "most" | "least";

export interface Figure {
  value: Value;
  unit: FileUnit;
  role: FigureRole;
}

/** A column of a file: texts, or numbers of one unit. */
export interface FileColumn {
  heading: string;
  unit: FileUnit;
  cells: CsvCell[];
}

/** What a row is sorted by; null comes last. */
export type KeyOf = (row: number) => Value;

/**
 * A column of a table; without `key` it cannot be sorted by, without `values` it is not downloaded. `also` are the headings
 * of what `values` gives beside the first.
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

export type RowTest = (row: number) => boolean;

export interface Sorting {
  column?: string;
  descending?: boolean;
}

/** How a table is ordered and filtered anew. */
export interface MadeTable {
  order: () => void;
  filter: () => void;
}

/** A field of the filters over a list. */
export type Field = HTMLInputElement | HTMLSelectElement;

/** `matches` gives the test that the filters make of a row, or null; `found` says how many rows it lets through. */
export interface TableOptions {
  count: number;
  columns: Columns;
  /** Without a column, the order of the rows. */
  sorted: Sorting;
  matches: () => RowTest | null;
  found: (shown: number) => string;
  /** What the rows are of, where it can change: the period or window. */
  shows: () => unknown[];
  /** The cells of a row of sums. */
  sums?: (rows: Uint32Array, headings: HTMLElement[]) => HTMLTableCellElement[];
}

export interface TableState extends Sorting {
  /** Rows on a page. */
  length: number;
  page: number;
  /** All rows in order, and those that pass the filters. */
  ordered: Uint32Array;
  rows: Uint32Array;
}

declare global {
  interface Window {
    AUTHMETER_SITE: RawSite;
    AUTHMETER_TEXTS: Texts;
    /** Set by the data script of the page or of the app that was loaded last. */
    AUTHMETER_FIGURES?: RawFigures;
    AUTHMETER_SIGN_INS?: RawSignIns;
    /** The counts of the 13 months before the 90 days, as those of the charts. */
    AUTHMETER_OLDER_DAYS?: RawFigures["days"];
    AUTHMETER_CHARTS: Charts;
    AUTHMETER_APPS: RawList;
    AUTHMETER_LOGINS: RawList;
    AUTHMETER_FILES: RawList;
    /** Of the script that is loaded with the first workbook. */
    AUTHMETER_WORKBOOK: (columns: FileColumn[], name: string) => Promise<Blob>;
    Plotly: Plotly;
  }
}
