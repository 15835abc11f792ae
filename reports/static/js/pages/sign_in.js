/* The page of sign-in sessions: the switch of 7, 30 and 90 days. Each span is in the page; one of them is shown. */

import { asked, keepInAddress, onBack } from "../data/address.js";
import { change } from "../data/changes.js";
import { all } from "../dom.js";

const spanChange = change();
/** After each switch of the span of this page. */
export const onSignInSpan = spanChange.on;

/** The days of the span that is shown. */
export let signInDays = "30";

/** @param {string} days */
function show(days) {
  signInDays = days;
  for (const button of all("[data-sign-in-days]")) {
    button.setAttribute("aria-pressed", String(button.dataset.signInDays === days));
  }
  for (const part of all("[data-sign-in-span]")) part.hidden = part.dataset.signInSpan !== days;
  spanChange.tell();
}

/** Makes the buttons work, and shows the span that the address asks for. */
export function startSignIn() {
  const offered = all("[data-sign-in-days]").map((button) => button.dataset.signInDays || "");
  if (!offered.length) return;
  const wanted = () => offered.find((days) => days === asked("days")) || "30";
  for (const button of all("[data-sign-in-days]")) {
    button.addEventListener("click", () => {
      keepInAddress({ days: button.dataset.signInDays || "" });
      show(wanted());
    });
  }
  onBack(() => show(wanted()));
  show(wanted());
}
