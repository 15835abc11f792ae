/* Loads data scripts when they are first needed: the big lists, and figures and SDK versions of an app. */

import { isAppPage, site } from "../choices/state.js";
import { loadScript } from "../dom.js";
import type { RawFigures, VersionLists } from "../types/figures.js";
import type { BigList } from "../types/tables.js";
import { columnsOf } from "./columns.js";
import { versionLists } from "./figures.js";

const LISTS: Record<string, [string, () => BigList]> = {
  apps: ["data/apps.js", () => columnsOf(window.AUTHMETER_APPS)],
  logins: ["data/logins.js", () => columnsOf(window.AUTHMETER_LOGINS)],
  files: ["data/files.js", () => columnsOf(window.AUTHMETER_FILES)],
};

/** The columns of a big list; the table and the picker of the monitor page share them. */
export const loadList = (name: string): Promise<BigList> => loadScript(...LISTS[name]);

/**
 * The figures of another app, loaded from its own script; fails while they are of another day than the page.
 * @param row the app's row in the list.
 */
export async function loadFigures(data: BigList, row: number): Promise<RawFigures> {
  const path = `apps/${encodeURIComponent(data.folder(row))}/figures.js`;
  const found = await loadScript(path, () => window.AUTHMETER_FIGURES as RawFigures);
  if (found.as_of !== site.as_of) throw new Error(`These figures are of ${found.as_of}.`);
  return found;
}

/** All SDK versions of the app whose figures are shown; the figures themselves contain a few. */
export async function loadVersions(key: string): Promise<VersionLists> {
  const versions = (folder: string) => loadScript(`${folder}/versions.js`, () => window.AUTHMETER_VERSIONS);
  if (isAppPage()) return versionLists((await versions(".")) || {});
  const data = await loadList("logins");
  const folder = encodeURIComponent(data.folder(data.list("key").indexOf(key)));
  return versionLists((await versions(`apps/${folder}`)) || {});
}
