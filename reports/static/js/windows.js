/* The switch between the last 7 and the last 30 days, one for the whole page, and the figures that the page shows.
   A choice is kept in the address and in the browser. Charts of both windows are drawn beforehand (charts.js), so the
   switch shows the other layer and redraws small tables only. */

let chosenDays = Number([asked("days"), remembered("days")].find((one) => one === "7" || one === "30") || DAYS);
const windowListeners = [];
const figureListeners = [];
let figures = null;

const currentWindow = () => chosenDays;

/* `listener` runs after each switch of the window. */
function onWindow(listener) {
  windowListeners.push(listener);
}

/* `listener` draws figures: it runs at the start, and again with every change of figures or language. */
function onFigures(listener) {
  figureListeners.push(listener);
}

function drawFigures() {
  if (figures) for (const listener of figureListeners) listener();
}

/* Shows other figures on this page, raw as their file has them: of an app that was picked, or of all together. */
function setFigures(raw) {
  figures = completedFigures(raw);
  drawFigures();
}

function showWindow() {
  page.dataset.days = chosenDays;
  for (const button of all("[data-days-button]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.daysButton) === chosenDays));
  }
}

function chooseWindow(days) {
  if (days === chosenDays) return;
  chosenDays = days;
  showWindow();
  // A page without figures has nothing to draw; the choice is kept for the next one.
  if (figures) for (const listener of windowListeners) listener();
  remember("days", days);
  keepInAddress("days", days);
  carryChoices();
}

/* The days of the window, and which of them lack data: a gap is explained beside the charts that show it. */
function drawSpans() {
  const missing = site.missing.filter((place) => place >= DAYS - chosenDays).map((place) => dayLabel(site.days[place]));
  for (const place of all("[data-span]")) {
    place.replaceChildren(
      dayRange(site.days[DAYS - chosenDays], site.days[DAYS - 1]),
      ...(missing.length && place.dataset.span === "gaps"
        ? [
            element("span", {
              className: "gap-key",
              textContent: filled(_("No data on {days}: a gap, not zero"), {
                days: missing.slice(0, 3).join(", ") + (missing.length > 3 ? " …" : ""),
              }),
            }),
          ]
        : []),
    );
  }
}

function startWindows() {
  for (const button of all("[data-days-button]")) {
    button.addEventListener("click", () => chooseWindow(Number(button.dataset.daysButton)));
  }
  showWindow();
  onWindow(drawSpans);
  onLanguage(drawSpans);
  onLanguage(drawFigures);
  drawSpans();
}
