/* Shared state of a page: the data of the site, the chosen language and window, and the shown figures. Only the
   functions here change it. Listeners are notified in language.js, windows.js and others. */

import { rowsOf } from "../data/rows.js";

/** @import { Dimension, Figures, Language, RawSite, Site, SpanKey, Texts } from "../types.d.ts" */

export const LANGUAGE_TAGS = { zh: "zh-CN", en: "en" };

/** @type {Site} */
export let site;

/** @type {Texts} */
export let texts;

/** The relative path from the page to the folder of the site. */
export let root = "";

/**
 * Whether the page is an app's own page. Only these pages are two folders below the folder of the site.
 * @returns {boolean}
 */
export const isAppPage = () => root === "../../";

/** @type {Language} */
export let language = "zh";

/** Days of the shown window. */
export let chosenDays = 30;

/** The shown window, as a key of figures and periods. */
export const windowKey = () => (chosenDays === 7 ? "7" : "30");

/**
 * The span of the charts: the window, or a longer one.
 * @type {SpanKey}
 */
export let chosenSpan = "30";

/**
 * The dimension of the lines of login authorization.
 * @type {Dimension}
 */
export let chosenDimension = "channel";

/** The look of the only series that the charts show; empty if they show all. */
export let isolated = "";

/** The key of the app that was chosen last, which links carry to other pages; empty if there is none. */
export let chosenApp = "";

/**
 * The shown figures. On a page without figures this is undefined, and no code that draws them is called.
 * @type {Figures}
 */
export let figures;

/**
 * Sets the data of the site; must be called first.
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
 * Sets the language of the page.
 * @param {Language} value
 */
export function setLanguage(value) {
  language = value;
}

/**
 * Sets the window of the page.
 * @param {number} days
 */
export function setChosenDays(days) {
  chosenDays = days;
}

/**
 * Sets the span of the charts.
 * @param {SpanKey} value
 */
export function setChosenSpan(value) {
  chosenSpan = value;
}

/**
 * Sets the dimension of the lines of login authorization.
 * @param {Dimension} value
 */
export function setDimension(value) {
  chosenDimension = value;
}

/**
 * Sets the only series that the charts show.
 * @param {string} look
 */
export function setIsolated(look) {
  isolated = look;
}

/**
 * Sets the app that links carry.
 * @param {string} key
 */
export function setChosenApp(key) {
  chosenApp = key;
}

/**
 * Sets the figures of the page.
 * @param {Figures} completed
 */
export function setShown(completed) {
  figures = completed;
}
