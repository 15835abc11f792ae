/* The line that the charts show alone, in the address: a channel or a count of usage by its look, an SDK version by its
   name, as the look of a version changes with the share that it has. */

import { asked, keepInAddress, onBack } from "./address.js";
import { change } from "./changes.js";
import { _ } from "./language.js";
import { TECHNICAL } from "./measures.js";
import { versionPlaces } from "./series.js";
import { chosenDimension, figures, isolated, setIsolated, texts } from "./state.js";
import { checkAddress } from "./unmet.js";
import { onFigures } from "./windows.js";

const lineChange = change();
/** After each change of the line that is shown alone. */
export const onLine = lineChange.on;

const isOfVersion = (/** @type {string} */ look) => look.startsWith("version_");

/**
 * The look of the line that the address asks for; empty if it asks for none, or for one that the figures lack.
 * @returns {string}
 */
export function askedLine() {
  const wanted = asked("line") || "";
  const version =
    chosenDimension === "version" && figures && versionPlaces(TECHNICAL).find((one) => one.series === wanted);
  if (version) return version.look;
  return Object.hasOwn(texts.looks, wanted) && !isOfVersion(wanted) ? wanted : "";
}

/**
 * Shows the line of one look alone, or all lines if it is empty, and keeps the choice in the address.
 * @param {string} look
 */
export function chooseLine(look) {
  const version = isOfVersion(look) ? versionPlaces(TECHNICAL).find((one) => one.look === look)?.series : "";
  setIsolated(look);
  keepInAddress({ line: version || look });
  lineChange.tell();
}

/** Follows the address: at the start, with every change of the figures, and after Back. */
export function startLine() {
  onFigures(() => setIsolated(askedLine()));
  onBack(() => {
    if (askedLine() === isolated) return;
    setIsolated(askedLine());
    lineChange.tell();
  });
  checkAddress(["line"], () => (askedLine() ? null : _("All lines")));
}
