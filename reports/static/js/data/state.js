/* What every part of a page reads: the data of the site, the language and window that the reader chose, the figures that are
   shown. Changed by the functions here alone.
   Does not belong here: who is told of a change (language.js, windows.js). */

import { rowsOf } from "./rows.js";

/** @import { Dimension, Figures, Language, RawSite, Site, SpanKey, Texts } from "../types.d.ts" */

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
 * What the charts show: the window, or a longer look.
 * @type {SpanKey}
 */
export let chosenSpan = "30";

/**
 * What a line of login authorization is of.
 * @type {Dimension}
 */
export let chosenDimension = "channel";

/** The look of the series that the charts show alone; empty where they show all. */
export let isolated = "";

/** The key of the app that was chosen last, which links carry to other pages; empty where none was. */
export let chosenApp = "";

/**
 * The figures that are shown. A page without any has none, and calls nobody who draws them.
 * @type {Figures}
 */
export let figures;

/**
 * The data of the site, before anything else is done.
 * @param {RawSite} data
 * @param {Texts} textsOfSite
 * @param {string} wayToRoot
 */
export function setSite(data, textsOfSite, wayToRoot) {
  const { codes, months, notes, reasons } = data;
  site = {
    ...data,
    usage: Object.fromEntries(data.usage.map((one) => [one.name, one])),
    codes: rowsOf(codes),
    months: rowsOf(months),
    notes: rowsOf(notes),
    reasons: rowsOf(reasons),
  };
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
 * What the charts show from now on.
 * @param {SpanKey} value
 */
export function setChosenSpan(value) {
  chosenSpan = value;
}

/**
 * What a line of login authorization is of from now on.
 * @param {Dimension} value
 */
export function setDimension(value) {
  chosenDimension = value;
}

/**
 * Which series the charts show alone from now on.
 * @param {string} look
 */
export function setIsolated(look) {
  isolated = look;
}

/**
 * The app that links carry from now on.
 * @param {string} key
 */
export function setChosenApp(key) {
  chosenApp = key;
}

/**
 * The figures of the page from now on.
 * @param {Figures} completed
 */
export function setShown(completed) {
  figures = completed;
}
