/* Shows the values under the pointer: all charts of the page mark the same day with a line, and a row at the bottom
   of the window shows the values; a click opens the day's page. Touch screens have no hover: a tap shows the day,
   and the row contains the link. */

import { _, filled, localAddress } from "../choices/language.js";
import { chosenSpan, root, site } from "../choices/state.js";
import { compact, dayLabel, known, milliseconds, share } from "../data/format.js";
import { channelsOf, marksOf } from "../data/marks.js";
import { endName } from "../data/series.js";
import { monthDays, notesFrom, placesOf, valuesOf } from "../data/spans.js";
import { all, around, element } from "../dom.js";
import { shownText } from "../tables/cell_text.js";
import type { Trace } from "../types/charts.js";
import { seriesKey } from "./sparkline.js";

/** Position of a layer's plot in pixels, and its content. */
interface Drawn {
  data: Trace[];
  range: string[];
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const drawnLayers = new WeakMap<HTMLElement, Drawn>();

/** Index of the day or month whose values are shown; -1 for none. */
let read = -1;

/** Registers the content of a drawn layer. */
export function keepDrawn(layer: HTMLElement, drawn: Drawn) {
  drawnLayers.set(layer, drawn);
}

function drawnOf(place: HTMLElement): Drawn | undefined {
  const [layer] = all(`[data-layer="${chosenSpan}"]`, place);
  return layer && drawnLayers.get(layer);
}

const instant = (moment: string) => Date.parse(`${moment.replace(" ", "T")}${moment.length > 10 ? "Z" : ""}`);

/** Position of a day or month along the plot, from 0 to 1. */
export function partOf({ range: [first, last] }: Drawn, day: string): number {
  return (instant(day) - instant(first)) / (instant(last) - instant(first));
}

/** Index of the day or month nearest to a position in the plot. */
export function nearest(drawn: Drawn, days: string[], part: number): number {
  const parts = days.map((day) => Math.abs(partOf(drawn, day) - part));
  return parts.indexOf(Math.min(...parts));
}

/** The page of a day; null if it has none. */
export function pageOfDay(day: string): string | null {
  const hasOne = site.first_page !== null && day >= site.first_page && day <= site.as_of;
  return hasOne ? localAddress(`${root}days/${day}.html`) : null;
}

/** The page of a day in the charts; months have none. */
export const dayPage = (day: string): string | null => (chosenSpan === "months" ? null : pageOfDay(day));

let row: HTMLElement | undefined;

function rowPlace() {
  if (!row) {
    row = element("div.readout", { "aria-hidden": "true", hidden: true });
    document.body.append(row);
  }
  return row;
}

/** Hides the values. */
export function clearReadout() {
  read = -1;
  if (row) row.hidden = true;
  for (const line of all(".crosshair")) line.hidden = true;
}

function placeLabel(place: number): string {
  const { x, isByMonth } = placesOf(chosenSpan);
  if (!isByMonth) return dayLabel(x[place]);
  const { days, withData } = monthDays(place);
  const name = x[place].slice(0, 7);
  return withData < days
    ? `${name} · ${filled(_("{count} of {days} days with data"), { count: withData, days })}`
    : name;
}

/** The values of one chart. A month shows its sums, as tables and files do, even if its line shows means. */
function chartValues(place: HTMLElement): HTMLElement | null {
  const drawn = drawnOf(place);
  if (!drawn) return null;
  const { units } = window.AUTHMETER_CHARTS;
  const format = { records: compact, share, ms: milliseconds }[units[place.dataset.chart || ""]];
  const title = around(place, "figure").querySelector("figcaption");
  return element(
    "div",
    element("b", title ? shownText(title) : ""),
    ...drawn.data.map(({ meta }) => {
      const value = valuesOf(meta, chosenSpan)[read];
      const said = known(value) ? format(value) : _("no data");
      return element("span", seriesKey(meta.look), element("span.series", endName(meta)), ` ${said}`);
    }),
  );
}

function drawRow(places: HTMLElement[]) {
  const day = placesOf(chosenSpan).x[read];
  const href = dayPage(day);
  const label = placeLabel(read);
  const notes = chosenSpan === "months" ? [] : notesFrom(day).filter((note) => note.day === day);
  const lines = places.flatMap((place) => drawnOf(place)?.data.map(({ meta }) => meta) ?? []);
  const marks = chosenSpan === "months" ? [] : marksOf([day], channelsOf(lines)).filter(({ kind }) => kind !== "note");
  rowPlace().replaceChildren(
    element(
      "p.of-day",
      href === null ? element("b", label) : element("a", { href, textContent: label, tabIndex: -1 }),
      ...marks.map(({ kind, label }) => element("span", { className: `mark ${kind}`, textContent: label })),
      ...notes.map(({ text }) => element("bdi", text)),
    ),
    ...places.map(chartValues).filter(known),
  );
  // With many charts each value has only its key: the names are at the ends of the lines.
  rowPlace().classList.toggle("brief", places.length > 2);
  rowPlace().hidden = false;
}

/** Draws the line on the day whose values are shown. */
function drawLine(place: HTMLElement) {
  const drawn = drawnOf(place);
  const [line = element("div.crosshair", { "aria-hidden": "true" })] = all(".crosshair", place);
  if (!line.parentNode) place.append(line);
  line.hidden = !drawn;
  if (!drawn) return;
  const { left, right, top, bottom } = drawn;
  const part = partOf(drawn, placesOf(chosenSpan).x[read]);
  line.style.setProperty("left", `${left + part * (right - left)}px`);
  line.style.setProperty("top", `${top}px`);
  line.style.setProperty("height", `${bottom - top}px`);
}

/** Puts the row at the bottom of the window, or at its top if it would cover the chart under the pointer. */
function putAside(place: HTMLElement) {
  const chart = place.getBoundingClientRect();
  const { height } = rowPlace().getBoundingClientRect();
  const overFoot = chart.bottom - (window.innerHeight - height);
  rowPlace().classList.toggle("above", overFoot > 0 && overFoot > height - chart.top);
}

function pointed(place: HTMLElement, event: PointerEvent) {
  const drawn = drawnOf(place);
  if (!drawn) return;
  const { left, right } = drawn;
  const part = (event.clientX - place.getBoundingClientRect().left - left) / (right - left);
  if (part < 0 || part > 1) return clearReadout();
  const found = nearest(drawn, placesOf(chosenSpan).x, part);
  if (found === read) return;
  read = found;
  const places = all("figure:not([hidden]) [data-chart]");
  for (const one of places) drawLine(one);
  // The values of the chart under the pointer come first.
  drawRow([place, ...places.filter((one) => one !== place)]);
  putAside(place);
  const href = dayPage(placesOf(chosenSpan).x[read]);
  for (const one of places) one.classList.toggle("leads", href !== null);
}

/** Starts showing the values of the same day for all charts. */
export function startReadout() {
  for (const place of all("[data-chart]")) {
    place.addEventListener("pointermove", (event) => pointed(place, event));
    place.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") clearReadout();
    });
    place.addEventListener("click", (event) => {
      if ((event as PointerEvent).pointerType === "touch") {
        pointed(place, event as PointerEvent);
        return;
      }
      const href = read < 0 ? null : dayPage(placesOf(chosenSpan).x[read]);
      if (href === null) return;
      if (event.ctrlKey || event.metaKey) window.open(href);
      else window.location.assign(href);
    });
  }
}
