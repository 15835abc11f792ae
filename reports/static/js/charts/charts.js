/* The charts: the page's numbers in the shapes of `charts/shapes.py`, drawn by Plotly.
   Each chart has a layer for each span. Those of both windows are drawn beforehand, so that the switch only shows the
   other layer (charts.css) instead of drawing anew; those of the longer look when they are asked for. Layers are drawn
   one per task, the chosen span first: the page takes input between them.
   Does not belong here: scales and what lies behind the lines (scales.js), what the pointer tells (readout.js). */

import { onDimension } from "../data/dimension.js";
import { known } from "../data/format.js";
import { _, onLanguage } from "../data/language.js";
import { channelsOf, holidaysAmong, marksOf } from "../data/marks.js";
import { endName, hasLines, shownTraces } from "../data/series.js";
import { heightsOf, normsOf, placesOf, previousOf } from "../data/spans.js";
import { chosenDimension, chosenSpan, language, texts } from "../data/state.js";
import { onFigures, onSpan } from "../data/windows.js";
import { all, around, element, loadScript, nextTask } from "../dom.js";
import { onTheme, theme as themeOfPage } from "../pages/theme.js";
import { chartDetails, drawChartTable, drawChartTables, drawLegends } from "./chart_tables.js";
import { drawEndLabels } from "./end_labels.js";
import { clearReadout, keepDrawn } from "./readout.js";
import { band, dayMarks, dayScale, gaps, ghost, holidayStrips, monthScale, scale } from "./scales.js";

/** @import { Layout, SpanKey, Trace, Value } from "../types.d.ts" */

/** @type {SpanKey[]} */
const LAYERS = ["7", "30"];

let printing = false;
let revision = 0;

/** @type {Promise<void> | null} */
let pendingCharts = null;

/** @type {Promise<unknown> | undefined} */
let library;

const theme = () => (printing ? "light" : themeOfPage());

// On paper a wide chart would be scaled down until its letters are too small to read.
const PAPER_WIDTHS = { whole: 720, half: 380 };

/**
 * @param {HTMLElement} place
 * @returns {number}
 */
function widthOf(place) {
  if (!printing) return place.clientWidth;
  return Math.min(place.clientWidth, place.closest(".wide") ? PAPER_WIDTHS.whole : PAPER_WIDTHS.half);
}

/**
 * @param {SpanKey} span
 * @returns {string}
 */
const stamp = (span) => [language, theme(), span, chosenDimension, revision].join(" ");

/**
 * A marker on every day of a month hides the lines: then only the days with a tick have one, by which the series are told
 * apart, and a day between two gaps, which has no line.
 * @param {Value[]} list
 * @param {string[]} days
 * @param {string[]} ticks
 * @param {number} size
 * @returns {number[]}
 */
function markerSizes(list, days, ticks, size) {
  /** @param {number} i */
  const isAlone = (i) => !known(list[i - 1]) && !known(list[i + 1]);
  return days.map((day, i) => (ticks.includes(day) || isAlone(i) ? size : 0));
}

/**
 * @param {Trace} trace
 * @param {boolean} isOpen
 * @returns {string}
 */
const symbolOf = ({ meta }, isOpen) => texts.looks[meta.look].marker + (isOpen ? "-open" : "");

/**
 * @param {HTMLElement} place
 * @param {SpanKey} span
 * @returns {HTMLElement}
 */
function layerOf(place, span) {
  const [found] = all(`[data-layer="${span}"]`, place);
  if (found) return found;
  // The figures stand in the table below; a reader by ear has no use for the parts of a drawing.
  const made = element("div", { className: "layer", "data-layer": span, "aria-hidden": "true" });
  place.append(made);
  return made;
}

// What the label of a tick takes, in pixels.
const TICK_WIDTH = 40;

/**
 * Puts the numbers of a span into the lines of a chart, and what is behind them into its layout.
 * @param {string} name
 * @param {SpanKey} span
 * @param {Trace[]} data
 * @param {Layout} layout
 */
function fill(name, span, data, layout) {
  const { units, backdrops, from_zero: fromZero } = window.AUTHMETER_CHARTS;
  const unit = units[name];
  const drawn = backdrops[theme()];
  const { x, missing, isByMonth } = placesOf(span);
  const { l: left, r: right } = layout.margin;
  const width = (layout.width || 0) - left - right;
  const most = Math.floor(width / TICK_WIDTH);
  const scaled = isByMonth ? monthScale(x, most) : dayScale(x, most);
  // Those of several lines lie over each other, and nobody can tell which is whose.
  const isAlone = data.length === 1;
  /** @type {object[]} */
  const behind = [];
  const values = data.flatMap((trace) => {
    const list = heightsOf(trace.meta, span);
    const before = isAlone ? previousOf(trace.meta, span) : [];
    const norms = isAlone ? normsOf(trace.meta, unit, span) : [];
    trace.x = x;
    trace.y = list;
    // Plotly takes markers of several sizes for bubbles, which it would draw pale and edged.
    const even = { opacity: 1, line: { width: 0 } };
    if (span === "30" || span === "90") {
      Object.assign(trace.marker, even, { size: markerSizes(list, x, scaled.tickvals, trace.marker.size) });
    }
    // A month that lacks days is open.
    if (isByMonth) trace.marker.symbol = list.map((_value, i) => symbolOf(trace, missing.includes(i)));
    const { color } = trace.marker;
    behind.push(...band(x, norms, color, drawn.norm), ...ghost(x, before, color, drawn.previous));
    return [...list, ...before, ...norms.flatMap((norm) => (norm ? [norm.low, norm.high] : []))];
  });
  Object.assign(layout.xaxis, scaled);
  Object.assign(layout.yaxis, scale(values, unit, fromZero.includes(name)));
  const marks = isByMonth ? [] : dayMarks(x, marksOf(x, channelsOf(data.map(({ meta }) => meta))), drawn, width);
  const strips = isByMonth ? [] : holidayStrips(holidaysAmong(x), drawn.holiday);
  layout.shapes = [...gaps(x, missing, drawn.gap, isByMonth), ...strips, ...behind, ...marks];
}

/**
 * @param {HTMLElement} place
 * @param {SpanKey} span
 */
function drawLayer(place, span) {
  const { chart: name = "" } = place.dataset;
  const layout = structuredClone(window.AUTHMETER_CHARTS.charts[name][language][theme()].layout);
  const data = structuredClone(shownTraces(name, theme()));
  const layer = layerOf(place, span);
  layout.width = widthOf(place);
  layout.height = place.clientHeight;
  fill(name, span, data, layout);
  // What the pointer tells is readout.js.
  window.Plotly.react(layer, data, layout, { staticPlot: true, displaylogo: false, showSendToCloud: false });
  const { l: left, r: right, t: top, b: bottom } = layout.margin;
  const [low, high] = /** @type {number[]} */ (layout.yaxis.range);
  const bounds = { left: layout.width - right, top, bottom: layout.height - bottom };
  /** @param {number} value */
  const height = (value) => bounds.bottom - ((value - low) / (high - low)) * (bounds.bottom - top);
  const labels = data.map(({ meta }) => endName(meta));
  drawEndLabels(layer, data, labels, height, bounds);
  keepDrawn(layer, {
    data,
    range: /** @type {string[]} */ (layout.xaxis.range),
    left,
    right: bounds.left,
    top,
    bottom: bounds.bottom,
  });
  sayEmpty(layer, data);
  // Paper has another width than the screen: with a view box the drawing follows its box (print.css).
  for (const image of all("svg.main-svg", layer)) image.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
  layer.dataset.drawn = stamp(span);
  layer.dataset.width = String(layout.width);
  showReady(place);
}

/**
 * An empty chart says why.
 * @param {HTMLElement} layer
 * @param {Trace[]} data
 */
function sayEmpty(layer, data) {
  for (const old of all(".chart-empty", layer)) old.remove();
  if (data.some(({ y }) => y?.some(known))) return;
  const isOfMonths = layer.dataset.layer === "months" && data[0]?.meta.group === "version";
  const why = isOfMonths ? _("SDK versions are kept for 30 days: choose these.") : _("no data");
  layer.append(element("p", { className: "chart-empty", textContent: why }));
}

/**
 * Says for tests and print that the shown layer is drawn.
 * @param {HTMLElement} place
 */
function showReady(place) {
  const isHidden = around(place, "figure").hidden;
  if (isHidden || layerOf(place, chosenSpan).dataset.drawn === stamp(chosenSpan))
    place.dataset.ready = [language, theme(), chosenSpan].join(" ");
  else delete place.dataset.ready;
}

/**
 * @param {HTMLElement} place
 * @param {SpanKey} span
 * @returns {boolean}
 */
function isStale(place, span) {
  const layer = layerOf(place, span);
  return layer.dataset.drawn !== stamp(span) || Number(layer.dataset.width) !== widthOf(place);
}

/** The charts that have lines in what is chosen. */
const shownCharts = () => all("[data-chart]").filter((place) => !around(place, "figure").hidden);

/** @returns {[HTMLElement, SpanKey] | null} */
function nextLayer() {
  const places = shownCharts();
  for (const span of [chosenSpan, ...LAYERS.filter((one) => one !== chosenSpan)]) {
    const place = places.find((one) => isStale(one, span));
    if (place) return [place, span];
  }
  return null;
}

async function drawPending() {
  const { plotly = "", charts = "" } = document.documentElement.dataset;
  library ??= Promise.all([loadScript(plotly), loadScript(charts)]);
  await library;
  drawLegends(drawAnew);
  await nextTask();
  for (let next = nextLayer(); next; next = nextLayer()) {
    if (next[1] !== chosenSpan) chartsShown();
    drawLayer(...next);
    await nextTask();
  }
  chartsShown();
  pendingCharts = null;
}

/** @type {() => void} */
let chartsShown;

/**
 * Resolves once the charts of the chosen span are there: what is less urgent waits for it.
 * @type {Promise<void>}
 */
export const whenChartsShown = new Promise((resolve) => {
  chartsShown = resolve;
});

/** Starts to draw what is not drawn yet; the page takes input meanwhile. */
export function drawCharts() {
  const places = all("[data-chart]");
  for (const place of places) {
    around(place, "figure").hidden = !hasLines(place.dataset.chart || "");
    showReady(place);
  }
  if (!places.length) chartsShown();
  else if (!pendingCharts) pendingCharts = drawPending();
}

/* Paper does not wait. */
function drawShownChartsNow() {
  if (!window.Plotly || !window.AUTHMETER_CHARTS) return;
  for (const place of shownCharts()) if (isStale(place, chosenSpan)) drawLayer(place, chosenSpan);
  for (const place of all("[data-chart]")) showReady(place);
}

/* Other numbers, or other series: every layer is drawn anew. */
function drawAnew() {
  revision += 1;
  clearReadout();
  drawLegends(drawAnew);
  drawCharts();
  drawChartTables();
}

/** Draws the charts with every change of figures, span, theme or width, and for paper. */
export function startCharts() {
  drawLegends(drawAnew);
  onLanguage(() => drawLegends(drawAnew));
  onFigures(drawAnew);
  onDimension(drawAnew);
  onSpan(() => {
    clearReadout();
    drawLegends(drawAnew);
    drawCharts();
    drawChartTables();
  });
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
