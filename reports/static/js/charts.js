/* The charts: the page's numbers in the shapes of `charts/shapes.py`, drawn by Plotly.
   Each chart has two layers, one a window, so that the switch only shows the other layer (charts.css) instead of
   drawing anew. Layers are drawn one per task, the chosen window first: the page takes input between them. */

import { chartDetails, drawChartTable, drawChartTables, drawLegends } from "./chart_tables.js";
import { all, element, loadScript, nextTask } from "./dom.js";
import { seriesValues } from "./figures.js";
import { known } from "./format.js";
import { _, onLanguage } from "./language.js";
import { dayScale, gaps, incidentMarks, scale } from "./scales.js";
import { chosenDays, figures, LANGUAGE_TAGS, language, site } from "./state.js";
import { onFigures, onWindow } from "./windows.js";

/** @import { Value } from "./types.d.ts" */

const LAYERS = [7, 30];

/** @type {MediaQueryList | undefined} */
let dark;
let printing = false;
let revision = 0;

/** @type {Promise<void> | null} */
let pendingCharts = null;

/** @type {Promise<void> | undefined} */
let library;

const theme = () => (dark?.matches && !printing ? "dark" : "light");

// Weekdays in the hovered date; Plotly itself knows English only.
function addChinese() {
  const days = ["日", "一", "二", "三", "四", "五", "六"].map((name) => `周${name}`);
  const months = Array.from({ length: 12 }, (_unused, i) => `${i + 1}月`);
  window.Plotly.register({
    moduleType: "locale",
    name: "zh-CN",
    dictionary: {},
    format: { days, shortDays: days, months, shortMonths: months, date: "%Y-%m-%d" },
  });
}

// On paper a wide chart would be scaled down until its letters are too small to read.
const PAPER_WIDTH = 720;

/**
 * @param {HTMLElement} place
 * @returns {number}
 */
const widthOf = (place) => (printing ? Math.min(place.clientWidth, PAPER_WIDTH) : place.clientWidth);

/**
 * @param {number} days
 * @returns {string}
 */
const stamp = (days) => [language, theme(), days, revision].join(" ");

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
 * @param {HTMLElement} place
 * @param {number} days
 * @returns {HTMLElement}
 */
function layerOf(place, days) {
  const [found] = all(`[data-layer="${days}"]`, place);
  if (found) return found;
  // The figures stand in the table below; a reader by ear has no use for the parts of a drawing.
  const made = element("div", { className: "layer", "data-layer": days, "aria-hidden": "true" });
  place.append(made);
  return made;
}

/**
 * @param {HTMLElement} place
 * @param {number} days
 */
function drawLayer(place, days) {
  const { charts, units, gap, incident } = window.AUTHMETER_CHARTS;
  const { chart: name = "" } = place.dataset;
  const { data, layout } = structuredClone(charts[name][language][theme()]);
  const shown = site.days.slice(-days);
  const scaled = dayScale(shown);
  const values = data.flatMap((trace) => {
    const list = seriesValues(trace.meta).slice(-days);
    trace.x = shown;
    trace.y = list;
    // Plotly takes markers of several sizes for bubbles, which it would draw pale and edged.
    const even = { opacity: 1, line: { width: 0 } };
    if (days > 7) {
      Object.assign(trace.marker, even, { size: markerSizes(list, shown, scaled.tickvals, trace.marker.size) });
    }
    return list;
  });
  Object.assign(layout.xaxis, scaled);
  Object.assign(layout.yaxis, scale(values, units[name], name === "share" || units[name] === "records"));
  layout.shapes = [
    ...gaps(shown, gap[theme()]),
    ...incidentMarks(shown, figures.incidents, incident[theme()], _("Incident")),
  ];
  const layer = layerOf(place, days);
  layout.width = widthOf(place);
  layout.height = place.clientHeight;
  const config = {
    displayModeBar: false,
    displaylogo: false,
    showSendToCloud: false,
    doubleClick: false,
    locale: LANGUAGE_TAGS[language],
  };
  window.Plotly.react(layer, data, layout, config);
  // Paper has another width than the screen: with a view box the drawing follows its box (print.css).
  for (const image of all("svg.main-svg", layer)) image.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
  layer.dataset.drawn = stamp(days);
  layer.dataset.width = String(layout.width);
  showReady(place);
}

/**
 * Says for tests and print that the shown layer is drawn.
 * @param {HTMLElement} place
 */
function showReady(place) {
  const layer = layerOf(place, chosenDays);
  if (layer.dataset.drawn === stamp(chosenDays)) place.dataset.ready = [language, theme(), chosenDays].join(" ");
  else delete place.dataset.ready;
}

/**
 * @param {HTMLElement} place
 * @param {number} days
 * @returns {boolean}
 */
function isStale(place, days) {
  const layer = layerOf(place, days);
  return layer.dataset.drawn !== stamp(days) || Number(layer.dataset.width) !== widthOf(place);
}

/** @returns {[HTMLElement, number] | null} */
function nextLayer() {
  const places = all("[data-chart]");
  for (const days of [chosenDays, ...LAYERS.filter((one) => one !== chosenDays)]) {
    const place = places.find((one) => isStale(one, days));
    if (place) return [place, days];
  }
  return null;
}

async function drawPending() {
  const { plotly = "", charts = "" } = document.documentElement.dataset;
  library ??= Promise.all([loadScript(plotly), loadScript(charts)]).then(addChinese);
  await library;
  await nextTask();
  for (let next = nextLayer(); next; next = nextLayer()) {
    if (next[1] !== chosenDays) chartsShown();
    drawLayer(...next);
    await nextTask();
  }
  chartsShown();
  pendingCharts = null;
}

/** @type {() => void} */
let chartsShown;

/**
 * Resolves once the charts of the chosen window are there: what is less urgent waits for it.
 * @type {Promise<void>}
 */
export const whenChartsShown = new Promise((resolve) => {
  chartsShown = resolve;
});

/** Starts to draw what is not drawn yet; the page takes input meanwhile. */
export function drawCharts() {
  const places = all("[data-chart]");
  for (const place of places) showReady(place);
  if (!places.length) chartsShown();
  else if (!pendingCharts) pendingCharts = drawPending();
}

/* Paper does not wait. */
function drawShownChartsNow() {
  if (!window.Plotly || !window.AUTHMETER_CHARTS) return;
  for (const place of all("[data-chart]")) if (isStale(place, chosenDays)) drawLayer(place, chosenDays);
}

/** Draws the charts with every change of figures, window, theme or width, and for paper. */
export function startCharts() {
  dark = window.matchMedia("(prefers-color-scheme: dark)");
  onLanguage(drawLegends);
  drawLegends();
  onFigures(() => {
    revision += 1;
    drawCharts();
    drawChartTables();
  });
  onWindow(() => {
    drawCharts();
    drawChartTables();
  });
  for (const details of chartDetails()) details.addEventListener("toggle", () => drawChartTable(details));
  dark.addEventListener("change", drawCharts);
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
