/* The dimension of the lines of login authorization: channels or SDK versions. The choice is in the address, is
   carried to other pages, and can be undone with Back. series.ts selects the lines. */

import { onPress, press } from "../dom.js";
import type { Dimension } from "../types/basics.js";
import { asked, keepInAddress, onBack } from "./address.js";
import { change } from "./changes.js";
import { _, carryChoices } from "./language.js";
import { chosenDimension, setState } from "./state.js";
import { checkAddress } from "./unmet.js";

/** Registers a listener for changes of the dimension. */
export const onDimension = change();

const askedDimension = (): Dimension => (asked("by") === "version" ? "version" : "channel");

/** Sets the dimension from the address; called before the first paint. */
export function recallDimension() {
  setState({ chosenDimension: askedDimension() });
}

function showDimension() {
  document.documentElement.dataset.by = chosenDimension;
  press("data-by-button", chosenDimension);
}

function show(dimension: Dimension) {
  if (dimension === chosenDimension) return;
  // The isolated line does not exist in the other dimension.
  setState({ chosenDimension: dimension, isolated: "" });
  showDimension();
  carryChoices();
  onDimension.tell();
}

/** Starts the buttons. */
export function startDimension() {
  onPress("data-by-button", (offered) => {
    const dimension = offered === "version" ? "version" : "channel";
    // The single line stays, so the address must keep it.
    if (dimension === chosenDimension) return;
    keepInAddress({ by: dimension === "version" ? dimension : "", line: "" });
    show(dimension);
  });
  onBack(() => show(askedDimension()));
  checkAddress(["by"], () => (["channel", "version"].includes(asked("by") || "channel") ? null : _("By channel")));
  showDimension();
}
