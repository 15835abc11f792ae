/* A copy of a page that a browser saved. It contains all that the scripts had drawn, but neither the choices of the
   address nor the data files. If the scripts ran again, they would draw everything twice, for other choices. */

import { all, element, one } from "../dom.js";
import { both } from "./sections.js";

/** Whether the scripts had already drawn this page when the browser read it. */
export const isSavedCopy = () => document.documentElement.dataset.ready === "true";

/** Hides the charts, whose styles the policy of the page does not allow in a file, and shows what does not work. */
export function markSavedCopy() {
  document.documentElement.dataset.saved = "true";
  if (all(".saved-copy").length) return;
  const text = both("This is a saved copy: its charts and buttons do not work. To keep a page, print it.");
  one("main").prepend(element("p.alert.saved-copy", ...text));
}
