// Sign-in sessions, as written for an app or for all apps together and as pages use them.

import type { TableRow, Value } from "./basics.js";
import type { SignInTables } from "./figure_tables.js";

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
