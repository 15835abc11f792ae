/* Stores the reader's choices in the address: a copied address shows the same page, and Back undoes a choice. With
   file:// only query and fragment of an address may change, and only these are changed here. */

import { change } from "./changes.js";

/** Registers a listener for changes of the address by a choice, Back or Forward. */
export const onAddress = change();

/** The value of a parameter of the address; null if it has none. */
export function asked(name: string): string | null {
  return new URLSearchParams(window.location.search).get(name);
}

/**
 * Stores choices in the address; empty values are removed. Each change is a step that Back undoes, unless `quietly` is
 * true.
 */
export function keepInAddress(choices: Record<string, string>, quietly = false) {
  const address = new URL(window.location.href);
  for (const [name, value] of Object.entries(choices)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  if (address.href === window.location.href) return;
  if (quietly) window.history.replaceState(null, "", address);
  else window.history.pushState(null, "", address);
  onAddress.tell();
}

/** Registers a listener that applies the address to the page after Back and Forward. */
export function onBack(listener: () => void) {
  window.addEventListener("popstate", listener);
}

/** Reports Back and Forward as changes of the address, after all listeners of `onBack` registered so far. */
export function startAddress() {
  onBack(onAddress.tell);
}
