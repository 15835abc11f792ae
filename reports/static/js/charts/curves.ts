/* Offers the curve of an incident's card as a file: days, values and usual range. */

import { _, textOf } from "../choices/language.js";
import { all, around, one } from "../dom.js";
import { downloadButtons } from "../downloads/downloads.js";
import { unitHeading } from "../downloads/sheet.js";
import { shownText } from "../tables/cell_text.js";
import type { Curve } from "../types/incidents.js";
import type { FileColumn } from "../types/tables.js";

function curveColumns({ name, unit, days }: Curve): FileColumn[] {
  const headings = [textOf(name), _("usual, lowest"), _("usual, highest")];
  return [
    { heading: _("Day"), unit: "day", cells: days.map(([day]) => day) },
    ...headings.map((heading, i) => ({
      heading: unitHeading(heading, unit),
      unit,
      cells: days.map((values) => values[i + 1]),
    })),
  ];
}

/** Adds the download buttons to each curve. */
export function offerCurves() {
  for (const place of all("[data-curve]")) {
    const curve: Curve = JSON.parse(one("script", around(place, "figure")).textContent || "");
    const card = around(place, "[data-incident]");
    const label = () => `${textOf(curve.name)} · ${shownText(one("h2", card))}`;
    place.replaceChildren(downloadButtons(label, () => curveColumns(curve)));
  }
}
