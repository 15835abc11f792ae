/* Which lines a chart draws, and what they are called: of login authorization one for each channel, or one for each SDK
   version. Does not belong here: their numbers (spans.js), how they are drawn (charts.js). */

import { seriesValues } from "./figures.js";
import { known } from "./format.js";
import { word } from "./language.js";
import { TECHNICAL } from "./measures.js";
import { chosenDimension, chosenSpan, figures, isolated, language, texts } from "./state.js";

/** @import { SeriesPlace, Theme, Trace } from "../types.d.ts" */

/** The looks of versions, in their order. */
const VERSION_LOOKS = () => Object.keys(texts.looks).filter((name) => name.startsWith("version_"));

/**
 * @param {string} value
 * @returns {string}
 */
export const versionName = (value) => (value === "unknown" ? word(value) : value);

/**
 * The versions that charts show: those that a table lists by name, of both windows, those of 30 days first.
 * @returns {string[]}
 */
function shownVersions() {
  const listed = [...figures.versions[30], ...figures.versions[7]].map((row) => row.value);
  return [...new Set(listed.filter(known))].slice(0, VERSION_LOOKS().length);
}

/**
 * What stands for a version in a legend, whose key is the same in every chart.
 * @param {SeriesPlace["field"]} field
 * @returns {SeriesPlace[]}
 */
export const versionPlaces = (field) =>
  shownVersions().map((series, i) => ({ group: "version", series, field, look: VERSION_LOOKS()[i] }));

/**
 * Whether a chart has something to tell in what is chosen: of versions the technical success rate alone is kept, results of
 * an app alone that nobody signs in by; latencies do not add up to months, and one channel alone is all of them.
 * @param {string} name
 * @returns {boolean}
 */
export function hasLines(name) {
  if (name === "usage") return true;
  if (chosenDimension === "version" && !hasNoLogins()) return name === TECHNICAL;
  if (name.startsWith("latency")) return chosenSpan !== "months";
  if (name === "verification_result_rate") return hasNoLogins();
  return name !== "share" || figures?.present.length !== 1;
}

/** Whether nobody signed in by the app in the 90 days: of other apps, and of all together, the results of verification by day are not kept. */
export const hasNoLogins = () =>
  Boolean(figures) && figures.key !== "*" && !figures.long.channels["*"].authorization_requests.some(Boolean);

/**
 * The traces of a chart, without numbers: those of its shape, or of login authorization by version one for each.
 * @param {string} name
 * @param {Theme} theme
 * @returns {Trace[]}
 */
function everyTrace(name, theme) {
  const { charts, colours } = window.AUTHMETER_CHARTS;
  const { data } = charts[name][language][theme];
  const [{ meta }] = data;
  if (chosenDimension !== "version" || meta.group !== "trend") return data;
  return versionPlaces(meta.field).map((place) => {
    const color = colours[place.look][theme];
    const marker = { ...data[0].marker, color, symbol: texts.looks[place.look].marker };
    // Plotly reads tags in a name: a version's stands beside the drawing only.
    return { ...data[0], name: place.look, line: { ...data[0].line, color }, marker, meta: place };
  });
}

/**
 * Whether what is shown has a series at all, on any day or in any month.
 * @param {SeriesPlace} meta
 * @returns {boolean}
 */
export function isPresent(meta) {
  // Where every request fails, the rate is zero, and there.
  /** @type {Partial<Record<SeriesPlace["group"], string>>} */
  const requests = {
    trend: "authorization_requests",
    verification: "verification_requests",
  };
  const counted = { ...meta, field: requests[meta.group] || meta.field };
  if (meta.group === "version") return seriesValues(meta, figures.long).some(known);
  return [figures.long, figures.monthly].some((lists) => seriesValues(counted, lists).some(Boolean));
}

/**
 * The traces that a chart shows: those that are there, and of these the one that is isolated, where the chart has it.
 * @param {string} name
 * @param {Theme} [theme]
 * @returns {Trace[]}
 */
export function shownTraces(name, theme = "light") {
  const every = everyTrace(name, theme);
  const present = every.filter(({ meta }) => isPresent(meta));
  const shown = present.length ? present : every;
  const alone = shown.filter(({ meta }) => meta.look === isolated);
  return alone.length ? alone : shown;
}

/**
 * What a line is called at its end.
 * @param {SeriesPlace} meta
 * @returns {string}
 */
export function endName({ group, series, look }) {
  return group === "version" ? versionName(series) : window.AUTHMETER_CHARTS.names[look][language];
}

/**
 * What a line is called as the heading of its numbers.
 * @param {Trace} trace
 * @returns {string}
 */
export const fullName = ({ name, meta }) => (meta.group === "version" ? endName(meta) : name);
