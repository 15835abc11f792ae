/* The scales of the charts, and what lies behind their lines: gaps, marks, what is usual, the span before.
   Does not belong here: what a chart looks like (`charts/shapes.py`), when it is drawn (charts.js). */

import { compact, known, weekday } from "../data/format.js";

/** @import { Axis, Unit, Usual, Value } from "../types.d.ts" */

const DAY = 864e5;

/**
 * @param {string} day
 * @param {number} [shift]
 * @returns {string}
 */
const moment = (day, shift = 0) => new Date(Date.parse(day) + shift * DAY).toISOString().slice(0, 16).replace("T", " ");

/**
 * The day so many days later.
 * @param {string} day
 * @param {number} days
 * @returns {string}
 */
export const dayAfter = (day, days) => moment(day, days).slice(0, 10);

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
 * Ticks stand on the weekday of the data day, so that a week reads as a week; `most` of them have room beside each other.
 * @param {string[]} days
 * @param {number} [most]
 * @returns {Axis & { tickvals: string[] }}
 */
export function dayScale(days, most = 8) {
  const every = [1, 2, 7, 14].find((step) => days.length / step <= most) || 28;
  const ticks = days.filter((_day, i) => (days.length - 1 - i) % every === 0);
  return {
    tickvals: ticks,
    ticktext: ticks.map((day) => `${day.slice(5)}<br>${weekday(day)}`),
    range: [moment(days[0], -0.5), moment(days[days.length - 1], 0.5)],
  };
}

// Half of the room that a month takes on an axis of days.
const HALF_MONTH = 15;

/**
 * Every third month has a tick, the last one among them; every sixth where `most` have no room.
 * @param {string[]} months
 * @param {number} [most]
 * @returns {Axis & { tickvals: string[] }}
 */
export function monthScale(months, most = 8) {
  const every = months.length / 3 <= most ? 3 : 6;
  const ticks = months.filter((_month, i) => (months.length - 1 - i) % every === 0);
  return {
    tickvals: ticks,
    ticktext: ticks.map((month) => month.slice(0, 7)),
    range: [moment(months[0], -HALF_MONTH), moment(months[months.length - 1], HALF_MONTH)],
  };
}

/**
 * A missing day is shaded over its whole width, so that a gap is not taken for a line's end; so is a month of which days
 * are missing, so that its sum is not taken for a whole one.
 * @param {string[]} days
 * @param {number[]} missing
 * @param {string} fill
 * @param {boolean} [isByMonth]
 * @returns {object[]}
 */
export function gaps(days, missing, fill, isByMonth = false) {
  const half = isByMonth ? HALF_MONTH : 0.5;
  return missing.map((place) => ({
    name: "gap",
    type: "rect",
    xref: "x",
    yref: "paper",
    x0: moment(days[place], -half),
    x1: moment(days[place], half),
    y0: 0,
    y1: 1,
    fillcolor: fill,
    line: { width: 0 },
    layer: "below",
  }));
}

/**
 * A line on each day of which something is known, so that a change is seen together with it: the first days of incidents,
 * days with a note. The label stands above, or below where `isLow`; a mark has none where another or its label stands within
 * `room` days: above the charts every day is named.
 * @param {string[]} days
 * @param {string[]} marked
 * @param {string} colour
 * @param {string} label
 * @param {number} room
 * @param {boolean} [isLow]
 * @returns {object[]}
 */
export function dayMarks(days, marked, colour, label, room, isLow = false) {
  const places = days.map((_day, i) => i).filter((i) => marked.includes(days[i]));
  let taken = Number.NEGATIVE_INFINITY;
  return places.map((place) => {
    const day = days[place];
    // To the side on which there is room.
    const isLeft = place < days.length / 2;
    const [from, to] = isLeft ? [place, place + room] : [place - room, place];
    const isFree = from >= taken && !places.some((other) => other !== place && from < other && other < to);
    if (isFree) taken = to;
    return {
      name: isLow ? "note" : "incident",
      type: "line",
      xref: "x",
      yref: "paper",
      x0: day,
      x1: day,
      y0: 0,
      y1: 1,
      line: { color: colour, width: 1.5, dash: "dot" },
      label: {
        text: isFree ? label : "",
        textposition: isLow ? "start" : "end",
        textangle: 0,
        xanchor: isLeft ? "left" : "right",
        yanchor: isLow ? "bottom" : "top",
        font: { color: colour, size: 11 },
      },
    };
  });
}

/**
 * The runs of places that have a value.
 * @param {unknown[]} values
 * @returns {number[][]}
 */
function runs(values) {
  /** @type {number[][]} */
  const found = [];
  values.forEach((value, i) => {
    if (!known(value)) return;
    if (i && known(values[i - 1])) found[found.length - 1].push(i);
    else found.push([i]);
  });
  return found;
}

/**
 * The span before, as a thin line without markers on the days of this one.
 * @param {string[]} days
 * @param {Value[]} values
 * @param {string} colour
 * @param {number} opacity
 * @returns {object[]}
 */
export function ghost(days, values, colour, opacity) {
  const path = runs(values)
    .map((run) => `M${run.map((i) => `${days[i]},${values[i]}`).join("L")}`)
    .join("");
  return path
    ? [{ name: "previous", type: "path", path, line: { color: colour, width: 1 }, opacity, layer: "below" }]
    : [];
}

/**
 * What is usual, as a band.
 * @param {string[]} days
 * @param {(Usual | null)[]} norms
 * @param {string} colour
 * @param {number} opacity
 * @returns {object[]}
 */
export function band(days, norms, colour, opacity) {
  const path = runs(norms)
    .map((run) => {
      // A day is a whole day wide: a band of one would else have no width.
      const at = [`${moment(days[run[0]], -0.5).replace(" ", "_")}`, ...run.map((i) => days[i])];
      at.push(`${moment(days[run[run.length - 1]], 0.5).replace(" ", "_")}`);
      const around = [run[0], ...run, run[run.length - 1]];
      /** @param {"low" | "high"} edge */
      const side = (edge) => around.map((i, place) => `${at[place]},${/** @type {Usual} */ (norms[i])[edge]}`);
      return `M${[...side("high"), ...side("low").reverse()].join("L")}Z`;
    })
    .join("");
  return path
    ? [{ name: "norm", type: "path", path, fillcolor: colour, line: { width: 0 }, opacity, layer: "below" }]
    : [];
}
