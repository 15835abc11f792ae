/* Commands that print an app's records, which no page contains, for copying. */

import { _, appHref, filled } from "../choices/language.js";
import { chosenDays, figures, site } from "../choices/state.js";
import { copied, copyButton } from "../controls/copying.js";
import { number } from "../data/format.js";
import { all, element } from "../dom.js";

/** A word, quoted for a Linux shell. */
export const shellWord = (text: string): string =>
  /^[\w.@%+:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The commands for the records of an app over some days, with ID or NUMBER in place of the reader's value. */
export function recordCommands(key: string, first: string, last: string) {
  const app = key.startsWith("-") ? `--app=${shellWord(key)}` : `--app ${shellWord(key)}`;
  const days = `--from ${first} --to ${last}`;
  const program = ".venv/bin/authmeter";
  return {
    device: `${program} trace ${app} --device ID ${days}`,
    phone: `${program} trace ${app} --phone NUMBER ${days}`,
    every: `${program} export ${app} ${days} --events`,
  };
}

/** The link to the file of records in an app's folder: records of open incidents, of the data day only. */
function fileOf(folder: string): HTMLElement[] {
  const rows = figures.files?.records;
  if (!rows) return [];
  const name = `${folder}_records_${site.as_of}.csv`;
  const of = { className: "button", href: appHref(folder, encodeURIComponent(name)), download: name };
  const label = filled(_("Records of {day}, failed first (CSV)"), { day: site.as_of.slice(5) });
  const size = element("span.detail", rows === 1 ? _("1 row") : filled(_("{rows} rows"), { rows: number(rows) }));
  return [element("p.actions", element("a", of, label, " ", size))];
}

/** The fold with the file of the data day and the commands. */
export function recordsFold(key: string, folder: string, first: string, last: string): HTMLDetailsElement {
  const commands = recordCommands(key, first, last);
  const row = (label: string, command: string) => [
    element("dt", label),
    element(
      "dd",
      element("code", command),
      " ",
      copyButton(_("Copy"), () => copied(command)),
    ),
  ];
  return element(
    "details.panel.records",
    { id: "records" },
    element("summary", element("h2", _("Record by record"))),
    ...(last === site.as_of ? fileOf(folder) : []),
    element(
      "p.note",
      _("No page shows single records. Run a command where authmeter is installed; it prints them masked."),
    ),
    element(
      "dl",
      ...row(_("One device: ID as in the log"), commands.device),
      ...row(_("One phone number"), commands.phone),
      ...row(_("All records of these days, as a file"), commands.every),
    ),
  );
}

/** The folder of the app whose page this is. */
const folderOfPage = () => decodeURIComponent(location.pathname.split("/").at(-2) || "");

/** Draws the fold on an app's page. */
export function drawRecords() {
  for (const place of all("[data-part=records-fold]")) {
    const isOpen = Boolean(place.querySelector("details")?.open);
    const fold = recordsFold(figures.key, folderOfPage(), site.days[site.days.length - chosenDays], site.as_of);
    fold.open = isOpen;
    place.replaceChildren(fold);
  }
}
