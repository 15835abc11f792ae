/* Scales of the charts, and the shapes behind their lines: gaps, marks, usual range, the span before. The look of
   charts is defined in `charts/shapes.py`; charts.ts draws them. */

import { compact, known, weekday } from "../data/format.js";
import type { Unit, Usual, Value } from "../types/basics.js";
import type { Axis, Backdrop, Mark } from "../types/charts.js";

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

// Half of the width of a day and of a month on an axis of days.
const [HALF_DAY, HALF_MONTH] = [0.5, 15];

/** An axis with a tick at every `step`-th place, counted back from the last. */
function tickScale(places: string[], step: number, half: number, textOf: (place: string) => string) {
  const ticks = places.filter((_place, i) => (places.length - 1 - i) % step === 0);
  const range = [moment(places[0], -half), moment(places[places.length - 1], half)];
  return { tickvals: ticks, ticktext: ticks.map(textOf), range };
}

/** Ticks counted back from the last day, every 1, 2, 7, 14 or 28 days, so that there are at most `most`. */
export function dayScale(days: string[], most = 8) {
  const step = [1, 2, 7, 14].find((one) => days.length / one <= most) || 28;
  return tickScale(days, step, HALF_DAY, (day) => `${day.slice(5)}<br>${weekday(day)}`);
}

/** A tick at every third month, counted back from the last; at every sixth if there would be more than `most`. */
export const monthScale = (months: string[], most = 8) =>
  tickScale(months, months.length / 3 <= most ? 3 : 6, HALF_MONTH, (month) => month.slice(0, 7));

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
  const half = isByMonth ? HALF_MONTH : HALF_DAY;
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
  holidays.map((day) => ({ ...strip, x0: moment(day, -HALF_DAY), x1: moment(day, HALF_DAY) }));

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
      const at = [`${moment(days[run[0]], -HALF_DAY).replace(" ", "_")}`, ...run.map((i) => days[i])];
      at.push(`${moment(days[run[run.length - 1]], HALF_DAY).replace(" ", "_")}`);
      const around = [run[0], ...run, run[run.length - 1]];
      const side = (edge: "low" | "high") => around.map((i, place) => `${at[place]},${(norms[i] as Usual)[edge]}`);
      return `M${[...side("high"), ...side("low").reverse()].join("L")}Z`;
    })
    .join("");
  return path ? [{ ...norm, path, fillcolor: colour }] : [];
}
