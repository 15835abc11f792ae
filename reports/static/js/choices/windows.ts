/* The figures of the page, and the switch between the last 7 days, the last 30 days, and longer spans. For a longer
   span of the charts, tables of records show 30 days. The choice is stored in the address, the window also in the
   browser. Charts of both windows are drawn in advance (charts.ts), so that the switch only shows the other layer and
   redraws small tables. */

import { baseLabel, coverageNote, dayRange, periodLabel, placesLabel } from "../data/format.js";
import { placesOf, SPANS } from "../data/spans.js";
import { all, isPhone, onPress, painted, press, remember, remembered } from "../dom.js";
import type { PeriodKey, SpanKey } from "../types/basics.js";
import type { Figures } from "../types/figures.js";
import { asked, keepInAddress, onBack } from "./address.js";
import { change } from "./changes.js";
import { _, carryChoices, inLanguage, onLanguage } from "./language.js";
import { chosenDays, chosenSpan, figures, setState, site, windowKey } from "./state.js";
import { checkAddress } from "./unmet.js";

/** Registers a listener for switches of the window. */
export const onWindow = change();

/** Registers a listener for changes of the charts' span. */
export const onSpan = change();

/**
 * Registers a listener that runs once a change of window or span is painted: for parts further down the page, which
 * must not delay what is seen first.
 */
export const onPainted = change();

/** Registers a listener for the start, and for every change of figures or language. */
export const onFigures = change();

function drawFigures() {
  if (figures) onFigures.tell();
}

/** Shows the figures of a chosen app, or of all apps together. */
export function setFigures(shown: Figures) {
  setState({ figures: shown });
  drawFigures();
}

/** The windows that cards show; on a phone both, so that no figure is hidden by the switch. */
export const cardWindows = (): PeriodKey[] => (isPhone() ? ["7", "30"] : [windowKey()]);

const isSpan = (value: string | null): value is SpanKey => SPANS.some((one) => one === value);

/** The span of the charts in the address; null if it has none. */
function askedSpan(): SpanKey | null {
  const span = asked("span");
  return isSpan(span) ? span : null;
}

/** The number of days that the tables cover while the charts show this span. */
const daysOf = (span: SpanKey) => (span === "7" ? 7 : 30);

/** Sets the window from the address or an earlier visit, and a longer span from the address, before the first paint. */
export function recallWindow() {
  // The former address of the sign-in page over 90 days.
  if (asked("days") === "90") keepInAddress({ days: "30", span: askedSpan() || "90" }, true);
  const wanted = [asked("days"), remembered("days")].find((one) => one === "7" || one === "30");
  const span = askedSpan() || (Number(wanted || site.days.length) === 7 ? "7" : "30");
  setState({ chosenDays: daysOf(span), chosenSpan: span, chosenApp: asked("app") || "" });
}

/** Applies the window and the charts' span to the page and the buttons. */
export function showWindow() {
  document.documentElement.dataset.days = String(chosenDays);
  document.documentElement.dataset.chartSpan = chosenSpan;
  press("data-days-button", chosenSpan);
  // The sign-in page offers no 13 months: it shows the window then.
  const isOffered = all(`[data-span-button="${chosenSpan}"]`).length > 0;
  press("data-span-button", isOffered ? chosenSpan : String(chosenDays));
}

/** Notes in the page that all its parts show this window and span. */
function markDrawn() {
  document.documentElement.dataset.drawn = `${chosenDays} ${chosenSpan}`;
}

function drawPainted() {
  if (figures) onPainted.tell();
  markDrawn();
}

/** Shows a window and a span of the charts. */
function show(days: number, span: SpanKey) {
  const [isOtherWindow, isOtherSpan] = [days !== chosenDays, span !== chosenSpan];
  setState({ chosenDays: days, chosenSpan: span });
  showWindow();
  // A page without figures has nothing to redraw; the choice is kept for the next page.
  if (figures && isOtherWindow) onWindow.tell();
  if (figures && isOtherSpan) onSpan.tell();
  painted().then(drawPainted);
  carryChoices();
}

/** Switches the whole page to the last 7 or 30 days, or its charts to a longer span. */
export function chooseSpan(span: SpanKey) {
  if (span === chosenSpan) return;
  const days = daysOf(span);
  // The present window is stored first: Back must restore it even if the address did not contain it.
  keepInAddress({ days: String(chosenDays) }, true);
  const choices: Record<string, string> = { days: String(days), span: span === String(days) ? "" : span };
  // The period of a table follows the window; Back to the step before restores it.
  if (days !== chosenDays) choices.period = "";
  keepInAddress(choices);
  remember("days", String(days));
  show(days, span);
}

/**
 * Draws the dates of the charts, and the dates of the window with the number of compared days, so that the tables below
 * need not repeat this number in each column.
 */
function drawSpans() {
  const ofWindow = dayRange(site.days[site.days.length - chosenDays], site.days[site.days.length - 1]);
  const ofCharts = placesLabel(placesOf(chosenSpan));
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

/** Starts the buttons of the windows. */
export function startWindows() {
  for (const button of all("[data-days-button]")) {
    // In English the button only shows the number.
    inLanguage(() => button.setAttribute("aria-label", button.dataset.daysButton === "7" ? _("7 days") : _("30 days")));
  }
  const choose = (offered: string) => {
    if (isSpan(offered)) chooseSpan(offered);
  };
  onPress("data-days-button", choose);
  onPress("data-span-button", choose);
  onBack(() => {
    const days = asked("days") === "7" ? 7 : asked("days") === "30" ? 30 : chosenDays;
    const span = askedSpan() || (days === 7 ? "7" : "30");
    show(daysOf(span), span);
  });
  if (all("[data-span-button]").length) {
    checkAddress(["days"], () => (["7", "30"].includes(asked("days") || "7") ? null : periodLabel(windowKey())));
    checkAddress(["span"], () => (isSpan(asked("span") || "30") ? null : periodLabel(windowKey())));
  }
  // If another page of the site stores another window, the links of this page must name its own.
  window.addEventListener("storage", carryChoices);
  showWindow();
  markDrawn();
  onWindow(drawSpans);
  onSpan(drawSpans);
  onFigures(drawSpans);
  inLanguage(drawSpans);
  onLanguage(drawFigures);
}
