/* What the lines of login authorization are of: the channels, or the SDK versions. The choice stands in the address, goes
   along to other pages, and Back takes it back. Does not belong here: which lines these are (series.js). */

import { all } from "../dom.js";
import { asked, keepInAddress, onBack } from "./address.js";
import { change } from "./changes.js";
import { _, carryChoices } from "./language.js";
import { chosenDimension, setDimension, setIsolated } from "./state.js";
import { checkAddress } from "./unmet.js";

/** @import { Dimension } from "../types.d.ts" */

const dimensionChange = change();
/** After each change of what the lines are of. */
export const onDimension = dimensionChange.on;

/** @returns {Dimension} */
const askedDimension = () => (asked("by") === "version" ? "version" : "channel");

/** Before anything is painted: what the address asks for. */
export function recallDimension() {
  setDimension(askedDimension());
}

function showDimension() {
  document.documentElement.dataset.by = chosenDimension;
  for (const button of all("[data-by-button]")) {
    button.setAttribute("aria-pressed", String(button.dataset.byButton === chosenDimension));
  }
}

/** @param {Dimension} dimension */
function show(dimension) {
  if (dimension === chosenDimension) return;
  setDimension(dimension);
  // What was alone is not there any more.
  setIsolated("");
  showDimension();
  carryChoices();
  dimensionChange.tell();
}

/** Makes the buttons work. */
export function startDimension() {
  for (const button of all("[data-by-button]")) {
    button.addEventListener("click", () => {
      const dimension = button.dataset.byButton === "version" ? "version" : "channel";
      keepInAddress({ by: dimension === "version" ? dimension : "", line: "" });
      show(dimension);
    });
  }
  onBack(() => show(askedDimension()));
  checkAddress(["by"], () => (["channel", "version"].includes(asked("by") || "channel") ? null : _("By channel")));
  showDimension();
}
