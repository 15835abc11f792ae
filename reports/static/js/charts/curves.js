/* What the curve of an incident's card shows, as a file: its days, their values, and what was usual of them. */

import { _, onLanguage, textOf } from "../data/language.js";
import { all, around, one } from "../dom.js";
import { downloadButton, said } from "../tables/downloads.js";

/** @import { CsvCell, Curve } from "../types.d.ts" */

/** @param {Curve} curve @returns {CsvCell[][]} */
function curveRows({ name, days }) {
  return [[_("Day"), textOf(name), _("usual, lowest"), _("usual, highest")], ...days];
}

function offerCurves() {
  for (const place of all("[data-curve]")) {
    /** @type {Curve} */
    const curve = JSON.parse(one("script", around(place, "figure")).textContent || "");
    const card = around(place, "[data-incident]");
    const label = () => `${textOf(curve.name)} · ${said(one("h2", card))}`;
    place.replaceChildren(downloadButton(label, () => curveRows(curve)));
  }
}

/** Gives each curve its button, in the language of the page. */
export function startCurves() {
  offerCurves();
  onLanguage(offerCurves);
}
