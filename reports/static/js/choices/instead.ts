/* Shows a line for each part of the address that the page cannot apply, with what it shows instead. */

import { all, element, named, one } from "../dom.js";
import { onAddress } from "./address.js";
import { _, inLanguage } from "./language.js";
import { unmet } from "./unmet.js";
import { onFigures, onWindow } from "./windows.js";

/** Shows a line above the page's content for each part of the address that cannot be applied, with its replacement. */
export function drawInstead() {
  const words = _("The address requests {wanted}, which this page does not have. Shown instead: {shown}.");
  const lines = unmet().map((line) => {
    // Both can contain any character, also one that changes the direction of writing.
    const parts = words.split(/\{(wanted|shown)\}/).map((part) => {
      if (part === "wanted" || part === "shown") return named(line[part]);
      return part;
    });
    return element("p", ...parts);
  });
  const [place] = all("[data-part=instead]");
  if (place) place.replaceChildren(...lines);
  else if (lines.length) {
    const made = element("div.instead", { role: "status", "data-part": "instead" }, ...lines);
    one("main").prepend(made);
  }
}

/** Draws these lines again after every change of address, figures, window or language. */
export function startInstead() {
  onAddress(drawInstead);
  onFigures(drawInstead);
  onWindow(drawInstead);
  inLanguage(drawInstead);
}
