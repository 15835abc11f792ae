/* Writes the name of each line at its end, so that no legend is needed. The names are part of Plotly's drawing, so
   that they are printed with it. */

import { known } from "../data/format.js";
import { endName } from "../data/series.js";
import { drawing } from "../dom.js";
import type { Trace } from "../types/charts.js";
import { seriesKey } from "./sparkline.js";

const LINE = 14;
const ROOM = 4;

/** Heights as near as possible to the wanted ones, in the same order, at least a line apart and within the bounds. */
export function spread(wanted: number[], top: number, bottom: number): number[] {
  const order = wanted.map((_height, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const found: number[] = Array(wanted.length);
  let least = top;
  for (const i of order) {
    found[i] = Math.max(wanted[i], least);
    least = found[i] + LINE;
  }
  let most = bottom;
  for (const i of order.reverse()) {
    found[i] = Math.min(found[i], most);
    most = found[i] - LINE;
  }
  return found;
}

export function drawEndLabels(
  layer: HTMLElement,
  traces: Trace[],
  height: (value: number) => number,
  { left, top, bottom }: { left: number; top: number; bottom: number },
) {
  const image = Array.from(layer.querySelectorAll("svg.main-svg")).at(-1);
  if (!image) return;
  image.querySelector(".end-labels")?.remove();
  const ends = traces.flatMap((trace) => {
    const last = (trace.y || []).filter(known).at(-1);
    return known(last) ? [{ look: trace.meta.look, name: endName(trace.meta), wanted: height(last) }] : [];
  });
  const heights = spread(
    ends.map(({ wanted }) => wanted),
    top,
    bottom,
  );
  const labels = drawing("g", { class: "end-labels" });
  ends.forEach(({ look, name }, i) => {
    const key = seriesKey(look);
    const place = { x: left + ROOM, y: heights[i] - 5, width: 14, viewBox: "6 0 14 12" };
    for (const [attribute, value] of Object.entries(place)) key.setAttribute(attribute, String(value));
    const text = drawing("text", { x: left + ROOM + 17, y: heights[i] + 4 });
    text.textContent = name;
    labels.append(key, text);
  });
  image.append(labels);
}
