/* SDK versions over the chosen window: success rates of their requests, first day, and technical success rate by
   day. All lines have the same scale, so that a fall is visible. The figures of an app have few versions; the others
   are in a file that is loaded when a reader requests all. */

import { _, filled, metricLink } from "../choices/language.js";
import { chosenDays, figures, site, windowKey } from "../choices/state.js";
import { ABSENT, known, number, share } from "../data/format.js";
import { loadVersions } from "../data/loaded_lists.js";
import { ratio, sum, TECHNICAL } from "../data/measures.js";
import { versionName } from "../data/series.js";
import { element, named, own, put } from "../dom.js";
import { barCell, courseColumn, dataTable, figureColumn, headCell, rowHead } from "../tables/data_table.js";
import type { VersionLists, VersionRow } from "../types/figures.js";
import type { TableColumn } from "../types/tables.js";

/** All versions of each app for which the reader requested them, by app key. */
const every = new Map<string, VersionLists>();

const shownLists = (): VersionLists =>
  every.get(figures.key) || { versions: figures.versions, version: figures.long.version };

/** Returns a test of whether a version is new in the window. The oldest one is as old as the log, and never new. */
function isNewAmong(rows: VersionRow[]): (row: VersionRow) => boolean {
  const oldest = rows.reduce((least, { first_seen: day }) => (day && day < least ? day : least), site.as_of);
  const start = site.days[site.days.length - chosenDays];
  return ({ first_seen: day }) => day !== null && day > oldest && day >= start;
}

function rowName({ value, merged }: VersionRow): string {
  return value === null ? filled(_("{count} other versions"), { count: number(merged) }) : versionName(value);
}

/** A version with a smaller share of requests is listed after the others: its rate may be chance. */
const SOME_SHARE = 0.01;

/**
 * The sorted rows: new versions, then other versions, each with the lowest technical success rate first. Versions with
 * few requests follow, most requests first, and last the row that merges the remaining versions.
 */
export function worstFirst(rows: VersionRow[]): VersionRow[] {
  const whole = sum(...rows.map((row) => row.authorization_requests)) || 0;
  const isNew = isNewAmong(rows);
  const place = (row: VersionRow) => {
    if (row.value === null) return 3;
    if ((row.authorization_requests ?? 0) <= SOME_SHARE * whole) return 2;
    return isNew(row) ? 0 : 1;
  };
  const rank = (row: VersionRow) => (place(row) < 2 ? (row[TECHNICAL] ?? 1) : -(row.authorization_requests ?? 0));
  return [...rows].sort((a, b) => place(a) - place(b) || rank(a) - rank(b));
}

/** Draws the table. */
export function drawVersions() {
  const rows = worstFirst(shownLists().versions[windowKey()]);
  const whole = sum(...rows.map((row) => row.authorization_requests));
  const isNew = isNewAmong(rows);
  const courses = rows.map(
    ({ value }) => own(shownLists().version, value ?? "")?.[TECHNICAL].slice(-site.days.length) || [],
  );
  const least = Math.min(1, ...courses.flat().filter(known));
  const mark = () => [" ", element("span.mark.new", _("New"))];
  const columns: TableColumn<VersionRow>[] = [
    [headCell(_("SDK version")), (row) => rowHead(named(rowName(row)), ...(isNew(row) ? mark() : []))],
    courseColumn((_row, i) => courses[i], { width: 180, height: 26, range: [least, 1] }),
    figureColumn(metricLink(TECHNICAL), (row) => share(row[TECHNICAL])),
    figureColumn(metricLink("authorization_rate"), (row) => share(row.authorization_rate)),
    figureColumn(metricLink("authorization_requests"), (row) => number(row.authorization_requests)),
    [
      headCell(metricLink("authorization_requests", _("Share")), true),
      (row) => {
        const part = ratio(row.authorization_requests, whole);
        return barCell(part, 1, share(part));
      },
    ],
    [headCell(_("First seen")), (row) => element("td.word", row.first_seen || ABSENT)],
  ];
  put("versions", () => [dataTable(_("SDK version"), rows, columns), ...askForAll(rows)]);
}

/**
 * A button that lists every version of the app, also the versions that the table merges into one row. No button if the
 * table merges no versions, or shows all apps.
 */
function askForAll(rows: VersionRow[]) {
  const merged = rows.find(({ value }) => value === null)?.merged;
  const { key } = figures;
  if (!merged || key === "*") return [];
  const count = number(rows.length - 1 + merged);
  const onclick = async () => {
    try {
      every.set(key, await loadVersions(key));
      drawVersions();
    } catch {
      button.replaceWith(element("p.empty", _("The figures of this app could not be loaded.")));
    }
  };
  const button = element("button", { type: "button", onclick }, filled(_("List all {count} versions"), { count }));
  return [element("p.note.all-versions", button)];
}
