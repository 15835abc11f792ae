/* Parameters of the address that the page cannot apply: an app that does not exist, a day outside the site, an
   invalid range. Each part of a page registers a check of its parameter here; choices/instead.js shows what the page
   shows instead. */

import { asked } from "./address.js";

/** @type {Map<string[], () => string | null>} */
const checks = new Map();

/**
 * Registers a check of parameters of the address that are valid or invalid together, such as the two ends of a range.
 * @param {string[]} names
 * @param {() => string | null} shownInstead what the page shows instead of their values; null if it shows the values.
 */
export function checkAddress(names, shownInstead) {
  checks.set(names, shownInstead);
}

/**
 * The parameters of the address that the page does not apply, as written there, and what it shows instead.
 * @returns {{ wanted: string, shown: string }[]}
 */
export function unmet() {
  return [...checks].flatMap(([names, shownInstead]) => {
    const given = names.filter((name) => asked(name) !== null);
    const shown = given.length ? shownInstead() : null;
    return shown === null ? [] : [{ wanted: given.map((name) => `${name}=${asked(name)}`).join("&"), shown }];
  });
}
