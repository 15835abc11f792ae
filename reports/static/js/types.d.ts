// Types of the data scripts and of the values that modules pass to each other. site.js is written by site_data.py,
// figures by sql/figures/documents.sql, lists by column_script.py, charts by `charts/shapes.py`, texts by
// `static_files.py`.

import type { FigureTables, SignInTables } from "./figure_types.js";

/** A count, a rate, a share or milliseconds. Null means absent, never zero. */
export type Value = number | null;

export type Language = "zh" | "en";

/** A text in both languages. */
export type Both = Record<Language, string>;

/** A window as a key of the figures, in days. */
export type WindowKey = "7" | "30";

/** The periods of cards and tables; lists of counts by period have this order. */
export type PeriodKey = "day" | WindowKey | "month" | "last_month";

export type Step = "authorization" | "verification";

/** Whether a change is a share of the base, or the difference of two shares. */
export type ChangeKind = "ratio" | "points";

/** The usual range of a day: the median, the limits, and the swing (of a count, as a share of the median). */
export interface Usual {
  usual: number;
  low: number;
  high: number;
  swing: number;
}

/** The position of a figure relative to its usual range. */
export type Side = "above" | "below" | "inside" | "unknown";

/** A mark on a day of a chart, and the label of its line. */
export interface Mark {
  kind: "incident" | "note" | "release";
  day: string;
  label: string;
  /** The label if there is no room for `label`. */
  short: string;
}

/** The direction in which a change is good. */
export type Better = "up" | "down" | "none";

export type Unit = "records" | "share" | "ms";

export type Theme = "light" | "dark";

/** The span of the charts: a number of days, or 13 months. */
export type SpanKey = WindowKey | "90" | "months";

/** The dimension of the lines of login authorization. */
export type Dimension = "channel" | "version";

/** The base of comparison of a range: the days before it, the same weekdays, or the same days of the previous month. */
export type Versus = "before" | "week" | "month";

/** A day and a note about it. */
export interface DayNote {
  day: string;
  text: string;
}

/** A period and its base of comparison. Days are ISO dates, both ends included. */
export interface Period {
  first: string;
  last: string;
  base_first: string;
  base_last: string;
  days: number;
  days_with_data: number;
  base_days: number;
  base_days_with_data: number;
  /** Days that are compared: their counterparts in the base have data, too. */
  matched_days: number;
  /** At least half of the days are matched. */
  is_comparable: boolean;
  /** Days of both periods that lack data, newest first. */
  missing: string[];
}

/** A way to sign in or to check a number, with its words. */
export interface Channel extends Both {
  key: string;
  group: "number" | "social" | "other";
  is_login: boolean;
}

/**
 * A count of usage: the sum of the count `summed` over `channels`; without channels, it has no values by day. `parts`
 * are the counts that add up to it, `look` is the look of its line, if any.
 */
export interface UsageMeasure {
  summed: string;
  channels: string[];
  parts: string[];
  look: string;
}

/** Numerator and denominator of a rate: counts with their signs. */
export interface Rate {
  numerator: Record<string, number>;
  denominator: Record<string, number>;
}

/** Tables of the site's data, by column. */
export interface SiteTables {
  /** 13 months, oldest first: the first day, the days up to the data day, how many of them have data. */
  months: { month: string[]; days: number[]; days_with_data: number[] };
  /** Notes on all apps, of the 90 days. */
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
  /** Reasons why figures may lack something, which every reader may see. */
  reasons: { severity: string[]; zh: string[]; en: string[] };
}

/** The data that all pages share. */
interface SiteData {
  /** Changes with each publication; part of the addresses of data scripts. */
  version: string;
  /** The data day. */
  as_of: string;
  time_zone: string;
  generated_at: string;
  /** The 30 days up to the data day, oldest first. */
  days: string[];
  /** Indexes in `days` of days without data. */
  missing: number[];
  /** The 90 days up to the data day, oldest first; `long_missing` has the indexes of days without data. */
  long_days: string[];
  long_missing: number[];
  /** Indexes of days without data among the days of the 13 months before the 90. */
  older_missing: number[];
  /** Indexes of holidays in `long_days`. */
  holidays: number[];
  /** The first day that has a page of its own; null if none has one. */
  first_page: string | null;
  /** Whether apps have the days before the 90; larger sites lack them. */
  has_older_days: boolean;
  periods: Record<PeriodKey, Period>;
  channels: Channel[];
  rates: Record<string, Rate>;
  /** The parameters of usual ranges (`norms.py`). */
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
  /** Texts of the scripts, by their English text. */
  strings: Record<string, Both>;
  /** Words for fixed values of the tables. */
  words: Record<string, Both>;
  metrics: Record<string, { label: Both; meaning: Both; better: Better }>;
  /**
   * Texts of sign-in sessions: steps, places where users stopped (by channel, stage and outcome), advice and example
   * records for missing steps, the steps of the funnel, the two steps of each rate, and the dimensions to compare by.
   */
  sign_ins: {
    stages: Record<string, Both>;
    stops: Record<string, Both>;
    how_to_log: Record<string, Both>;
    examples: Record<FunnelStep, string>;
    steps: FunnelStep[];
    rates: Record<FunnelPair, RateSteps>;
    compared: { key: string; label: Both; unknown: Both; values: Record<string, Both> }[];
  };
  /** The marker of each look. A look is the name of a line's marker and colour, such as `one_click`. */
  looks: Record<string, { marker: string }>;
}

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

type RowOf<Table> = Table extends Record<string, infer Columns> ? TableRow<Columns> : never;

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

export type ByWindow<Rows> = Record<WindowKey, Rows>;

/** One text, or Chinese and English if they differ. */
export type BothTexts = string | [string, string];

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

/** A rate, or a difference of two, with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** Numerator and denominator of a rate, and the sessions that lower it because the logs of their apps lack a step. */
export type RateCounts = [numerator: number, denominator: number, unlogged: number];

/** A value of a dimension with the counts of each rate; null if the logs lack a step of the rate. */
export interface ComparedValue {
  key: string | null;
  label: string;
  sessions: number;
  rates: Record<string, RateCounts | null>;
}

/** The dimensions whose values can be compared, for the shown span. */
export type ComparedDimension = { key: string; label: string; values: ComparedValue[] };

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
type OpenIncidents = {
  id: string[];
  folder?: (string | null)[];
  zh: string[];
  en: string[];
  amber: boolean[];
  name?: (string | null)[];
};

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

export type FunnelStep = "page" | "click" | "authorize" | "verify";
export type FunnelPair = "page_click" | "click_authorize" | "authorize_verify" | "page_signed_in";
/** The two steps of a rate; sessions with the first step are its denominator. */
export type RateSteps = [FunnelStep, FunnelStep | "signed_in"];
/** Sessions by step of the funnel, and sessions with two steps. */
export type FunnelCounts = Record<FunnelStep | FunnelPair | "signed_in", number>;

/** The steps of the funnel on one day, with median times. */
export type StepDay = FunnelCounts & Record<`${FunnelPair}_p50_ms`, Value>;
export type WayTableRow = TableRow<SignInTables["ways"]>;
export type WayRow = Omit<WayTableRow, "window_days" | "entry_channel">;

/** Sessions by way of each shown day, oldest first: of all, and by entry channel. */
export interface DaysByWay {
  total: WayRow[];
  channels: Record<string, WayRow[]>;
}

export type PathRow = TableRow<SignInTables["paths"]>;

/**
 * The sign-in sessions of an app, or of all apps together: the sentence in Chinese and English, the records of the data
 * day, and texts of numbers by day (`packed.ts`): sessions by entry channel and way; by step of the funnel, with median
 * times.
 */
export interface RawSignIns {
  line: [string, string];
  /** Names of the schemes of all apps by id; not in the files of single apps. */
  schemes?: Record<string, string>;
  records: number;
  without_subject: number;
  way_days: Record<string, Record<string, string>>;
  step_days: { one_click?: Record<string, string> };
  tables: Partial<SignInTables>;
}

/**
 * Sessions by their end after one failure, or after any failure (`failure` is null). `by` counts the sessions that
 * signed in by another channel, by channel.
 */
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

/**
 * Address of the numbers of a series: `figures[group][series][field]`, or `[group][series]` without a field.
 */
export interface Series {
  group: "usage" | "trend" | "version" | "verification" | "latency";
  series: string;
  field: string | null;
}

/** A series of a chart, with the look of its line. */
export interface SeriesPlace extends Series {
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

/** The parts of a chart's layout that scripts set; the rest comes from `charts/shapes.py`. */
export interface Layout {
  xaxis: Partial<Axis>;
  yaxis: Partial<Axis>;
  shapes?: object[];
  width?: number;
  height?: number;
  margin: { l: number; r: number; t: number; b: number };
}

/** The shapes behind the lines of a chart, as Plotly shapes without positions. */
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
  /** The charts whose scale begins at zero. */
  from_zero: string[];
  backdrops: Record<Theme, Backdrops>;
  /** The name of a series at the end of its line. */
  names: Record<string, Both>;
  /** The colour of a line by its look. */
  colours: Record<string, Record<Theme, string>>;
}

/** The used functions of Plotly. */
export interface Plotly {
  react(place: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<void>;
  toImage(
    chart: { data: Trace[]; layout: Layout; config: object },
    options: { format: "svg"; width: number; height: number; imageDataOnly: true },
  ): Promise<string>;
}

/** Attributes whose names contain a dash, which are not properties. */
export type Attributes = { [name: `${string}-${string}`]: string | number };

/** A column with few distinct values: `of` has the index in `values` for each row. */
export interface Coded {
  values: string[];
  of: number[];
}

export type CodedName = "platform" | "account" | "status";

/** A list as its script contains it: each column is a JSON text, or one for each period or window. */
export interface RawList {
  rows: number;
  columns: Record<string, string | string[]>;
}

/** Rows that can be searched. */
export interface Rows {
  count: number;
  /** The searched text of each row. */
  texts(): string[];
  /** The texts in lower case, cached. */
  lines?: string[];
}

/** A big list of apps, read by column. */
export interface BigList extends Rows {
  list(name: "name" | "key" | "pinyin" | "sparkline"): string[];
  list(name: "folder"): (string | 0)[];
  list(name: CodedName): Coded;
  /** `place` is the index of the period or window. */
  list(name: string, place?: number): Value[];
  value(name: CodedName, row: number): string;
  /** The folder of a row's app. */
  folder(row: number): string;
  /** Rows of the apps with most authorizations, cached. */
  largest?: number[];
}

/** A cell of a file: a text, a number, or null. */
export type CsvCell = string | Value;

/**
 * The unit of a file's column: a share is a fraction of 1, points are hundredths, days are ISO dates; texts and counts
 * have none.
 */
export type FileUnit = "" | "day" | "share" | "points" | "ms" | "bytes" | "yuan";

/** The role of a figure in a cell; empty for the main figure. */
export type FigureRole = "" | "change" | "detail" | "low" | "high" | "of" | "tolerance" | "most" | "least";

export interface Figure {
  value: Value;
  unit: FileUnit;
  role: FigureRole;
}

/** A column of a file: texts, days, or numbers of one unit. */
export interface FileColumn {
  heading: string;
  unit: FileUnit;
  cells: CsvCell[];
}

/** The sort key of a row; null comes last. */
export type KeyOf = (row: number) => Value;

/**
 * A column of a table; without `key` it cannot be sorted, without `values` it is not downloaded. `also` has the
 * headings of further values.
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

/** A column of a table that scripts draw from rows: its heading, and the cell of a row. */
export type TableColumn<Row> = [heading: HTMLElement, cell: (row: Row, place: number) => HTMLElement];

export type RowTest = (row: number) => boolean;

export interface Sorting {
  column?: string;
  descending?: boolean;
}

/** Functions that reorder or refilter a table. */
export interface MadeTable {
  order: () => void;
  filter: () => void;
}

/** A field of the filters over a list. */
export type Field = HTMLInputElement | HTMLSelectElement;

/**
 * The options of a table. `matches` returns the test of the present filters, or null; `found` returns the text about
 * the number of rows that pass.
 */
export interface TableOptions {
  count: number;
  columns: Columns;
  /** Without a column, the rows keep their order. */
  sorted: Sorting;
  matches: () => RowTest | null;
  found: (shown: number) => string;
  /** The period or window of the rows, if it can change. */
  shows: () => unknown[];
  /** The cells of a row of sums. */
  sums?: (rows: Uint32Array, headings: HTMLElement[]) => HTMLTableCellElement[];
}

export interface TableState extends Sorting {
  /** Rows on a page. */
  length: number;
  page: number;
  /** All rows in order, and the rows that pass the filters. */
  ordered: Uint32Array;
  rows: Uint32Array;
}

declare global {
  interface Window {
    AUTHMETER_SITE: RawSite;
    AUTHMETER_TEXTS: Texts;
    /** Set by the data script of the page, or of the app that was loaded last. */
    AUTHMETER_FIGURES?: RawFigures;
    AUTHMETER_SIGN_INS?: RawSignIns;
    /** All SDK versions of an app with more than its page lists. */
    AUTHMETER_VERSIONS?: Pick<FigureTables, "versions" | "version_days">;
    /** The counts of the days of the 13 months before the 90, in the form of the charts. */
    AUTHMETER_OLDER_DAYS?: RawFigures["days"];
    AUTHMETER_CHARTS: Charts;
    AUTHMETER_APPS: RawList;
    AUTHMETER_LOGINS: RawList;
    AUTHMETER_FILES: RawList;
    /** Set by the script that is loaded with the first workbook. */
    AUTHMETER_WORKBOOK: (columns: FileColumn[], name: string) => Promise<Blob>;
    Plotly: Plotly;
  }
}
