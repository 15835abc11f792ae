/* The switch between the last 7 and the last 30 days, one for the whole page, and the figures that the page shows.
   A choice is kept in the address and in the browser. Charts of both windows are drawn beforehand (charts.js), so the
   switch shows the other layer and redraws small tables only. */

import { all, asked, element, keepInAddress, remember, remembered } from "./dom.js";
import { completedFigures } from "./figures.js";
import { dayLabel, dayRange } from "./format.js";
import { _, carryChoices, filled, onLanguage } from "./language.js";
import { chosenDays, figures, setChosenDays, setShown, site } from "./state.js";

/** @import { RawFigures } from "./types.d.ts" */

/** @type {(() => void)[]} */
const windowListeners = [];

/** @type {(() => void)[]} */
const figureListeners = [];

/**
 * `listener` runs after each switch of the window.
 * @param {() => void} listener
 */
export function onWindow(listener) {
  windowListeners.push(listener);
}

/**
 * `listener` draws figures: it runs at the start, and again with every change of figures or language.
 * @param {() => void} listener
 */
export function onFigures(listener) {
  figureListeners.push(listener);
}

function drawFigures() {
  if (figures) for (const listener of figureListeners) listener();
}

/**
 * Shows other figures on this page, raw as their file has them: of an app that was picked, or of all together.
 * @param {RawFigures} raw
 */
export function setFigures(raw) {
  setShown(completedFigures(raw));
  drawFigures();
}

/* Before anything is painted: the window that the address or an earlier visit asks for. */
export function recallWindow() {
  const wanted = [asked("days"), remembered("days")].find((one) => one === "7" || one === "30");
  setChosenDays(Number(wanted || site.days.length));
}

/** Marks the page and the buttons with the window. */
export function showWindow() {
  document.documentElement.dataset.days = String(chosenDays);
  for (const button of all("[data-days-button]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.daysButton) === chosenDays));
  }
}

/**
 * Switches the whole page to the last `days` days.
 * @param {number} days
 */
export function chooseWindow(days) {
  if (days === chosenDays) return;
  setChosenDays(days);
  showWindow();
  // A page without figures has nothing to draw; the choice is kept for the next one.
  if (figures) for (const listener of windowListeners) listener();
  remember("days", String(days));
  keepInAddress("days", String(days));
  carryChoices();
}

/**
 * What a mark in the charts means.
 * @param {string} className
 * @param {string} text
 * @param {string[]} days
 * @returns {HTMLElement}
 */
function key(className, text, days) {
  const listed = days.slice(0, 3).join(", ") + (days.length > 3 ? " …" : "");
  return element("span", { className, textContent: filled(text, { days: listed }) });
}

/* The days of the window, which of them lack data, and on which incidents began: a gap or a mark is explained beside the
   charts that show it. */
function drawSpans() {
  const first = site.days.length - chosenDays;
  const missing = site.missing.filter((place) => place >= first).map((place) => dayLabel(site.days[place]));
  const incidents = (figures?.incidents || []).filter((day) => day >= site.days[first]).map(dayLabel);
  const keys = () => [
    ...(missing.length ? [key("gap-key", _("No data on {days}: a gap, not zero"), missing)] : []),
    ...(incidents.length ? [key("incident-key", _("Incident began on {days}"), incidents)] : []),
  ];
  for (const place of all("[data-span]")) {
    place.replaceChildren(
      dayRange(site.days[first], site.days[site.days.length - 1]),
      ...(place.dataset.span === "gaps" ? keys() : []),
    );
  }
}

/** Makes the buttons of the windows work. */
export function startWindows() {
  for (const button of all("[data-days-button]")) {
    button.addEventListener("click", () => chooseWindow(Number(button.dataset.daysButton)));
  }
  showWindow();
  onWindow(drawSpans);
  onFigures(drawSpans);
  onLanguage(drawSpans);
  onLanguage(drawFigures);
  drawSpans();
}
