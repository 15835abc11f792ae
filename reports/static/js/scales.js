/* The scales of the charts, which hang on the numbers, the language and the missing days.
   Does not belong here: what a chart looks like (`charts/shapes.py`), when it is drawn (charts.js). */

import { compact, known, weekday } from "./format.js";
import { site } from "./state.js";

/** @import { Axis, Unit, Value } from "./types.d.ts" */

const DAY = 864e5;

/**
 * @param {string} day
 * @param {number} [shift]
 * @returns {string}
 */
const moment = (day, shift = 0) => new Date(Date.parse(day) + shift * DAY).toISOString().slice(0, 16).replace("T", " ");

/**
 * Even steps over the values: a count starts at zero; a rate or a latency shows its own range, or its changes would not be
 * seen. A latency's range is at least a third of its height: noise of a few milliseconds is to look like noise.
 * @param {Value[]} values
 * @param {Unit} unit
 * @param {boolean} fromZero
 * @returns {Axis}
 */
export function scale(values, unit, fromZero) {
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
  /** @type {number[]} */
  const ticks = Array.from({ length: last - first + 1 }, (_unused, i) => (first + i) * step);
  const decimals = Math.abs(step * 100 - Math.round(step * 100)) > 1e-9 ? 1 : 0;
  const ticktext = ticks.map((tick) => (unit === "share" ? `${(tick * 100).toFixed(decimals)}%` : compact(tick)));
  const [bottom, top] = [ticks[0], ticks[ticks.length - 1]];
  const room = (top - bottom) * 0.04;
  return { tickvals: ticks, ticktext, range: [bottom - room, top + room] };
}

/**
 * Ticks stand on the weekday of the data day, so that a week reads as a week.
 * @param {string[]} days
 * @returns {Axis & { tickvals: string[] }}
 */
export function dayScale(days) {
  const every = days.length > 7 ? 7 : 1;
  const ticks = days.filter((_day, i) => (days.length - 1 - i) % every === 0);
  return {
    tickvals: ticks,
    ticktext: ticks.map((day) => `${day.slice(5)}<br>${weekday(day)}`),
    range: [moment(days[0], -0.5), moment(days[days.length - 1], 0.5)],
  };
}

/**
 * A missing day is shaded over its whole width, so that a gap is not taken for a line's end.
 * @param {string[]} days
 * @param {string} fill
 * @returns {object[]}
 */
export function gaps(days, fill) {
  return site.missing
    .map((place) => site.days[place])
    .filter((day) => days.includes(day))
    .map((day) => ({
      type: "rect",
      xref: "x",
      yref: "paper",
      x0: moment(day, -0.5),
      x1: moment(day, 0.5),
      y0: 0,
      y1: 1,
      fillcolor: fill,
      line: { width: 0 },
      layer: "below",
    }));
}

/**
 * A line on the first day of each incident, so that a change is seen together with what is known of it.
 * @param {string[]} days
 * @param {string[]} firstDays
 * @param {string} colour
 * @param {string} label
 * @returns {object[]}
 */
export function incidentMarks(days, firstDays, colour, label) {
  return firstDays
    .filter((day) => days.includes(day))
    .map((day) => ({
      type: "line",
      xref: "x",
      yref: "paper",
      x0: day,
      x1: day,
      y0: 0,
      y1: 1,
      line: { color: colour, width: 1.5, dash: "dot" },
      // To the side on which there is room.
      label: {
        text: label,
        textposition: "end",
        textangle: 0,
        xanchor: days.indexOf(day) < days.length / 2 ? "left" : "right",
        yanchor: "top",
        font: { color: colour, size: 11 },
      },
    }));
}
