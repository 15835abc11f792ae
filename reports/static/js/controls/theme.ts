/* Light or dark theme: the system's or the reader's choice, which the browser stores if allowed. The theme is set in
   the head, so that a page is never shown in the other theme first. */

import { change } from "../choices/changes.js";
import { _, filled, inLanguage } from "../choices/language.js";
import { all, one, remember, remembered } from "../dom.js";
import type { Theme } from "../types/basics.js";

/** The choices, in the order of the button. */
const CHOICES = ["auto", "light", "dark"];

const SIGNS: Record<string, string> = { auto: "◐", light: "☀", dark: "☾" };

/** Registers a listener for changes of the theme. */
export const onTheme = change();

let choice = "auto";
let systemIsDark: MediaQueryList;

/** The shown theme. */
export const theme = (): Theme => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

function showTheme() {
  const isDark = choice === "dark" || (choice === "auto" && systemIsDark.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

function changed() {
  showTheme();
  onTheme.tell();
}

/** Sets the theme of an earlier visit, otherwise that of the system; called before the first paint. */
export function recallTheme() {
  systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");
  choice = CHOICES.find((offered) => offered === remembered("theme")) || "auto";
  showTheme();
  systemIsDark.addEventListener("change", changed);
}

function nameButton() {
  const words: Record<string, string> = { auto: _("as the system"), light: _("light"), dark: _("dark") };
  for (const button of all("[data-theme-button]")) {
    button.textContent = SIGNS[choice];
    const name = filled(_("Theme: {theme}"), { theme: words[choice] });
    button.setAttribute("aria-label", name);
    button.title = name;
  }
}

/** Starts the button that switches through the themes. */
export function startTheme() {
  one("[data-theme-button]").addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    remember("theme", choice);
    nameButton();
    changed();
  });
  inLanguage(nameButton);
}
