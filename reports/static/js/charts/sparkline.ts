/* Small SVG drawings: the course of 30 days next to a figure, and the key of a series in a legend. They are
   decorative and hidden from screen readers: the page shows the figures as text beside them. */

import { site, texts } from "../choices/state.js";
import { known } from "../data/format.js";
import { drawing } from "../dom.js";
import type { Value } from "../types/basics.js";

/** The levels in a string of base-36 digits, as the list of apps stores them: one for each day, "." without data. */
function levelsOf(text: string): Value[] {
  return Array.from(text, (digit) => (digit === "." ? null : parseInt(digit, 36)));
}

/**
 * A line over days with a dot on the last one; it breaks on days without data. The last `lit` days are drawn in full
 * strength. `levels` are numbers and nulls, or a string of levels; `range` is the scale if several lines share one.
 */
export function sparkline(
  levels: Value[] | string,
  {
    width = 96,
    height = 22,
    lit = site.days.length,
    range,
  }: { width?: number; height?: number; lit?: number; range?: [number, number] } = {},
): SVGElement {
  const values = typeof levels === "string" ? levelsOf(levels) : levels;
  const found = drawing("svg", {
    class: "sparkline",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "aria-hidden": "true",
    focusable: "false",
  });
  const top = range ? range[1] : Math.max(0, ...values.filter(known)) || 1;
  const least = range ? range[0] : Math.min(top, ...values.filter(known));
  // Values far above zero would be a flat line: the axis then begins below the lowest value.
  const floor = Math.max(0, least - (top - least) * 0.6);
  const x = (i: number) => (2 + (i * (width - 5)) / Math.max(1, values.length - 1)).toFixed(1);
  const y = (value: number) => (height - 2.5 - ((value - floor) / (top - floor || 1)) * (height - 5)).toFixed(1);
  const start = values.length - lit;
  const runs = (first: number, last: number) => {
    let path = "";
    for (let i = Math.max(0, first); i <= last; i++) {
      const value = values[i];
      if (!known(value)) continue;
      const begins = i === Math.max(0, first) || !known(values[i - 1]);
      // A day between two gaps is a dot: a line of no length with round ends.
      path += `${(begins ? "M" : "L") + x(i)} ${y(value)}${begins ? "h0" : ""}`;
    }
    return path;
  };
  if (start > 0) found.append(drawing("path", { class: "past", d: runs(0, start) }));
  found.append(drawing("path", { class: "lit", d: runs(start, values.length - 1) }));
  const last = values.length - 1;
  const newest = values[last];
  if (known(newest)) found.append(drawing("circle", { cx: x(last), cy: y(newest), r: 2.2 }));
  return found;
}

const MARKERS: Record<string, ["circle" | "rect" | "path", Record<string, string | number>]> = {
  circle: ["circle", { cx: 13, cy: 6, r: 3.2 }],
  square: ["rect", { x: 10, y: 3, width: 6, height: 6 }],
  diamond: ["path", { d: "M13 2l4 4-4 4-4-4z" }],
  "triangle-up": ["path", { d: "M13 2l4 7h-8z" }],
  x: ["path", { d: "M10 3l6 6M16 3l-6 6", class: "cross" }],
  cross: ["path", { d: "M13 2v8M9 6h8", class: "cross" }],
};

/** The marker of a series, as its charts draw it. */
export function seriesMarker(name: string): SVGElement {
  const [shape, attributes] = MARKERS[texts.looks[name].marker];
  return drawing(shape, attributes);
}

/** The line and marker of a series, as its charts draw it. */
export function seriesKey(name: string): SVGElement {
  return drawing(
    "svg",
    {
      class: `key look-${name}`,
      width: 26,
      height: 12,
      viewBox: "0 0 26 12",
      "aria-hidden": "true",
      focusable: "false",
    },
    drawing("path", { d: "M0 6h26" }),
    seriesMarker(name),
  );
}
