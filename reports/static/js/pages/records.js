/* The way from an app's figures to its records, which no page has: the commands that print them, to copy. */

import { _ } from "../data/language.js";
import { chosenDays, figures, site } from "../data/state.js";
import { onFigures, onWindow } from "../data/windows.js";
import { all, element } from "../dom.js";
import { copyButton } from "./copying.js";

/**
 * A word as a shell of Linux takes it.
 * @param {string} text
 * @returns {string}
 */
export const shellWord = (text) => (/^[\w.@%+:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * The commands for the records of an app over some days, with the id that the reader has as ID or NUMBER.
 * @param {string} key
 * @param {string} first
 * @param {string} last
 */
export function recordCommands(key, first, last) {
  const app = key.startsWith("-") ? `--app=${shellWord(key)}` : `--app ${shellWord(key)}`;
  const days = `--from ${first} --to ${last}`;
  const program = ".venv/bin/authmeter";
  return {
    device: `${program} trace ${app} --device ID ${days}`,
    phone: `${program} trace ${app} --phone NUMBER ${days}`,
    every: `${program} export ${app} ${days} --events`,
  };
}

/**
 * The fold with the commands.
 * @param {string} key
 * @param {string} first
 * @param {string} last
 * @returns {HTMLDetailsElement}
 */
export function recordsFold(key, first, last) {
  const commands = recordCommands(key, first, last);
  /** @param {string} label @param {string} command */
  const row = (label, command) => [
    element("dt", { textContent: label }),
    element(
      "dd",
      {},
      element("code", { textContent: command }),
      " ",
      copyButton(_("Copy"), () => command),
    ),
  ];
  return element(
    "details",
    { className: "panel records", id: "records" },
    element("summary", {}, element("h2", { textContent: _("Record by record") })),
    element("p", {
      className: "note",
      textContent: _(
        "Single records are on no page. Run a command where authmeter is installed; it prints them masked.",
      ),
    }),
    element(
      "dl",
      {},
      ...row(_("One device: ID as in the log"), commands.device),
      ...row(_("One phone number"), commands.phone),
      ...row(_("All records of these days, as a file"), commands.every),
    ),
  );
}

function drawRecords() {
  for (const place of all("[data-part=records-fold]")) {
    const isOpen = Boolean(place.querySelector("details")?.open);
    const fold = recordsFold(figures.key, site.days[site.days.length - chosenDays], site.as_of);
    fold.open = isOpen;
    place.replaceChildren(fold);
  }
}

/** Draws the fold of an app's page with every change of figures or window. */
export function startRecords() {
  onFigures(drawRecords);
  onWindow(drawRecords);
}
