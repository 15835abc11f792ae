/* Scales of the charts, and the shapes behind their lines: gaps, marks, usual range, the span before. The look of
   charts is defined in `charts/shapes.py`; charts.ts draws them. */

import { compact, known, weekday } from "../data/format.js";
import type { Axis, Backdrop, Mark, Unit, Usual, Value } from "../types.js";

const DAY = 864e5;

const moment = (day: string, shift = 0): string =>
  new Date(Date.parse(day) + shift * DAY).toISOString().slice(0, 16).replace("T", " ");

/**
 * The axis of the values, with even steps. Counts start at zero; rates and latencies have their own range, as changes
 * would otherwise be invisible. The range of a latency is at least a third of its highest value, so that noise of a few
 * milliseconds stays small.
 */
export function scale(values: Value[], unit: Unit, fromZero: boolean): Axis {
  const found = values.filter(known);
  let low = fromZero || !found.length ? 0 : Math.min(...found);
  let high = found.length ? Math.max(...found) : 1;
  const least = { share: 0.04, ms: Math.max(4, high / 3), records: 4 }[unit];
  if (high - low < least) {
    low = fromZero ? 0 : Math.max(0, (high + low - least) / 2);
    high = unit === "share" ? Math.min(1, low + least) : low + least;
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5].find((one) => one * power >= rough * 0.99) || 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks: number[] = Array.from({ length: last - first + 1 }, (_unused, i) => (first + i) * step);
  const decimals = Math.abs(step * 100 - Math.round(step * 100)) > 1e-9 ? 1 : 0;
  const ticktext = ticks.map((tick) => (unit === "share" ? `${(tick * 100).toFixed(decimals)}%` : compact(tick)));
  const [bottom, top] = [ticks[0], ticks[ticks.length - 1]];
  const room = (top - bottom) * 0.04;
  return { tickvals: ticks, ticktext, range: [bottom - room, top + room] };
}

/** Ticks counted back from the last day, every 1, 2, 7, 14 or 28 days, so that there are at most `most`. */
export function dayScale(days: string[], most = 8): Axis & { tickvals: string[] } {
  const every = [1, 2, 7, 14].find((step) => days.length / step <= most) || 28;
  const ticks = days.filter((_day, i) => (days.length - 1 - i) % every === 0);
  return {
    tickvals: ticks,
    ticktext: ticks.map((day) => `${day.slice(5)}<br>${weekday(day)}`),
    range: [moment(days[0], -0.5), moment(days[days.length - 1], 0.5)],
  };
}

// Half of a month's width on an axis of days.
const HALF_MONTH = 15;

/** A tick at every third month, counted back from the last; at every sixth if there would be more than `most`. */
export function monthScale(months: string[], most = 8): Axis & { tickvals: string[] } {
  const every = months.length / 3 <= most ? 3 : 6;
  const ticks = months.filter((_month, i) => (months.length - 1 - i) % every === 0);
  return {
    tickvals: ticks,
    ticktext: ticks.map((month) => month.slice(0, 7)),
    range: [moment(months[0], -HALF_MONTH), moment(months[months.length - 1], HALF_MONTH)],
  };
}

/**
 * Shades each missing day over its whole width, so that a gap is not mistaken for the end of a line, and each month
 * with missing days, so that its sum is not mistaken for a complete one.
 */
export function gaps(
  days: string[],
  missing: number[],
  gap: Backdrop,
  isByMonth = false,
): (Backdrop & { x0: string; x1: string })[] {
  const half = isByMonth ? HALF_MONTH : 0.5;
  return missing.map((place) => ({ ...gap, x0: moment(days[place], -half), x1: moment(days[place], half) }));
}

// Width of a letter in a mark's label, in pixels; a Chinese letter has twice the width.
const LETTER = 6.5;

/** Estimated width of a text in the size of a mark's label, in pixels. */
export const widthOf = (text: string): number =>
  LETTER * [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);

/**
 * A line on each marked day. Labels of incidents are in a row above, other labels in a row below. A label must fit in
 * the plot and not overlap another mark or label of its row: if the long label of a mark does not fit, the mark has the
 * short label, or none. The keys above the charts name every day.
 * @param width of the plot in pixels.
 */
export function dayMarks(
  days: string[],
  marks: Mark[],
  lines: Record<Mark["kind"], Backdrop>,
  width: number,
): object[] {
  const placed = marks
    .map((mark) => ({ ...mark, place: days.indexOf(mark.day), isLow: mark.kind !== "incident" }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place);
  const taken = { true: Number.NEGATIVE_INFINITY, false: Number.NEGATIVE_INFINITY };
  return placed.map((mark) => {
    const { kind, day, place, isLow } = mark;
    // The label is on the side with more room.
    const isLeft = place < days.length / 2;
    const others = placed.filter((other) => other !== mark && other.isLow === isLow);
    const row = isLow ? "true" : "false";
    const span = (text: string) => {
      const room = (widthOf(text) / width) * days.length;
      return isLeft ? [place, place + room] : [place - room, place];
    };
    const label = [mark.label, mark.short].find((text) => {
      const [from, to] = span(text);
      // Text beyond the plot is cut off.
      const isInside = from >= -1 && to <= days.length;
      return isInside && from >= taken[row] && !others.some((other) => from < other.place && other.place < to);
    });
    if (label) taken[row] = span(label)[1];
    return {
      ...lines[kind],
      x0: day,
      x1: day,
      label: {
        text: plain(label ?? ""),
        textposition: isLow ? "start" : "end",
        textangle: 0,
        xanchor: isLeft ? "left" : "right",
        yanchor: isLow ? "bottom" : "top",
        font: { color: lines[kind].line.color, size: 11 },
      },
    };
  });
}

/** Removes characters that Plotly would parse as tags: version names come from logs. */
const plain = (text: string): string => text.replaceAll("<", "‹").replaceAll(">", "›").replaceAll("&", "+");

/** The holidays as strips along the bottom of the plot. */
export const holidayStrips = (holidays: string[], strip: Backdrop): object[] =>
  holidays.map((day) => ({ ...strip, x0: moment(day, -0.5), x1: moment(day, 0.5) }));

/** Runs of consecutive indexes that have a value. */
function runs(values: unknown[]): number[][] {
  const found: number[][] = [];
  values.forEach((value, i) => {
    if (!known(value)) return;
    if (i && known(values[i - 1])) found[found.length - 1].push(i);
    else found.push([i]);
  });
  return found;
}

/** The span before, as a thin line without markers, on the days of the present span. */
export function previousLine(
  days: string[],
  values: Value[],
  colour: string,
  previous: Backdrop,
): (Backdrop & { path: string })[] {
  const path = runs(values)
    .map((run) => `M${run.map((i) => `${days[i]},${values[i]}`).join("L")}`)
    .join("");
  return path ? [{ ...previous, path, line: { ...previous.line, color: colour } }] : [];
}

/** The usual range, as a band. */
export function band(
  days: string[],
  norms: (Usual | null)[],
  colour: string,
  norm: Backdrop,
): (Backdrop & { path: string })[] {
  const path = runs(norms)
    .map((run) => {
      // The band covers each day completely: a band of one day would otherwise have no width.
      const at = [`${moment(days[run[0]], -0.5).replace(" ", "_")}`, ...run.map((i) => days[i])];
      at.push(`${moment(days[run[run.length - 1]], 0.5).replace(" ", "_")}`);
      const around = [run[0], ...run, run[run.length - 1]];
      const side = (edge: "low" | "high") => around.map((i, place) => `${at[place]},${(norms[i] as Usual)[edge]}`);
      return `M${[...side("high"), ...side("low").reverse()].join("L")}Z`;
    })
    .join("");
  return path ? [{ ...norm, path, fillcolor: colour }] : [];
}
