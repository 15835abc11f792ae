/* "Copy link": the address of the shown content, including choices that only the browser has stored. */

import { asked } from "../choices/address.js";
import { _, inLanguage } from "../choices/language.js";
import { chosenDays, language } from "../choices/state.js";
import { all, element, one } from "../dom.js";
import { copied, copiesOnClick } from "./copying.js";

/** The address of the page with language and window, which may be stored differently in another reader's browser. */
export function wholeAddress(): string {
  const address = new URL(window.location.href);
  address.searchParams.set("lang", language);
  const hasWindow = ["7", "30"].includes(asked("days") || "");
  if (all("[data-days-button], [data-span-button]").length && !hasWindow)
    address.searchParams.set("days", String(chosenDays));
  return address.href;
}

/** Adds the button next to that of the theme. It is not in the templates, to keep the shell of many apps small. */
export function startCopyLink() {
  const button = element("button.help-button", { type: "button", "data-copy-link": "" });
  const say = (outcome: string) => {
    const label = outcome || _("Copy link");
    button.setAttribute("aria-label", label);
    button.title = label;
    button.dataset.said = outcome;
  };
  copiesOnClick(button, () => copied(wholeAddress()), say);
  inLanguage(() => say(""));
  one("[data-theme-button]").before(button);
}
