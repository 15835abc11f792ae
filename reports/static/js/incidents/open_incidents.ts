/* The open incidents on the monitor page, each linked to its evidence: the incidents of the chosen app or, for all apps
   together, the incidents of the briefing. */

import { _, appHref, filled, localAddress } from "../choices/language.js";
import { chosenApp, figures, language, root } from "../choices/state.js";
import { number } from "../data/format.js";
import { element, named, put } from "../dom.js";
import type { Figures } from "../types/figures.js";

function line({ id, folder = figures.key, zh, en, amber, name = figures.name }: Figures["open"][number]): HTMLElement {
  const page = folder === null ? localAddress(`${root}index.html`) : appHref(folder, "index.html");
  const text = language === "zh" ? zh : en;
  return element(
    "li",
    element("span", { className: amber ? "mark amber" : "mark open", textContent: _("Incident") }),
    " ",
    element("a", { href: `${page}#incident-${encodeURIComponent(id)}` }, ...(name === null ? [] : [named(name)]), text),
  );
}

/** The line below the named incidents: how many more are open, with a link to the full list. */
function moreLine(count: number): HTMLElement {
  const [{ folder = figures.key }] = figures.open;
  const href = chosenApp && folder !== null ? appHref(folder, "index.html") : localAddress(`${root}index.html`);
  return element("li", element("a", { href }, filled(_("{count} more open"), { count: number(count) })));
}

/** Draws the lines. */
export function drawOpen() {
  put("open-incidents", () => {
    const lines = figures.open.map(line);
    if (figures.open_more) lines.push(moreLine(figures.open_more));
    // Red incidents come first.
    const className = figures.open[0]?.amber ? "open-incidents amber" : "open-incidents";
    return lines.length ? [element("ul", { className }, ...lines)] : [];
  });
}
