// Types that most modules use: values, texts in both languages, and the choices of a page.

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

/** A row of a table that is written by column. */
export type TableRow<Columns> = { [Name in keyof Columns]: Columns[Name] extends (infer Cell)[] ? Cell : never };

export type RowOf<Table> = Table extends Record<string, infer Columns> ? TableRow<Columns> : never;

export type ByWindow<Rows> = Record<WindowKey, Rows>;

/** One text, or Chinese and English if they differ. */
export type BothTexts = string | [string, string];

/** A rate, or a difference of two, with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** Attributes whose names contain a dash, which are not properties. */
export type Attributes = { [name: `${string}-${string}`]: string | number };
