/* Sign-in sessions of an app over the chosen window, by way: the short part of what the page of all apps has. Only an app's
   own page has it, where there are any: see `drawAppSections`. */

import { number, periodLabel, share } from "../data/format.js";
import { _, metricLink } from "../data/language.js";
import { ratio } from "../data/measures.js";
import { chosenDays, figures, windowKey } from "../data/state.js";
import { onFigures, onWindow } from "../data/windows.js";
import { all, element } from "../dom.js";
import { headCell, numberCell } from "../tables/periods.js";
import { breakdownTable } from "./breakdowns.js";

const WAYS = /** @type {const} */ (["direct", "retry", "other", "cut", "lost"]);

function drawSignIns() {
  const rows = figures.sign_ins
    .filter((row) => row.window_days === chosenDays)
    .map((row) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", textContent: periodLabel(windowKey()) }),
        numberCell(number(row.sessions)),
        numberCell(share(row.sign_in_rate)),
        numberCell(number(row.failed_sessions)),
        numberCell(share(row.recovery_rate)),
        ...WAYS.map((way) =>
          numberCell(
            number(row[way]),
            element("span", { className: "detail", textContent: share(ratio(row[way], row.sessions)) }),
          ),
        ),
      ),
    );
  const head = [
    headCell(_("Window")),
    ...["sessions", "sign_in_rate", "failed_sessions", "recovery_rate", ...WAYS].map((name) =>
      headCell(metricLink(name), true),
    ),
  ];
  for (const part of all("[data-part=sign-ins]")) part.replaceChildren(breakdownTable(_("Sign-in"), head, rows));
}

/** Draws the table with every change of figures or window. */
export function startSignIns() {
  onFigures(drawSignIns);
  onWindow(drawSignIns);
}
