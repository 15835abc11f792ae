/* The start of a page. Runs in the head, so that language and window are set before anything is painted; the rest
   waits for the document. Everything but the charts is drawn at once, then the charts, then the big tables. */

/* A page without figures of its own, or one whose figures did not come: an app's folder copied in part, for example. */
function withoutFigures() {
  for (const place of all("[data-part=cards]")) {
    place.replaceWith(
      element("p", { className: "alert" }, ...both("The figures of this page could not be loaded; its CSV file holds the counts.")),
    );
  }
  for (const place of all("[data-sections]")) place.remove();
  drawCharts();
}

/* On a phone the names of the pages do not fit beside each other. */
function showCurrentPage() {
  const current = document.querySelector("header nav [aria-current]");
  if (current) current.parentElement.scrollLeft = current.offsetLeft - current.parentElement.offsetLeft - 24;
}

function start() {
  drawReasons();
  drawSections();
  startLanguage();
  startWindows();
  startChanges();
  startKeys();
  startCards();
  startPeriods();
  startSummary();
  startBreakdowns();
  startApp();
  startCharts();
  if (window.AUTHMETER_FIGURES) setFigures(window.AUTHMETER_FIGURES);
  else withoutFigures();
  page.dataset.ready = "true";
  whenChartsShown.then(() => {
    showCurrentPage();
    startPicker();
    startTables();
  });
}

showLanguage();
showWindow();
document.addEventListener("DOMContentLoaded", start);
