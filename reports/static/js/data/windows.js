/* The switch of a page: the last 7 or 30 days, or the longer look of its charts, beside which the tables stay with 30; and the
   figures that the page shows. A choice is kept in the address, the window in the browser, too. Charts of both windows are
   drawn beforehand (charts.js), so the switch shows the other layer and redraws small tables only. */

import { all, isPhone, remember, remembered } from "../dom.js";
import { asked, keepInAddress, onBack } from "./address.js";
import { change } from "./changes.js";
import { baseLabel, coverageNote, dayRange, periodLabel } from "./format.js";
import { _, carryChoices, onLanguage } from "./language.js";
import { placesOf, SPANS } from "./spans.js";
import {
  chosenDays,
  chosenSpan,
  figures,
  setChosenApp,
  setChosenDays,
  setChosenSpan,
  setShown,
  site,
  windowKey,
} from "./state.js";
import { checkAddress } from "./unmet.js";

/** @import { Figures, PeriodKey, SpanKey } from "../types.d.ts" */

const windowChange = change();
/** After each switch of the window. */
export const onWindow = windowChange.on;

const spanChange = change();
/** After each change of what the charts show. */
export const onSpan = spanChange.on;

const figuresChange = change();
/** At the start, and again with every change of figures or language. */
export const onFigures = figuresChange.on;

function drawFigures() {
  if (figures) figuresChange.tell();
}

/**
 * Shows other figures on this page: of an app that was picked, or of all together.
 * @param {Figures} shown
 */
export function setFigures(shown) {
  setShown(shown);
  drawFigures();
}

/**
 * The windows that cards show: on a phone nothing lies behind the switch.
 * @returns {PeriodKey[]}
 */
export const cardWindows = () => (isPhone() ? ["7", "30"] : [windowKey()]);

/**
 * @param {string | null} value
 * @returns {value is SpanKey}
 */
const isSpan = (value) => SPANS.some((one) => one === value);

/**
 * The longer look that the address asks for.
 * @returns {SpanKey | null}
 */
function askedSpan() {
  const span = asked("span");
  return isSpan(span) ? span : null;
}

/**
 * The window of the tables beside a span of the charts.
 * @param {SpanKey} span
 */
const daysOf = (span) => (span === "7" ? 7 : 30);

/* Before anything is painted: the window that the address or an earlier visit asks for, and the longer look of the address. */
export function recallWindow() {
  const wanted = [asked("days"), remembered("days")].find((one) => one === "7" || one === "30");
  setChosenDays(Number(wanted || site.days.length));
  setChosenSpan(askedSpan() || windowKey());
  setChosenDays(daysOf(chosenSpan));
  setChosenApp(asked("app") || "");
}

/** Marks the page and the buttons with the window and the span of the charts. */
export function showWindow() {
  document.documentElement.dataset.days = String(chosenDays);
  document.documentElement.dataset.chartSpan = chosenSpan;
  for (const button of all("[data-days-button]")) {
    button.setAttribute("aria-pressed", String(button.dataset.daysButton === chosenSpan));
  }
  for (const button of all("[data-span-button]")) {
    button.setAttribute("aria-pressed", String(button.dataset.spanButton === chosenSpan));
  }
}

/**
 * Shows a window and a span of the charts.
 * @param {number} days
 * @param {SpanKey} span
 */
function show(days, span) {
  const [isOtherWindow, isOtherSpan] = [days !== chosenDays, span !== chosenSpan];
  setChosenDays(days);
  setChosenSpan(span);
  showWindow();
  // A page without figures has nothing to draw; the choice is kept for the next one.
  if (figures && isOtherWindow) windowChange.tell();
  if (figures && isOtherSpan) spanChange.tell();
  carryChoices();
}

/**
 * Switches the whole page to the last 7 or 30 days, or its charts to a longer look.
 * @param {SpanKey} span
 */
export function chooseSpan(span) {
  if (span === chosenSpan) return;
  const days = daysOf(span);
  // What was shown without being asked for is to be there again after Back.
  keepInAddress({ days: String(chosenDays) }, true);
  keepInAddress({ days: String(days), span: span === String(days) ? "" : span });
  remember("days", String(days));
  show(days, span);
}

/**
 * Switches the whole page to the last `days` days.
 * @param {number} days
 */
export function chooseWindow(days) {
  chooseSpan(days === 7 ? "7" : "30");
}

/* The days of the window with how many of them are compared, which the tables below then need not say in each column; or
   the days of the charts. */
function drawSpans() {
  const { x, isByMonth } = placesOf(chosenSpan);
  const ofWindow = dayRange(site.days[site.days.length - chosenDays], site.days[site.days.length - 1]);
  const ofCharts = isByMonth ? `${x[0].slice(0, 7)} – ${x[x.length - 1].slice(0, 7)}` : dayRange(x[0], x[x.length - 1]);
  const compared = coverageNote(windowKey());
  for (const place of all("[data-span]")) {
    const isOfCharts = place.dataset.span === "charts";
    place.replaceChildren(isOfCharts ? ofCharts : `${ofWindow} · ${compared}`);
  }
  const ofCards = cardWindows().map((key) =>
    isPhone() ? `${baseLabel(key)} · ${coverageNote(key)}` : coverageNote(key),
  );
  for (const place of all("[data-coverage]")) place.replaceChildren(figures ? ofCards.join(" | ") : "");
}

/** Makes the buttons of the windows work. */
export function startWindows() {
  for (const button of all("[data-days-button]")) {
    button.addEventListener("click", () => chooseWindow(Number(button.dataset.daysButton)));
    // In English the button shows the number alone.
    const name = () =>
      button.setAttribute("aria-label", button.dataset.daysButton === "7" ? _("7 days") : _("30 days"));
    onLanguage(name);
    name();
  }
  for (const button of all("[data-span-button]")) {
    const { spanButton: offered = "" } = button.dataset;
    if (isSpan(offered)) button.addEventListener("click", () => chooseSpan(offered));
  }
  onBack(() => {
    const days = asked("days") === "7" ? 7 : asked("days") === "30" ? 30 : chosenDays;
    const span = askedSpan() || (days === 7 ? "7" : "30");
    show(daysOf(span), span);
  });
  if (all("[data-days-button]").length) {
    checkAddress(["days"], () => (["7", "30"].includes(asked("days") || "7") ? null : periodLabel(windowKey())));
    checkAddress(["span"], () => (isSpan(asked("span") || "30") ? null : periodLabel(windowKey())));
  }
  showWindow();
  onWindow(drawSpans);
  onSpan(drawSpans);
  onFigures(drawSpans);
  onLanguage(drawSpans);
  onLanguage(drawFigures);
  drawSpans();
}
