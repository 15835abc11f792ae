// Charts, as written by `charts/shapes.py`, and what Plotly gets.

import type { Both, Language, Theme, Unit, Value } from "./basics.js";

/** A mark on a day of a chart, and the label of its line. */
export interface Mark {
  kind: "incident" | "note" | "release";
  day: string;
  label: string;
  /** The label if there is no room for `label`. */
  short: string;
}

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
