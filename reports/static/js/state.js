/* What every part of a page reads: the data of the site, the language and window that the reader chose, the figures that are
   shown. Changed by the functions here alone.
   Does not belong here: who is told of a change (language.js, windows.js). */

export const LANGUAGE_TAGS = { zh: "zh-CN", en: "en" };

export let site = null;
export let texts = null;
// The way from the page to the folder of the site.
export let root = "";
export let language = "zh";
export let chosenDays = 30;
// Null on a page without figures of its own.
export let figures = null;

export function setSite(data, textsOfSite, wayToRoot) {
  site = data;
  texts = textsOfSite;
  root = wayToRoot;
}

export function setLanguage(value) {
  language = value;
}

export function setChosenDays(days) {
  chosenDays = days;
}

export function setShown(completed) {
  figures = completed;
}
