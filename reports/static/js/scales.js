/* The scales of the charts, which hang on the numbers, the language and the missing days.
   Does not belong here: what a chart looks like (charts.py), when it is drawn (charts.js). */

import { compact, known, weekday } from "./format.js";
import { site } from "./state.js";

const DAY = 864e5;
const moment = (day, shift = 0) => new Date(Date.parse(day) + shift * DAY).toISOString().slice(0, 16).replace("T", " ");

/* Even steps over the values: a count starts at zero; a rate or a latency shows its own range, or its changes would not be
   seen. A latency's range is at least a third of its height: noise of a few milliseconds is to look like noise. */
export function scale(values, unit, fromZero) {
  const found = values.filter(known);
  let low = fromZero || !found.length ? 0 : Math.min(...found);
  let high = found.length ? Math.max(...found) : 1;
  const least = { share: 0.04, ms: Math.max(4, high / 3) }[unit] || 4;
  if (high - low < least) {
    low = fromZero ? 0 : Math.max(0, (high + low - least) / 2);
    high = unit === "share" ? Math.min(1, low + least) : low + least;
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.99);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_unused, i) => (first + i) * step);
  const decimals = Math.abs(step * 100 - Math.round(step * 100)) > 1e-9 ? 1 : 0;
  const label = unit === "share" ? (tick) => `${(tick * 100).toFixed(decimals)}%` : compact;
  const room = (ticks.at(-1) - ticks[0]) * 0.04;
  return { tickvals: ticks, ticktext: ticks.map(label), range: [ticks[0] - room, ticks.at(-1) + room] };
}

// Ticks stand on the weekday of the data day, so that a week reads as a week.
export function dayScale(days) {
  const every = days.length > 7 ? 7 : 1;
  const ticks = days.filter((_day, i) => (days.length - 1 - i) % every === 0);
  return {
    tickvals: ticks,
    ticktext: ticks.map((day) => `${day.slice(5)}<br>${weekday(day)}`),
    range: [moment(days[0], -0.5), moment(days.at(-1), 0.5)],
  };
}

// A missing day is shaded over its whole width, so that a gap is not taken for a line's end.
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
