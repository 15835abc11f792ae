/* The charts: the page's numbers in the shapes of `charts/shapes.py`, drawn by Plotly.
   Each chart has a layer for each span. The layers of both windows are drawn in advance, so that the switch only shows
   the other layer (charts.css) without drawing; the layers of longer spans are drawn when they are chosen. Layers are
   drawn one per task, the chosen span first: the page handles input between them.
   filled_chart.ts puts the numbers into the shapes; readout.ts shows the values under the pointer. */

import { onDimension } from "../choices/dimension.js";
import { _, inLanguage } from "../choices/language.js";
import { onLine } from "../choices/line.js";
import { chosenDimension, chosenSpan, language } from "../choices/state.js";
import { onFigures, onSpan } from "../choices/windows.js";
import { onTheme, theme as themeOfPage } from "../controls/theme.js";
import { known } from "../data/format.js";
import { hasLines } from "../data/series.js";
import { all, around, element, loadScript, nextTask } from "../dom.js";
import type { SpanKey } from "../types/basics.js";
import type { Trace } from "../types/charts.js";
import { chartDetails, drawChartTable, drawChartTables, drawLegends } from "./chart_tables.js";
import { drawEndLabels } from "./end_labels.js";
import { filledChart } from "./filled_chart.js";
import { clearReadout, keepDrawn } from "./readout.js";

const LAYERS: SpanKey[] = ["7", "30"];

let printing = false;
let revision = 0;
let pendingCharts: Promise<void> | null = null;

const theme = () => (printing ? "light" : themeOfPage());

// On paper a wide chart would be scaled down until its text is too small to read.
const PAPER_WIDTHS = { whole: 720, half: 380 };

function widthOf(place: HTMLElement): number {
  if (!printing) return place.clientWidth;
  return Math.min(place.clientWidth, place.closest(".wide") ? PAPER_WIDTHS.whole : PAPER_WIDTHS.half);
}

/** Identifies all that a layer's drawing depends on, except the width. */
const stamp = (span: SpanKey): string => [language, theme(), span, chosenDimension, revision].join(" ");

/** The layer of a chart for a span; made if there is none yet. */
function layerOf(place: HTMLElement, span: SpanKey): HTMLElement {
  const [found] = all(`[data-layer="${span}"]`, place);
  if (found) return found;
  // Hidden from screen readers: the table below has the figures.
  const made = element("div.layer", { "data-layer": span, "aria-hidden": "true" });
  place.append(made);
  return made;
}

/** Draws a chart over a span, into the layer of that span. */
function drawLayer(place: HTMLElement, span: SpanKey) {
  const { chart: name = "" } = place.dataset;
  const layer = layerOf(place, span);
  const size = { width: widthOf(place), height: place.clientHeight };
  const { data, layout } = filledChart(name, span, theme(), size);
  // No Plotly events: readout.ts handles the pointer.
  window.Plotly.react(layer, data, layout, { staticPlot: true, displaylogo: false, showSendToCloud: false });
  const { l: left, r: right, t: top, b: bottom } = layout.margin;
  const [low, high] = layout.yaxis.range as number[];
  const bounds = { left: layout.width - right, top, bottom: layout.height - bottom };
  const height = (value: number) => bounds.bottom - ((value - low) / (high - low)) * (bounds.bottom - top);
  drawEndLabels(layer, data, height, bounds);
  keepDrawn(layer, {
    data,
    range: layout.xaxis.range as string[],
    left,
    right: bounds.left,
    top,
    bottom: bounds.bottom,
  });
  sayEmpty(layer, data);
  // Paper has another width than the screen: with a view box the drawing is scaled to its box (print.css).
  for (const image of all("svg.main-svg", layer)) image.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
  layer.dataset.drawn = stamp(span);
  layer.dataset.width = String(layout.width);
  showReady(place);
}

/** Shows a text in an empty chart. */
function sayEmpty(layer: HTMLElement, data: Trace[]) {
  if (data.some(({ y }) => y?.some(known))) return sayInChart(layer, "");
  const isOfMonths = layer.dataset.layer === "months" && data[0]?.meta.group === "version";
  sayInChart(layer, isOfMonths ? _("SDK versions are kept for 30 days: choose these.") : _("no data"));
}

/** Shows a text in place of the lines of a chart; none if it is empty. */
function sayInChart(layer: HTMLElement, text: string) {
  for (const old of all(".chart-empty", layer)) old.remove();
  if (text) layer.append(element("p.chart-empty", text));
}

/** Marks the chart as ready, for tests and print, once the shown layer is drawn. */
function showReady(place: HTMLElement) {
  const isHidden = around(place, "figure").hidden;
  if (isHidden || layerOf(place, chosenSpan).dataset.drawn === stamp(chosenSpan))
    place.dataset.ready = [language, theme(), chosenSpan].join(" ");
  else delete place.dataset.ready;
}

/** Whether a chart's layer for a span must be drawn, or drawn again. */
function isStale(place: HTMLElement, span: SpanKey): boolean {
  const layer = layerOf(place, span);
  return layer.dataset.drawn !== stamp(span) || Number(layer.dataset.width) !== widthOf(place);
}

/** The charts that have lines for the present choice. */
const shownCharts = () => all("[data-chart]").filter((place) => !around(place, "figure").hidden);

/** The next layer to draw, as chart and span; null if all are drawn. */
function nextLayer(): [HTMLElement, SpanKey] | null {
  const places = shownCharts();
  for (const span of [chosenSpan, ...LAYERS.filter((one) => one !== chosenSpan)]) {
    const place = places.find((one) => isStale(one, span));
    if (place) return [place, span];
  }
  return null;
}

async function drawPending() {
  const { plotly = "", charts = "" } = document.documentElement.dataset;
  try {
    await Promise.all([loadScript(plotly), loadScript(charts)]);
  } catch {
    // The next change tries again; lists and other figures do not depend on the charts.
    pendingCharts = null;
    for (const place of shownCharts()) {
      sayInChart(layerOf(place, chosenSpan), _("The charts could not be loaded."));
    }
    chartsShown();
    return;
  }
  drawLegends();
  await nextTask();
  for (let next = nextLayer(); next; next = nextLayer()) {
    if (next[1] !== chosenSpan) chartsShown();
    drawLayer(...next);
    await nextTask();
  }
  chartsShown();
  pendingCharts = null;
}

let chartsShown: () => void;

/** Resolves once the charts of the chosen span are drawn; less urgent work waits for it. */
export const whenChartsShown: Promise<void> = new Promise((resolve) => {
  chartsShown = resolve;
});

/** Draws all layers that are missing or outdated, one per task, so that the page handles input between them. */
export function drawCharts() {
  const places = all("[data-chart]");
  for (const place of places) {
    around(place, "figure").hidden = !hasLines(place.dataset.chart || "");
    showReady(place);
  }
  if (!places.length) chartsShown();
  else if (!pendingCharts) pendingCharts = drawPending();
}

/** Draws the layers of the chosen span at once, because printing does not wait. */
function drawShownChartsNow() {
  if (!window.Plotly || !window.AUTHMETER_CHARTS) return;
  for (const place of shownCharts()) if (isStale(place, chosenSpan)) drawLayer(place, chosenSpan);
  for (const place of all("[data-chart]")) showReady(place);
}

/** Draws what the charts show now. */
function redraw() {
  clearReadout();
  drawLegends();
  drawCharts();
  drawChartTables();
}

/** Redraws every layer, after a change of numbers or series. */
function drawAnew() {
  revision += 1;
  redraw();
}

/** Draws the charts after every change of figures, span, theme or width, and for print. */
export function startCharts() {
  inLanguage(drawLegends);
  onFigures(drawAnew);
  onDimension(drawAnew);
  onLine(drawAnew);
  onSpan(redraw);
  for (const details of chartDetails()) details.addEventListener("toggle", () => drawChartTable(details));
  onTheme(drawCharts);
  let waiting = 0;
  window.addEventListener("resize", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(drawCharts, 150);
  });
  window.addEventListener("beforeprint", () => {
    printing = true;
    drawShownChartsNow();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    drawCharts();
  });
}
