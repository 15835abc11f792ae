/* The dimension of the lines of login authorization: channels or SDK versions. The choice is in the address, is
   carried to other pages, and can be undone with Back. series.ts selects the lines. */

import { all } from "../dom.js";
import type { Dimension } from "../types.js";
import { asked, keepInAddress, onBack } from "./address.js";
import { change } from "./changes.js";
import { _, carryChoices } from "./language.js";
import { chosenDimension, setDimension, setIsolated } from "./state.js";
import { checkAddress } from "./unmet.js";

const dimensionChange = change();
/** Registers a listener for changes of the dimension. */
export const onDimension = dimensionChange.on;

const askedDimension = (): Dimension => (asked("by") === "version" ? "version" : "channel");

/** Sets the dimension from the address; called before the first paint. */
export function recallDimension() {
  setDimension(askedDimension());
}

function showDimension() {
  document.documentElement.dataset.by = chosenDimension;
  for (const button of all("[data-by-button]")) {
    button.setAttribute("aria-pressed", String(button.dataset.byButton === chosenDimension));
  }
}

function show(dimension: Dimension) {
  if (dimension === chosenDimension) return;
  setDimension(dimension);
  // The isolated line does not exist in the other dimension.
  setIsolated("");
  showDimension();
  carryChoices();
  dimensionChange.tell();
}

/** Starts the buttons. */
export function startDimension() {
  for (const button of all("[data-by-button]")) {
    button.addEventListener("click", () => {
      const dimension = button.dataset.byButton === "version" ? "version" : "channel";
      // The single line stays, so the address must keep it.
      if (dimension === chosenDimension) return;
      keepInAddress({ by: dimension === "version" ? dimension : "", line: "" });
      show(dimension);
    });
  }
  onBack(() => show(askedDimension()));
  checkAddress(["by"], () => (["channel", "version"].includes(asked("by") || "channel") ? null : _("By channel")));
  showDimension();
}
