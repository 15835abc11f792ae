/* Entry of the bundle: a page opened from a folder cannot load modules, so esbuild joins them into one classic
   script. It runs in the head, so that theme, language and window are set before the first paint; the rest waits for
   the document. Everything else is drawn first, then the charts, then the big tables. */

import { drawCharts, startCharts, whenChartsShown } from "./charts/charts.js";
import { offerCurves } from "./charts/curves.js";
import { startCourses } from "./charts/left_course.js";
import { startReadout } from "./charts/readout.js";
import { startAddress } from "./choices/address.js";
import { recallDimension, startDimension } from "./choices/dimension.js";
import { startInstead } from "./choices/instead.js";
import { inLanguage, onLanguage, recallLanguage, showLanguage, startLanguage } from "./choices/language.js";
import { startLine } from "./choices/line.js";
import { setSite } from "./choices/state.js";
import {
  onFigures,
  onPainted,
  onWindow,
  recallWindow,
  setFigures,
  showWindow,
  startWindows,
} from "./choices/windows.js";
import { startCopyLink } from "./controls/copy_link.js";
import { startFolds } from "./controls/folds.js";
import { startGlossary } from "./controls/glossary.js";
import { startKeys } from "./controls/keys.js";
import { startPicker } from "./controls/picker.js";
import { recallTheme, startTheme } from "./controls/theme.js";
import { completedFigures } from "./data/figures.js";
import { all, element, reloadFor } from "./dom.js";
import { offerDownloads } from "./downloads/downloads.js";
import { offerCards } from "./incidents/copy_incident.js";
import { drawEvidence } from "./incidents/evidence.js";
import { drawOpen } from "./incidents/open_incidents.js";
import { drawAge, markStale } from "./pages/age.js";
import { drawApp, drawAppSections, drawPackages } from "./pages/app.js";
import { startAppDay } from "./pages/app_day.js";
import { drawBreakdowns } from "./pages/breakdowns.js";
import { drawCards } from "./pages/cards.js";
import { drawDrawn } from "./pages/drawn.js";
import { startRange } from "./pages/range.js";
import { drawRecords } from "./pages/records.js";
import { isSavedCopy, markSavedCopy } from "./pages/saved_copy.js";
import { both, drawSections } from "./pages/sections.js";
import { drawReasons } from "./pages/trust.js";
import { drawVersions } from "./pages/versions.js";
import { startSignIns } from "./sign_ins/sign_ins.js";
import { drawChanges } from "./tables/change.js";
import { startTables } from "./tables/lists.js";
import { drawPeriods } from "./tables/periods.js";
import { drawSummary } from "./tables/summary.js";

/**
 * Drops the figures of the page if they are of another data day than its days, on which they would be drawn. This can
 * happen while a site is published or copied. Returns whether it has dropped them.
 */
function dropForeignFigures() {
  const { AUTHMETER_FIGURES: figures, AUTHMETER_SITE: days } = window;
  if (!figures || figures.as_of === days.as_of) return false;
  window.AUTHMETER_FIGURES = undefined;
  reloadFor(`${days.version}/${figures.as_of}`);
  return true;
}

/**
 * Prepares a page without figures, or whose figures could not be loaded, for example in an incompletely copied app
 * folder.
 * @param isForeign whether its figures are of another data day.
 */
function withoutFigures(isForeign: boolean) {
  const places = all("[data-part=cards], [data-sections], #sign-ins");
  const text = isForeign
    ? both("The figures of this page are of another day: load it again in a few minutes.")
    : both("The figures of this page could not be loaded; its CSV file holds the counts.");
  places[0]?.before(element("p.alert", ...text));
  for (const place of places) place.remove();
  drawCharts();
}

/** Scrolls to the current page's name: on a phone the names of the pages do not fit side by side. */
function showCurrentPage() {
  const [current] = all("header nav [aria-current]");
  const bar = current?.parentElement;
  if (bar) bar.scrollLeft = current.offsetLeft - bar.offsetLeft - 24;
}

function start() {
  const isForeign = dropForeignFigures();
  const figures = window.AUTHMETER_FIGURES && completedFigures(window.AUTHMETER_FIGURES);
  drawReasons();
  if (figures && all("[data-part=facts]").length) drawAppSections(figures);
  else drawSections();
  startLanguage();
  inLanguage(drawAge);
  startTheme();
  startWindows();
  startDimension();
  startLine();
  startCopyLink();
  inLanguage(drawChanges);
  startKeys();
  for (const draw of [drawOpen, drawEvidence, drawPeriods, drawApp]) onFigures(draw);
  for (const draw of [drawCards, drawRecords]) {
    onFigures(draw);
    onWindow(draw);
  }
  onWindow(drawPackages);
  for (const draw of [drawSummary, drawBreakdowns, drawVersions, drawDrawn]) {
    onFigures(draw);
    onPainted(draw);
  }
  startRange();
  startSignIns();
  startCourses();
  inLanguage(offerCurves);
  startCharts();
  startReadout();
  startGlossary();
  onLanguage(offerDownloads);
  if (figures) setFigures(figures);
  else withoutFigures(isForeign);
  startAddress();
  inLanguage(offerCards);
  startAppDay();
  startFolds();
  startInstead();
  // Called after the tables of the incidents are drawn.
  offerDownloads();
  delete document.documentElement.dataset.drawing;
  document.documentElement.dataset.ready = "true";
  whenChartsShown.then(() => {
    showCurrentPage();
    startPicker();
    startTables();
  });
}

setSite(window.AUTHMETER_SITE, window.AUTHMETER_TEXTS, document.documentElement.dataset.root || "");
if (isSavedCopy()) document.addEventListener("DOMContentLoaded", markSavedCopy);
else {
  recallTheme();
  recallLanguage();
  recallWindow();
  recallDimension();
  markStale();
  // An app's page is a shell: if it were visible before its script has filled it, its content would jump.
  if (document.documentElement.dataset.root === "../../") document.documentElement.dataset.drawing = "true";
  showLanguage();
  showWindow();
  document.addEventListener("DOMContentLoaded", start);
}
