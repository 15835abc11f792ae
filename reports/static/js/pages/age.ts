/* The age of the page by the reader's clock, which no other code reads. */

import { _, filled } from "../choices/language.js";
import { site } from "../choices/state.js";
import { all, around, element, one } from "../dom.js";

const HOUR = 36e5;

/** Pages are made every night: an older one missed a night. */
const STALE_HOURS = 36;

/**
 * The age of a business day in days, in the site's time zone; null if the browser does not know the zone, because its
 * list of zones is older than that of the run.
 */
export function daysAgo(day: string, now: Date): number | null {
  try {
    const today = new Intl.DateTimeFormat("en-CA", { timeZone: site.time_zone }).format(now);
    return Math.round((Date.parse(today) - Date.parse(day)) / (24 * HOUR));
  } catch {
    return null;
  }
}

/** Whether the page is so old that a nightly run was missed. */
export const isStale = (now: Date) => now.getTime() - Date.parse(site.generated_at) > STALE_HOURS * HOUR;

/** Reserves space for the banner before the first paint, so that nothing moves when its text is added. */
export function markStale() {
  if (isStale(new Date())) document.documentElement.dataset.stale = "true";
}

const agoText = (days: number): string => (days === 1 ? _("1 day ago") : filled(_("{days} days ago"), { days }));

/** The element for a text that only a script can write; made inside `made` if the page does not have it yet. */
function placeOf(name: string, made: Element): HTMLElement {
  const [found] = all(`[data-part=${name}]`);
  if (found) return found;
  const place = element("span", { className: name, "data-part": name });
  if (name === "stale") made.prepend(place);
  else made.append(" ", place);
  return place;
}

/** Shows the age of the data day, and a banner on an old page. */
export function drawAge() {
  const now = new Date();
  const day = one("time#as-of");
  const age = daysAgo(day.getAttribute("datetime") || site.as_of, now);
  if (age !== null) placeOf("ago", around(day, ".item")).textContent = agoText(age);
  if (isStale(now)) {
    const place = placeOf("stale", one("main"));
    const made = agoText(Math.floor((now.getTime() - Date.parse(site.generated_at)) / (24 * HOUR)));
    place.textContent = filled(_("This page was made {age}, as of {day}: newer days are not in it."), {
      age: made,
      day: site.as_of,
    });
  }
}
