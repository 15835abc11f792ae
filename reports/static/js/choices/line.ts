/* The single line that the charts show, stored in the address. A look is the name of a line's marker and colour, such
   as `one_click` or `version_1`. The address has the look of a channel or count of usage, but the name of an SDK
   version, because a version has another look when its share changes. */

import { TECHNICAL } from "../data/measures.js";
import { versionPlaces } from "../data/series.js";
import { all } from "../dom.js";
import { asked, keepInAddress, onBack } from "./address.js";
import { change } from "./changes.js";
import { _ } from "./language.js";
import { chosenDimension, figures, isolated, setState, texts } from "./state.js";
import { checkAddress } from "./unmet.js";
import { onFigures } from "./windows.js";

/** Registers a listener for changes of the single line. */
export const onLine = change();

const isOfVersion = (look: string) => look.startsWith("version_");

/** The look of the line in the address; empty if there is none, or the figures lack it. */
export function askedLine(): string {
  const wanted = asked("line") || "";
  const version =
    chosenDimension === "version" && figures && versionPlaces(TECHNICAL).find((one) => one.series === wanted);
  if (version) return version.look;
  return Object.hasOwn(texts.looks, wanted) && !isOfVersion(wanted) ? wanted : "";
}

/** Shows only the line with this look, or all lines if it is empty, and stores the choice in the address. */
export function chooseLine(look: string) {
  const version = isOfVersion(look) ? versionPlaces(TECHNICAL).find((one) => one.look === look)?.series : "";
  setState({ isolated: look });
  keepInAddress({ line: version || look });
  onLine.tell();
}

/** Whether the legends of the page have the line in the address. A page without legends has no lines to choose from. */
function hasAskedLine(): boolean {
  const look = askedLine();
  const lines = all("[data-legend] button");
  return Boolean(look) && (!lines.length || lines.some((line) => line.dataset.look === look));
}

/** Applies the address: at the start, after every change of figures, and after Back. */
export function startLine() {
  onFigures(() => setState({ isolated: askedLine() }));
  onBack(() => {
    if (askedLine() === isolated) return;
    setState({ isolated: askedLine() });
    onLine.tell();
  });
  checkAddress(["line"], () => (hasAskedLine() ? null : _("All lines")));
}
