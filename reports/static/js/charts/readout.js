/* What the pointer reads: all charts of the page at the same day. A line stands on that day in each of them, and one row at
   the foot of the window says the values; a click leads to the day's page.
   A finger has no hover: a tap shows the day, and the row's link leads there. */

import { compact, dayLabel, known, milliseconds, share } from "../data/format.js";
import { _, filled, localAddress } from "../data/language.js";
import { channelsOf, marksOf } from "../data/marks.js";
import { endName } from "../data/series.js";
import { monthDays, notesFrom, placesOf, valuesOf } from "../data/spans.js";
import { chosenSpan, root, site } from "../data/state.js";
import { all, around, element } from "../dom.js";
import { said } from "../tables/cell_text.js";
import { seriesKey } from "./sparkline.js";

/** @import { Trace } from "../types.d.ts" */

/**
 * Where a layer's plot lies in it, in pixels, and what it shows.
 * @typedef {{ data: Trace[], range: string[], left: number, right: number, top: number, bottom: number }} Drawn
 */

/** @type {WeakMap<HTMLElement, Drawn>} */
const drawnLayers = new WeakMap();

/** The place of the day or month that is read; -1 for none. */
let read = -1;

/**
 * Says what stands in a layer, for the pointer.
 * @param {HTMLElement} layer
 * @param {Drawn} drawn
 */
export function keepDrawn(layer, drawn) {
  drawnLayers.set(layer, drawn);
}

/**
 * @param {HTMLElement} place
 * @returns {Drawn | undefined}
 */
function drawnOf(place) {
  const [layer] = all(`[data-layer="${chosenSpan}"]`, place);
  return layer && drawnLayers.get(layer);
}

/** @param {string} moment */
const instant = (moment) => Date.parse(`${moment.replace(" ", "T")}${moment.length > 10 ? "Z" : ""}`);

/**
 * How far along the plot a day or month lies, from 0 to 1.
 * @param {Drawn} drawn
 * @param {string} day
 * @returns {number}
 */
export function partOf({ range: [first, last] }, day) {
  return (instant(day) - instant(first)) / (instant(last) - instant(first));
}

/**
 * The place of the day or month nearest to a part of the plot.
 * @param {Drawn} drawn
 * @param {string[]} days
 * @param {number} part
 * @returns {number}
 */
export function nearest(drawn, days, part) {
  const parts = days.map((day) => Math.abs(partOf(drawn, day) - part));
  return parts.indexOf(Math.min(...parts));
}

/**
 * The page of a day; null where it has none.
 * @param {string} day
 * @returns {string | null}
 */
export function pageOfDay(day) {
  const hasOne = site.first_page !== null && day >= site.first_page && day <= site.as_of;
  return hasOne ? localAddress(`${root}days/${day}.html`) : null;
}

/**
 * The page of what stands at a place of the charts: a month has none.
 * @param {string} day
 * @returns {string | null}
 */
export const dayPage = (day) => (chosenSpan === "months" ? null : pageOfDay(day));

/** @type {HTMLElement | undefined} */
let row;

function rowPlace() {
  if (!row) {
    row = element("div", { className: "readout", "aria-hidden": "true", hidden: true });
    document.body.append(row);
  }
  return row;
}

/** Nothing is read any more. */
export function clearReadout() {
  read = -1;
  if (row) row.hidden = true;
  for (const line of all(".crosshair")) line.hidden = true;
}

/**
 * @param {number} place
 * @returns {string}
 */
function placeLabel(place) {
  const { x, isByMonth } = placesOf(chosenSpan);
  if (!isByMonth) return dayLabel(x[place]);
  const { days, withData } = monthDays(place);
  const name = x[place].slice(0, 7);
  return withData < days
    ? `${name} · ${filled(_("{count} of {days} days with data"), { count: withData, days })}`
    : name;
}

/**
 * The values of one chart: of a month its sums, as in tables and files, whatever its line is drawn by.
 * @param {HTMLElement} place
 * @returns {HTMLElement | null}
 */
function chartValues(place) {
  const drawn = drawnOf(place);
  if (!drawn) return null;
  const { units } = window.AUTHMETER_CHARTS;
  const format = { records: compact, share, ms: milliseconds }[units[place.dataset.chart || ""]];
  const title = around(place, "figure").querySelector("figcaption");
  return element(
    "div",
    {},
    element("b", { textContent: title ? said(title) : "" }),
    ...drawn.data.map(({ meta }) => {
      const value = valuesOf(meta, chosenSpan)[read];
      const said = known(value) ? format(value) : _("no data");
      return element(
        "span",
        {},
        seriesKey(meta.look),
        element("span", { className: "series", textContent: endName(meta) }),
        ` ${said}`,
      );
    }),
  );
}

/** @param {HTMLElement[]} places */
function drawRow(places) {
  const day = placesOf(chosenSpan).x[read];
  const href = dayPage(day);
  const label = placeLabel(read);
  const notes = chosenSpan === "months" ? [] : notesFrom(day).filter((note) => note.day === day);
  const lines = places.flatMap((place) => drawnOf(place)?.data.map(({ meta }) => meta) ?? []);
  const marks = chosenSpan === "months" ? [] : marksOf([day], channelsOf(lines)).filter(({ kind }) => kind !== "note");
  rowPlace().replaceChildren(
    element(
      "p",
      { className: "of-day" },
      href === null ? element("b", { textContent: label }) : element("a", { href, textContent: label, tabIndex: -1 }),
      ...marks.map(({ kind, label }) => element("span", { className: `mark ${kind}`, textContent: label })),
      ...notes.map(({ text }) => element("bdi", { textContent: text })),
    ),
    ...places.map(chartValues).filter(known),
  );
  // Beside many charts each value has its key alone: the names stand at the ends of the lines.
  rowPlace().classList.toggle("brief", places.length > 2);
  rowPlace().hidden = false;
}

/**
 * The line on the day that is read.
 * @param {HTMLElement} place
 */
function drawLine(place) {
  const drawn = drawnOf(place);
  const [line = element("div", { className: "crosshair", "aria-hidden": "true" })] = all(".crosshair", place);
  if (!line.parentNode) place.append(line);
  line.hidden = !drawn;
  if (!drawn) return;
  const { left, right, top, bottom } = drawn;
  const part = partOf(drawn, placesOf(chosenSpan).x[read]);
  line.style.setProperty("left", `${left + part * (right - left)}px`);
  line.style.setProperty("top", `${top}px`);
  line.style.setProperty("height", `${bottom - top}px`);
}

/**
 * The row stands at the foot of the window, or at its head where it would lie on the chart that is read.
 * @param {HTMLElement} place
 */
function putAside(place) {
  const chart = place.getBoundingClientRect();
  const { height } = rowPlace().getBoundingClientRect();
  const overFoot = chart.bottom - (window.innerHeight - height);
  rowPlace().classList.toggle("above", overFoot > 0 && overFoot > height - chart.top);
}

/**
 * @param {HTMLElement} place
 * @param {PointerEvent} event
 */
function pointed(place, event) {
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
  // What is pointed at is read first.
  drawRow([place, ...places.filter((one) => one !== place)]);
  putAside(place);
  const href = dayPage(placesOf(chosenSpan).x[read]);
  for (const one of places) one.classList.toggle("leads", href !== null);
}

/** Makes all charts of the page read the same day. */
export function startReadout() {
  for (const place of all("[data-chart]")) {
    place.addEventListener("pointermove", (event) => pointed(place, event));
    place.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") clearReadout();
    });
    place.addEventListener("click", (event) => {
      if (/** @type {PointerEvent} */ (event).pointerType === "touch") {
        pointed(place, /** @type {PointerEvent} */ (event));
        return;
      }
      const href = read < 0 ? null : dayPage(placesOf(chosenSpan).x[read]);
      if (href === null) return;
      if (event.ctrlKey || event.metaKey) window.open(href);
      else window.location.assign(href);
    });
  }
}
