/* Sign-in sessions over the chosen window: a sentence, sessions by way, the funnel, sessions after a failure, and where
   sessions without a sign-in stopped. They are a section of an app's own page if it has sign-in records
   (`drawAppSections`), and of all apps together the page `signin.html`. Their file is loaded when a reader scrolls near
   them: there may be a hundred thousand apps, and most pages are not read that far. */

import { _, filled, onLanguage, textOf } from "../choices/language.js";
import { isAppPage, site } from "../choices/state.js";
import { onPainted } from "../choices/windows.js";
import { dayRange, level, number } from "../data/format.js";
import { ratio } from "../data/measures.js";
import { all, element, loadScript, one, put } from "../dom.js";
import { both } from "../pages/sections.js";
import { comparedPart } from "./compared.js";
import { comparedDimensions } from "./compared_values.js";
import { drawFailures, drawStops } from "./failed_sessions.js";
import { drawFunnel } from "./funnel.js";
import { emptyNote, rowsOfWindow, setSignIns, shownDays, shownLabel, signIns } from "./shown_sign_ins.js";
import { daysByWay } from "./sign_in_counts.js";
import { waysFigure, waysTable } from "./sign_in_ways.js";

/** Distance from the section, in screens, at which its file is loaded. */
const NEAR = "100%";

/** A text for days without sessions: there is no sign-in record, or no record names a device or an attempt. */
function noSessions() {
  const [counts] = rowsOfWindow("funnel");
  if (!counts?.records) return emptyNote(_("No sign-in record in these days."));
  const text = filled(
    _(
      "None of {records} sign-in records names a device or an attempt: no session is known, and no rate. Let the SDK and the server log the device or the attempt, each under the same id.",
    ),
    { records: number(counts.records) },
  );
  const names = ["device_id", "attempt_id", "docs/log-format.md"].flatMap((name) => [" ", element("code", name)]);
  return element("p.alert", text, ...names);
}

function drawWays() {
  const rows = rowsOfWindow("ways");
  if (!rows.length) return put("sign-in-ways", () => [noSessions()]);
  const days = daysByWay(signIns?.way_days || {}, site.long_days.length, shownDays());
  put("sign-in-ways", () => [waysFigure(days), waysTable(rows, days, shownLabel())]);
}

function drawLine() {
  if (!signIns) return;
  const { line, records, without_subject: without } = signIns;
  put("sign-in-line", () => [textOf(line)]);
  const counted = ` (${number(without)} / ${number(records)})`;
  const days = shownDays();
  const last = site.long_days.length;
  const count = days - site.long_missing.filter((place) => place >= last - days).length;
  const range = dayRange(site.long_days[last - days], site.long_days[last - 1]);
  put("sign-in-span", () => [`${range} · ${filled(_("{count} of {days} days with data"), { count, days })}`]);
  put("sign-in-records", () =>
    records
      ? [
          _("Records without a device or an attempt, in no session:"),
          " ",
          element("b", level(ratio(without, records))),
          element("span.muted", counted),
        ]
      : [],
  );
}

/**
 * Hides the sections that say nothing without a session: drawn, they would say that no session failed or stopped. The
 * funnel remains if it has pre-fetches, which belong to no session.
 */
function hideWithoutSessions() {
  const isEmpty = !rowsOfWindow("ways").length;
  const hasPrefetches = rowsOfWindow("funnel").some(({ prefetches }) => prefetches);
  for (const name of ["funnel", "failures", "stops"]) {
    const section = one(`[data-part=sign-in-${name}]`).closest<HTMLElement>(".whole, .panel");
    if (section) section.hidden = isEmpty && !(name === "funnel" && hasPrefetches);
  }
}

/** Draws the comparison of two values; set once the file is loaded. */
let drawCompared = () => {};

function drawSignIns() {
  if (!signIns) return;
  for (const part of all("[data-sign-in-span]")) part.hidden = part.dataset.signInSpan !== String(shownDays());
  hideWithoutSessions();
  drawLine();
  drawWays();
  drawFunnel();
  drawFailures();
  drawStops();
  drawCompared();
}

async function load(place: HTMLElement) {
  try {
    await loadScript(isAppPage() ? "./sign_ins.js" : "data/sign_ins.js");
    setSignIns(window.AUTHMETER_SIGN_INS);
    drawCompared = comparedPart(one("[data-part=sign-in-compared]"), () =>
      comparedDimensions(rowsOfWindow("compared"), signIns?.schemes),
    );
    drawSignIns();
    place.dataset.loaded = "true";
  } catch {
    if (isAppPage()) put("sign-in-line", () => [_("The figures of this app could not be loaded.")]);
    else {
      const text = both("The figures of this page could not be loaded; its CSV file holds the counts.");
      place.replaceChildren(element("p.alert", ...text));
    }
  }
}

/** Loads the section when a reader or a link comes near; redraws it after every change of window or language. */
export function startSignIns() {
  const [place] = all("#sign-ins");
  if (!place) return;
  onPainted(drawSignIns);
  onLanguage(drawSignIns);
  if (location.hash === "#sign-ins") {
    load(place).then(() => place.scrollIntoView());
    return;
  }
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      near.disconnect();
      load(place);
    },
    { rootMargin: NEAR },
  );
  near.observe(place);
}
