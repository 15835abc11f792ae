/* Keys next to the charts, which explain their marks: gaps, first days of incidents, notes, the span before, and the
   usual range. */

import { _, filled, listed } from "../choices/language.js";
import { chosenSpan, figures } from "../choices/state.js";
import { dayAfter, dayLabel, previousLabel } from "../data/format.js";
import { holidaysAmong, incidentMarks, releaseMarks } from "../data/marks.js";
import { monthDays, notesFrom, placesOf } from "../data/spans.js";
import { all, around, element, named } from "../dom.js";
import type { DayNote } from "../types/site.js";

const NOTES_SHOWN = 3;

/** The key of a mark in the charts. */
function key(className: string, text: string, days: string[] = []): HTMLElement {
  const shown = listed(days.slice(0, 3)) + (days.length > 3 ? " …" : "");
  return element("span", { className, textContent: filled(text, { days: shown }) });
}

/** The keys of the newest notes in the charts' span, and the number of the other notes. */
function noteKeys(notes: DayNote[]): HTMLElement[] {
  const shown = notes
    .slice(-NOTES_SHOWN)
    .map(({ day, text }) => element("span.note-key", `${_("Noted")} ${day.slice(5)} `, named(text)));
  const more = notes.length - shown.length;
  return more > 0 ? [...shown, element("span", filled(_("{count} more"), { count: more }))] : shown;
}

/** The keys of the shapes behind a single line. Charts with several lines have none: a text says how to see them. */
function behindKeys(isAlone: boolean): HTMLElement[] {
  if (!isAlone) return [element("span", _("Click a name to show its line alone with its usual range"))];
  return [
    ...(chosenSpan === "90" ? [] : [key("ghost-key", previousLabel())]),
    key("norm-key", _("Usual: around the median of the eight weeks before, counts by weekday, without incidents")),
  ];
}

/** The days as texts: each run of consecutive days is written as its first and last day. */
function spansOf(days: string[]): string[] {
  const runs: string[][] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last && dayAfter(last[last.length - 1], 1) === day) last.push(day);
    else runs.push([day]);
  }
  return runs.map((run) => [...new Set([run[0], run[run.length - 1]])].map((day) => day.slice(5)).join(" – "));
}

function chartKeys(channels: string[], isAlone: boolean, isByVersion: boolean): HTMLElement[] {
  const { x, missing, isByMonth } = placesOf(chosenSpan);
  if (isByMonth) {
    // Months before the first record are empty and need no key.
    const partial = missing.filter((place) => monthDays(place).withData);
    const without = partial.map((place) =>
      filled(_("{month} ({count} of {days} days)"), {
        month: x[place].slice(0, 7),
        count: monthDays(place).withData,
        days: monthDays(place).days,
      }),
    );
    return [
      element("span", _("Counts of a month are drawn as its mean day; the pointer, tables and files have its sums")),
      ...(without.length ? [key("open-key", _("Not all days have data: {days}"), without)] : []),
    ];
  }
  const without = missing.map((place) => dayLabel(x[place]));
  const incidents = figures ? incidentMarks(x, channels).map(({ day, label }) => `${day.slice(5)} ${label}`) : [];
  const releases = figures ? releaseMarks(x, channels).map(({ day, label }) => `${day.slice(5)} ${label}`) : [];
  const holidays = spansOf(holidaysAmong(x));
  return [
    ...(without.length ? [key("gap-key", _("No data on {days}: a gap, not zero"), without)] : []),
    ...(incidents.length ? [key("incident-key", "{days}", incidents)] : []),
    ...(releases.length ? [key("release-key", _("SDK version from {days}"), releases)] : []),
    ...(holidays.length ? [key("holiday-key", _("Holiday {days}"), holidays)] : []),
    ...(figures ? noteKeys(notesFrom(x[0])) : []),
    ...(isByVersion ? [] : behindKeys(isAlone)),
  ];
}

/** Texts about data that the charts of a legend do not show. */
function leftOut(isByVersion: boolean): HTMLElement[] {
  if (isByVersion) return [element("span", _("By SDK version: the technical success rate of the 30 days"))];
  return chosenSpan === "months" ? [element("span", _("Latencies do not add up to months"))] : [];
}

/**
 * Shows the keys of the marks in the charts that a legend belongs to.
 * @param channels the channels of the legend's lines.
 * @param isAlone whether the charts show a single line.
 */
export function drawChartKeys(legend: HTMLElement, channels: string[], isAlone: boolean, isByVersion: boolean) {
  const isOfLogins = legend.dataset.legend === "timed";
  const keys = [
    ...chartKeys(channels, isAlone, isOfLogins && isByVersion),
    ...(isOfLogins ? leftOut(isByVersion) : []),
  ];
  for (const place of all("[data-chart-keys]", around(legend, "section"))) place.replaceChildren(...keys);
}
