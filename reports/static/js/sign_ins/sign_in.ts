/* The page of sign-in sessions: the switch of 7, 30 and 90 days. The page contains all three spans, and shows one of
   them. */

import { asked, keepInAddress, onBack } from "../choices/address.js";
import { change } from "../choices/changes.js";
import { _, filled } from "../choices/language.js";
import { checkAddress } from "../choices/unmet.js";
import { all, onPress, press } from "../dom.js";

/** Registers a listener for switches of this page's span. */
export const onSignInSpan = change();

/** The days of the shown span. */
export let signInDays = "30";

function show(days: string) {
  signInDays = days;
  press("data-sign-in-days", days);
  for (const part of all("[data-sign-in-span]")) part.hidden = part.dataset.signInSpan !== days;
  onSignInSpan.tell();
}

/** Starts the buttons, and shows the span in the address. */
export function startSignIn() {
  const offered = all("[data-sign-in-days]").map((button) => button.dataset.signInDays || "");
  if (!offered.length) return;
  const wanted = () => offered.find((days) => days === asked("days")) || "30";
  onPress("data-sign-in-days", (days) => {
    keepInAddress({ days });
    show(wanted());
  });
  onBack(() => show(wanted()));
  checkAddress(["days"], () =>
    offered.includes(asked("days") || "30") ? null : filled(_("{count} days"), { count: signInDays }),
  );
  show(wanted());
}
