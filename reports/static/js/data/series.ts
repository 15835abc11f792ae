/* Selects and names the lines of a chart: for login authorization one for each channel, or one for each SDK version.
   Their numbers are in spans.ts; charts.ts draws them. */

import { word } from "../choices/language.js";
import { chosenDimension, chosenSpan, figures, isolated, language, texts } from "../choices/state.js";
import type { Theme } from "../types/basics.js";
import type { SeriesPlace, Trace } from "../types/charts.js";
import { seriesValues } from "./figures.js";
import { known } from "./format.js";
import { TECHNICAL } from "./measures.js";

/** The looks of versions, in their order. */
const VERSION_LOOKS = () => Object.keys(texts.looks).filter((name) => name.startsWith("version_"));

export const versionName = (value: string): string => (value === "unknown" ? word(value) : value);

/** The versions that charts show: versions that a table of either window lists by name, the table of 30 days first. */
function shownVersions(): string[] {
  const listed = [...figures.versions[30], ...figures.versions[7]].map((row) => row.value);
  return [...new Set(listed.filter(known))].slice(0, VERSION_LOOKS().length);
}

/** The series of the shown versions for one field. A version has the same look in every chart. */
export const versionPlaces = (field: SeriesPlace["field"]): SeriesPlace[] =>
  shownVersions().map((series, i) => ({ group: "version", series, field, look: VERSION_LOOKS()[i] }));

/**
 * Whether a chart has lines for the present choice. By version only the technical success rate is stored; verification
 * results are stored only for apps without sign-in requests; latencies cannot be summed to months; the share of a
 * single channel is always 100 %.
 */
export function hasLines(name: string): boolean {
  if (name === "usage") return true;
  if (chosenDimension === "version" && !hasNoLogins()) return name === TECHNICAL;
  if (name.startsWith("latency")) return chosenSpan !== "months";
  if (name === "verification_result_rate") return hasNoLogins();
  return name !== "share" || figures?.present.length !== 1;
}

/** Whether the app has no sign-in request in the 90 days. Verification results by day are only stored for such apps. */
export const hasNoLogins = () =>
  Boolean(figures) && figures.key !== "*" && !figures.long.channels["*"].authorization_requests.some(Boolean);

/** The traces of a chart, without numbers: the traces of its shape, or one for each SDK version. */
function everyTrace(name: string, theme: Theme): Trace[] {
  const { charts, colours } = window.AUTHMETER_CHARTS;
  const { data } = charts[name][language][theme];
  const [{ meta }] = data;
  if (chosenDimension !== "version" || meta.group !== "trend") return data;
  return versionPlaces(meta.field).map((place) => {
    const color = colours[place.look][theme];
    const marker = { ...data[0].marker, color, symbol: texts.looks[place.look].marker };
    // Plotly parses tags in names, so a version's name is only shown outside of the drawing.
    return { ...data[0], name: place.look, line: { ...data[0].line, color }, marker, meta: place };
  });
}

/** Whether a series has any data, on any day or in any month. */
export function isPresent(meta: SeriesPlace): boolean {
  // If every request fails, the rate is zero, not absent.
  const requests: Partial<Record<SeriesPlace["group"], string>> = {
    trend: "authorization_requests",
    verification: "verification_requests",
  };
  const counted = { ...meta, field: requests[meta.group] || meta.field };
  if (meta.group === "version") return seriesValues(meta, figures.long).some(known);
  return [figures.long, figures.monthly].some((lists) => seriesValues(counted, lists).some(Boolean));
}

/** The traces that a chart shows: the isolated one if the chart has it, else all with data, else all. */
export function shownTraces(name: string, theme: Theme = "light"): Trace[] {
  const every = everyTrace(name, theme);
  const present = every.filter(({ meta }) => isPresent(meta));
  const shown = present.length ? present : every;
  const alone = shown.filter(({ meta }) => meta.look === isolated);
  return alone.length ? alone : shown;
}

/** The name that a chart draws at the end of a line. */
export function endName({ group, series, look }: SeriesPlace): string {
  return group === "version" ? versionName(series) : window.AUTHMETER_CHARTS.names[look][language];
}

/** The name of a line as the heading of its numbers. */
export const fullName = ({ name, meta }: Trace): string => (meta.group === "version" ? endName(meta) : name);
