/* The marks of a chart: incidents of its channels, notes, SDK releases and holidays. scales.ts draws them. */

import { _, word } from "../choices/language.js";
import { figures, site } from "../choices/state.js";
import type { Mark, Series } from "../types/charts.js";
import { channelsOfSeries, loginChannels } from "./measures.js";
import { versionName } from "./series.js";
import { notesFrom } from "./spans.js";

/** The channels of a chart's lines. */
export function channelsOf(lines: Pick<Series, "group" | "series">[]): string[] {
  const channels = lines.flatMap(({ group, series }) => channelsOfSeries(group === "version" ? "*" : series));
  return [...new Set(channels)];
}

/**
 * The first days of the app's incidents in these channels or in all of them, each with the name of its channel. Charts
 * are about records, so incidents of the sign-in rate, which is about sessions, are left out.
 */
export function incidentMarks(days: string[], channels: string[]): Mark[] {
  const shown = figures.incident_spans.filter(
    ({ channel, is_of_sessions: isOfSessions }) => !isOfSessions && (channel === "*" || channels.includes(channel)),
  );
  return days.flatMap((day) => {
    const named = new Set(shown.filter((one) => one.first_day === day).map(({ channel }) => channel));
    if (!named.size) return [];
    const names = [...named].filter((channel) => channel !== "*").map(word);
    return [{ kind: "incident", day, label: [_("Incident"), ...names].join(" · "), short: _("Incident") }];
  });
}

/** The days on which an SDK version first exceeded 1 % of the requests. Versions only concern the login channels. */
export function releaseMarks(days: string[], channels: string[]): Mark[] {
  if (!loginChannels().some((channel) => channels.includes(channel))) return [];
  return days.flatMap((day) => {
    const names = figures.releases.filter((row) => row.released === day).map(({ value }) => versionName(value));
    return names.length ? [{ kind: "release", day, label: names.join(" · "), short: names[0] }] : [];
  });
}

/** The marks that are drawn as lines: incidents and releases on these days, and notes from the first of these on. */
export function marksOf(days: string[], channels: string[]): Mark[] {
  const noted = [...new Set(notesFrom(days[0]).map(({ day }) => day))];
  return [
    ...incidentMarks(days, channels),
    ...noted.map((day): Mark => ({ kind: "note", day, label: _("Noted"), short: _("Noted") })),
    ...releaseMarks(days, channels),
  ];
}

/** The holidays among the days. */
export const holidaysAmong = (days: string[]): string[] =>
  site.holidays.map((place) => site.long_days[place]).filter((day) => days.includes(day));
