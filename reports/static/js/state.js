/* What every part of a page reads: the data of the site, the language and window that the reader chose, the figures that are
   shown. Changed by the functions here alone.
   Does not belong here: who is told of a change (language.js, windows.js). */

/** @import { Figures, Language, Site, Texts } from "./types.d.ts" */

export const LANGUAGE_TAGS = { zh: "zh-CN", en: "en" };

/** @type {Site} */
export let site;

/** @type {Texts} */
export let texts;

/** The way from the page to the folder of the site. */
export let root = "";

/** @type {Language} */
export let language = "zh";

/** The days of the window that is shown. */
export let chosenDays = 30;

/** The window that is shown, as a key of figures and periods. */
export const windowKey = () => (chosenDays === 7 ? "7" : "30");

/**
 * The figures that are shown. A page without any has none, and calls nobody who draws them.
 * @type {Figures}
 */
export let figures;

/**
 * The data of the site, before anything else is done.
 * @param {Site} data
 * @param {Texts} textsOfSite
 * @param {string} wayToRoot
 */
export function setSite(data, textsOfSite, wayToRoot) {
  site = data;
  texts = textsOfSite;
  root = wayToRoot;
}

/**
 * The language of the page from now on.
 * @param {Language} value
 */
export function setLanguage(value) {
  language = value;
}

/**
 * The window of the page from now on.
 * @param {number} days
 */
export function setChosenDays(days) {
  chosenDays = days;
}

/**
 * The figures of the page from now on.
 * @param {Figures} completed
 */
export function setShown(completed) {
  figures = completed;
}
