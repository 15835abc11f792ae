// The data and texts that all pages share: site.js is written by `site_data.py`, texts by `static_files.py`.

import type { Better, Both, PeriodKey, TableRow } from "./basics.js";
import type { FunnelPair, FunnelStep, RateSteps } from "./sign_ins.js";

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
