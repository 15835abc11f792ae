/* What a reader chose, in the address: a copied one shows the same page, and Back takes a choice back.
   From file:// an address may change behind its path alone, which is all that is done here. */

import { change } from "./changes.js";

const addressChange = change();
/** After each change of the address, by a choice, Back or Forward. */
export const onAddress = addressChange.on;

/**
 * What the address asks for under `name`.
 * @param {string} name
 * @returns {string | null}
 */
export function asked(name) {
  return new URLSearchParams(window.location.search).get(name);
}

/**
 * Keeps choices in the address; what is empty has no place in it. Each call that changes it is a step that Back takes
 * back, unless it is done `quietly`.
 * @param {Record<string, string>} choices
 * @param {boolean} [quietly]
 */
export function keepInAddress(choices, quietly = false) {
  const address = new URL(window.location.href);
  for (const [name, value] of Object.entries(choices)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  if (address.href === window.location.href) return;
  if (quietly) window.history.replaceState(null, "", address);
  else window.history.pushState(null, "", address);
  addressChange.tell();
}

/**
 * `listener` puts the page into the state that the address asks for, after Back and Forward.
 * @param {() => void} listener
 */
export function onBack(listener) {
  window.addEventListener("popstate", listener);
}

/** Reports Back and Forward as changes of the address, after every listener of `onBack` that is registered before. */
export function startAddress() {
  onBack(addressChange.tell);
}
