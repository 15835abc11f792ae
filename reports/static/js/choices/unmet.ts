/* Parameters of the address that the page cannot apply: an app that does not exist, a day outside the site, an
   invalid range. Each part of a page registers a check of its parameter here; choices/instead.ts shows what the page
   shows instead. */

import { asked } from "./address.js";

const checks = new Map<string[], () => string | null>();

/**
 * Registers a check of parameters of the address that are valid or invalid together, such as the two ends of a range.
 * @param shownInstead what the page shows instead of their values; null if it shows the values.
 */
export function checkAddress(names: string[], shownInstead: () => string | null) {
  checks.set(names, shownInstead);
}

/** The parameters of the address that the page does not apply, as written there, and what it shows instead. */
export function unmet(): { wanted: string; shown: string }[] {
  return [...checks].flatMap(([names, shownInstead]) => {
    const given = names.filter((name) => asked(name) !== null);
    const shown = given.length ? shownInstead() : null;
    return shown === null ? [] : [{ wanted: given.map((name) => `${name}=${asked(name)}`).join("&"), shown }];
  });
}
