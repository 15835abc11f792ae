/* The open incidents of what monitoring shows, each with the way to its evidence: of an app that was picked its own, of all
   apps together those of the briefing. */

import { number } from "../data/format.js";
import { _, appHref, filled, localAddress } from "../data/language.js";
import { chosenApp, figures, language, root } from "../data/state.js";
import { onFigures } from "../data/windows.js";
import { all, element, named } from "../dom.js";

/** @import { Figures } from "../types.d.ts" */

/**
 * @param {Figures["open"][number]} incident
 * @returns {HTMLElement}
 */
function line({ id, folder = figures.key, zh, en, amber, name = figures.name }) {
  const page = folder === null ? localAddress(`${root}index.html`) : appHref(folder, "index.html");
  const text = language === "zh" ? zh : en;
  return element(
    "li",
    {},
    element("span", { className: amber ? "mark amber" : "mark open", textContent: _("Incident") }),
    " ",
    element("a", { href: `${page}#incident-${encodeURIComponent(id)}` }, ...(name === null ? [] : [named(name)]), text),
  );
}

/**
 * What stands below those that are named: how many more are open, with the way to the list of all.
 * @param {number} count
 * @returns {HTMLElement}
 */
function moreLine(count) {
  const [{ folder = figures.key }] = figures.open;
  const href = chosenApp && folder !== null ? appHref(folder, "index.html") : localAddress(`${root}index.html`);
  return element("li", {}, element("a", { href }, filled(_("{count} more are open"), { count: number(count) })));
}

function drawOpen() {
  for (const place of all("[data-part=open-incidents]")) {
    const lines = figures.open.map(line);
    if (figures.open_more) lines.push(moreLine(figures.open_more));
    // The red ones come first.
    const className = figures.open[0]?.amber ? "open-incidents amber" : "open-incidents";
    place.replaceChildren(...(lines.length ? [element("ul", { className }, ...lines)] : []));
  }
}

/** Draws the lines with every change of figures or language. */
export function startOpenIncidents() {
  onFigures(drawOpen);
}
