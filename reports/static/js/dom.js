/* What every other module stands on: elements, files loaded later, and what is kept in the address and the browser.
   Elements are made with text content only, never from HTML: names come from logs and registries. */

import { root, site } from "./state.js";

export const own = (object, name) => (object && Object.hasOwn(object, name) ? object[name] : undefined);
export const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

/* An element with properties (`className`, `textContent`, …), attributes by `aria-*` or `data-*` name, and children. */
export function element(name, properties = {}, ...children) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.includes("-")) found.setAttribute(key, value);
    else found[key] = value;
  }
  found.append(...children.filter((child) => child !== null && child !== undefined));
  return found;
}

/* A name from outside, kept apart from the text around it: it may hold marks that turn the direction of writing. */
export function named(text) {
  return element("bdi", { textContent: text });
}

export function drawing(name, attributes, ...children) {
  const found = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  found.append(...children);
  return found;
}

const loading = new Map();

/* Runs a script of the site once; resolves when it has run. Assets carry a digest in their name, data files do not
   and are told apart by the site's version. */
export function loadScript(path) {
  if (!loading.has(path)) {
    const versioned = root + path + (path.startsWith("assets/") ? "" : `?v=${site.version}`);
    loading.set(
      path,
      new Promise((resolve, reject) => {
        const script = element("script", { src: versioned, onload: resolve, onerror: reject });
        document.head.append(script);
      }),
    );
  }
  return loading.get(path);
}

/* Lets the browser paint and take input before the next piece of work. */
export function nextTask() {
  return new Promise((resolve) => window.setTimeout(resolve, 0));
}

/* What a reader chose before. Storage can be forbidden; the address carries the choice then. */
export function remembered(name) {
  try {
    return window.localStorage.getItem(`authmeter-${name}`);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    window.localStorage.setItem(`authmeter-${name}`, value);
  } catch {
    /* as above */
  }
}

export function asked(name) {
  return new URLSearchParams(window.location.search).get(name);
}

/* Keeps a choice in the address, so that a copied address shows the same page. */
export function keepInAddress(name, value) {
  const address = new URL(window.location.href);
  address.searchParams.set(name, value);
  window.history.replaceState(null, "", address);
}
