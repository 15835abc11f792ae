/* Light or dark: as the system has it, or as the reader chose. The choice is kept in the browser, where that is allowed.
   The theme is set in the head, so that a page is never seen in the other one first. */

import { change } from "../data/changes.js";
import { _, filled, onLanguage } from "../data/language.js";
import { all, one, remember, remembered } from "../dom.js";

/** @import { Theme } from "../types.d.ts" */

/** What can be chosen, in the order of the button. */
const CHOICES = ["auto", "light", "dark"];

/** @type {Record<string, string>} */
const SIGNS = { auto: "◐", light: "☀", dark: "☾" };

const themeChange = change();
/** After each change of the theme. */
export const onTheme = themeChange.on;

let choice = "auto";

/** @type {MediaQueryList} */
let systemIsDark;

/**
 * The theme that is seen.
 * @returns {Theme}
 */
export const theme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

function showTheme() {
  const isDark = choice === "dark" || (choice === "auto" && systemIsDark.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

function changed() {
  showTheme();
  themeChange.tell();
}

/** Before anything is painted: the theme of an earlier visit, or else that of the system. */
export function recallTheme() {
  systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");
  choice = CHOICES.find((offered) => offered === remembered("theme")) || "auto";
  showTheme();
  systemIsDark.addEventListener("change", changed);
}

function nameButton() {
  /** @type {Record<string, string>} */
  const words = { auto: _("as the system"), light: _("light"), dark: _("dark") };
  for (const button of all("[data-theme-button]")) {
    button.textContent = SIGNS[choice];
    const name = filled(_("Theme: {theme}"), { theme: words[choice] });
    button.setAttribute("aria-label", name);
    button.title = name;
  }
}

/** Makes the button work that goes through the themes. */
export function startTheme() {
  one("[data-theme-button]").addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    remember("theme", choice);
    nameButton();
    changed();
  });
  onLanguage(nameButton);
  nameButton();
}
