/* Fills a chart's shape (`charts/shapes.py`) for Plotly: the numbers of a span, the scales, and the shapes behind
   the lines. charts.ts and picture.ts draw it; the scales are in scales.ts. */

import { language, texts } from "../choices/state.js";
import { known } from "../data/format.js";
import { channelsOf, holidaysAmong, marksOf } from "../data/marks.js";
import { shownTraces } from "../data/series.js";
import { heightsOf, normsOf, placesOf, previousOf } from "../data/spans.js";
import type { SpanKey, Theme, Value } from "../types/basics.js";
import type { Layout, Trace } from "../types/charts.js";
import { band, dayMarks, dayScale, gaps, holidayStrips, monthScale, previousLine, scale } from "./scales.js";

/**
 * The marker size of each day. It is `size` on days with a tick, to distinguish series. It is also `size` on a day
 * between two days without a value, because a line needs two points. It is 0 on all other days, because markers on every
 * day of a month would hide the lines.
 */
function markerSizes(list: Value[], days: string[], ticks: string[], size: number): number[] {
  const isAlone = (i: number) => !known(list[i - 1]) && !known(list[i + 1]);
  return days.map((day, i) => (ticks.includes(day) || isAlone(i) ? size : 0));
}

const symbolOf = ({ meta }: Trace, isOpen: boolean): string => texts.looks[meta.look].marker + (isOpen ? "-open" : "");

// Width of a tick's label, in pixels.
const TICK_WIDTH = 40;

/**
 * The lines of a chart with the numbers of a span, and its layout with the shapes behind them, for page or picture.
 * @param size in pixels.
 */
export function filledChart(
  name: string,
  span: SpanKey,
  theme: Theme,
  size: { width: number; height: number },
): { data: Trace[]; layout: Layout & { width: number; height: number } } {
  const { units, backdrops, from_zero: fromZero } = window.AUTHMETER_CHARTS;
  const layout = { ...structuredClone(window.AUTHMETER_CHARTS.charts[name][language][theme].layout), ...size };
  const data = structuredClone(shownTraces(name, theme));
  const unit = units[name];
  const drawn = backdrops[theme];
  const { x, missing, isByMonth } = placesOf(span);
  const { l: left, r: right } = layout.margin;
  const width = size.width - left - right;
  const most = Math.floor(width / TICK_WIDTH);
  const scaled = isByMonth ? monthScale(x, most) : dayScale(x, most);
  // Usual ranges of several lines would overlap and could not be distinguished.
  const isAlone = data.length === 1;
  const behind: object[] = [];
  const values = data.flatMap((trace) => {
    const list = heightsOf(trace.meta, span);
    const before = isAlone ? previousOf(trace.meta, span) : [];
    const norms = isAlone ? normsOf(trace.meta, unit, span) : [];
    trace.x = x;
    trace.y = list;
    // Plotly treats markers of several sizes as bubbles and would draw them pale with an edge.
    const even = { opacity: 1, line: { width: 0 } };
    if (span === "30" || span === "90") {
      Object.assign(trace.marker, even, { size: markerSizes(list, x, scaled.tickvals, trace.marker.size) });
    }
    // A month with missing days has an open marker.
    if (isByMonth) trace.marker.symbol = list.map((_value, i) => symbolOf(trace, missing.includes(i)));
    const { color } = trace.marker;
    behind.push(...band(x, norms, color, drawn.norm), ...previousLine(x, before, color, drawn.previous));
    return [...list, ...before, ...norms.flatMap((norm) => (norm ? [norm.low, norm.high] : []))];
  });
  Object.assign(layout.xaxis, scaled);
  Object.assign(layout.yaxis, scale(values, unit, fromZero.includes(name)));
  const marks = isByMonth ? [] : dayMarks(x, marksOf(x, channelsOf(data.map(({ meta }) => meta))), drawn, width);
  const strips = isByMonth ? [] : holidayStrips(holidaysAmong(x), drawn.holiday);
  layout.shapes = [...gaps(x, missing, drawn.gap, isByMonth), ...strips, ...behind, ...marks];
  return { data, layout };
}
