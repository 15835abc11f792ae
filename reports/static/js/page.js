/* The start of a page, and of the bundle: a page opened from a folder can load no modules, so esbuild joins them all into
   one classic script. Runs in the head, so that theme, language and window are set before anything is painted; the rest
   waits for the document. Everything but the charts is drawn at once, then the charts, then the big tables. */

import { drawAppSections, startApp } from "./app.js";
import { startBreakdowns } from "./breakdowns.js";
import { startCards } from "./cards.js";
import { startChanges } from "./change.js";
import { drawCharts, startCharts, whenChartsShown } from "./charts.js";
import { startCurves } from "./curves.js";
import { recallDimension, startDimension } from "./dimension.js";
import { all, element } from "./dom.js";
import { offerDownloads } from "./downloads.js";
import { startDrawn } from "./drawn.js";
import { startEvidence } from "./evidence.js";
import { startGlossary } from "./glossary.js";
import { startKeys } from "./keys.js";
import { onLanguage, recallLanguage, showLanguage, startLanguage } from "./language.js";
import { startCourses } from "./left_course.js";
import { startTables } from "./lists.js";
import { startOpenIncidents } from "./open_incidents.js";
import { startPeriods } from "./periods.js";
import { startPicker } from "./picker.js";
import { startReadout } from "./readout.js";
import { both, drawSections } from "./sections.js";
import { setSite } from "./state.js";
import { startSummary } from "./summary.js";
import { recallTheme, startTheme } from "./theme.js";
import { drawReasons } from "./trust.js";
import { startVersions } from "./versions.js";
import { recallWindow, setFigures, showWindow, startWindows } from "./windows.js";

/* A page without figures of its own, or one whose figures did not come: an app's folder copied in part, for example. */
function withoutFigures() {
  for (const place of all("[data-part=cards]")) {
    place.replaceWith(
      element(
        "p",
        { className: "alert" },
        ...both("The figures of this page could not be loaded; its CSV file holds the counts."),
      ),
    );
  }
  for (const place of all("[data-sections]")) place.remove();
  drawCharts();
}

/* On a phone the names of the pages do not fit beside each other. */
function showCurrentPage() {
  const [current] = all("header nav [aria-current]");
  const bar = current?.parentElement;
  if (bar) bar.scrollLeft = current.offsetLeft - bar.offsetLeft - 24;
}

function start() {
  const raw = window.AUTHMETER_FIGURES;
  drawReasons();
  if (raw && all("[data-part=facts]").length) drawAppSections(raw);
  else drawSections();
  startLanguage();
  startTheme();
  startWindows();
  startDimension();
  startChanges();
  startKeys();
  startOpenIncidents();
  startEvidence();
  startCards();
  startPeriods();
  startSummary();
  startBreakdowns();
  startVersions();
  startApp();
  startDrawn();
  startCourses();
  startCurves();
  startCharts();
  startReadout();
  startGlossary();
  onLanguage(offerDownloads);
  if (raw) setFigures(raw);
  else withoutFigures();
  // After the tables of the incidents are drawn.
  offerDownloads();
  document.documentElement.dataset.ready = "true";
  whenChartsShown.then(() => {
    showCurrentPage();
    startPicker();
    startTables();
  });
}

recallTheme();
setSite(window.AUTHMETER_SITE, window.AUTHMETER_TEXTS, document.documentElement.dataset.root || "");
recallLanguage();
recallWindow();
recallDimension();
showLanguage();
showWindow();
document.addEventListener("DOMContentLoaded", start);
