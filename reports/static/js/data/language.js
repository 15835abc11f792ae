/* The language of the page: the address first, then what was chosen before, then Chinese.
   Texts of the templates stand in both languages and the style sheet hides one; texts of the scripts are looked up
   here by _("..."). */

import { all, element, one, own, remember, remembered } from "../dom.js";
import { asked, keepInAddress } from "./address.js";
import { change } from "./changes.js";
import {
  chosenApp,
  chosenDays,
  chosenDimension,
  chosenSpan,
  LANGUAGE_TAGS,
  language,
  root,
  setLanguage,
  site,
  texts,
} from "./state.js";

/** @import { Better, BothTexts, Language } from "../types.d.ts" */

const languageChange = change();
/** After each change of the language. */
export const onLanguage = languageChange.on;

/**
 * A text of the scripts in the language of the page; `msgid` is its English.
 * @param {string} msgid
 * @returns {string}
 */
export const _ = (msgid) => texts.strings[msgid][language];

/**
 * A text of the data in the language of the page.
 * @param {BothTexts} text
 * @returns {string}
 */
export const textOf = (text) => (typeof text === "string" ? text : text[language === "zh" ? 0 : 1]);

/**
 * The word for a fixed value of the tables, or the value itself where it has none.
 * @param {string} value
 * @returns {string}
 */
export const word = (value) =>
  (own(texts.words, value) || site.channels.find(({ key }) => key === value) || { [language]: value })[language];

/**
 * What a metric is called.
 * @param {string} name
 * @returns {string}
 */
export const metricLabel = (name) => texts.metrics[name].label[language];

/**
 * Which direction of a change of a metric is good.
 * @param {string} name
 * @returns {Better}
 */
export const betterOf = (name) => texts.metrics[name].better;

/**
 * A text with its `{name}` places filled.
 * @param {string} text
 * @param {Record<string, unknown>} values
 * @returns {string}
 */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_place, name) => String(values[name]));
}

/**
 * The address of another page of the site, with what was chosen here; an app's page is of its own app.
 * @param {string} path
 * @returns {string}
 */
export function localAddress(path) {
  const choices = new URLSearchParams({ lang: language });
  if (chosenDays !== site.days.length) choices.set("days", String(chosenDays));
  if (chosenSpan !== String(chosenDays)) choices.set("span", chosenSpan);
  if (chosenDimension !== "channel") choices.set("by", chosenDimension);
  if (chosenApp && !path.startsWith(`${root}apps/`)) choices.set("app", chosenApp);
  return `${path}?${choices}`;
}

/**
 * A file in an app's folder, seen from this page.
 * @param {string} folder
 * @param {string} file
 * @returns {string}
 */
export function appHref(folder, file) {
  const path = `${root}apps/${encodeURIComponent(folder)}/${file}`;
  return file.endsWith(".html") ? localAddress(path) : path;
}

/* Links to pages carry the choices; called again whenever one changes. */
export function carryChoices() {
  for (const link of all("a[href]")) {
    const [path, fragment] = (link.getAttribute("href") || "").split("#");
    const file = path.split("?")[0];
    if (file.endsWith(".html")) link.setAttribute("href", localAddress(file) + (fragment ? `#${fragment}` : ""));
  }
}

/**
 * A link to what a metric means; its meaning shows beside it (glossary.js).
 * @param {string} name
 * @param {string} [label]
 * @returns {HTMLAnchorElement}
 */
export function metricLink(name, label = metricLabel(name)) {
  const page = localAddress(`${root}metrics.html`);
  return element("a", {
    className: "term",
    href: `${page}#${name}`,
    textContent: label,
    "data-metric": name,
  });
}

/** Puts the page into its language: the tag, and what is said in attributes and the title. */
export function showLanguage() {
  document.documentElement.lang = LANGUAGE_TAGS[language];
  if (document.readyState === "loading") return;
  // An app's page is titled by its name, the same in both languages.
  document.title = one("title").dataset[language] || document.title;
  for (const button of all("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  for (const named of all("[data-label-zh]")) {
    named.setAttribute("aria-label", (language === "zh" ? named.dataset.labelZh : named.dataset.labelEn) || "");
  }
  carryChoices();
}

/**
 * @param {string | null | undefined} value
 * @returns {value is Language}
 */
const isLanguage = (value) => Boolean(value && Object.hasOwn(LANGUAGE_TAGS, value));

/** Before anything is painted: the language that the address or an earlier visit asks for. */
export function recallLanguage() {
  setLanguage([asked("lang"), remembered("language")].find(isLanguage) || "zh");
}

/** @param {Language} value */
function chooseLanguage(value) {
  setLanguage(value);
  remember("language", value);
  // The language is no step: Back leads to what was read before, in the language of now.
  keepInAddress({ lang: value }, true);
  showLanguage();
  languageChange.tell();
}

/** Makes the buttons of the languages work. */
export function startLanguage() {
  for (const button of all("[data-language]")) {
    const { language: offered } = button.dataset;
    if (isLanguage(offered)) button.addEventListener("click", () => chooseLanguage(offered));
  }
  showLanguage();
}
