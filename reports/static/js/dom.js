/* What every other module stands on: elements, files loaded later, and what is kept in the browser.
   Elements are made with text content only, never from HTML: names come from logs and registries. */

import { root, site } from "./data/state.js";

/** @import { Attributes } from "./types.d.ts" */

/**
 * What `object` itself holds under `name`, not what it inherits.
 * @template T
 * @param {Record<string, T> | null | undefined} object
 * @param {string} name
 * @returns {T | undefined}
 */
export const own = (object, name) => (object && Object.hasOwn(object, name) ? object[name] : undefined);

/**
 * The elements that match, in the order of the page.
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement[]}
 */
export const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

/** Whether the page is as narrow as on a phone: there it shows less at first sight, and both windows at once. */
export const isPhone = () => window.matchMedia("(max-width: 600px)").matches;

/**
 * The first element that matches, which the page must have.
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement}
 */
export function one(selector, within = document) {
  const [found] = all(selector, within);
  if (!found) throw new Error(`The page lacks ${selector}.`);
  return found;
}

/**
 * The element that matches around another, which must be there.
 * @param {Element} inner
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function around(inner, selector) {
  const found = inner.closest(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`The page lacks ${selector}.`);
  return found;
}

/**
 * An element with properties (`className`, `textContent`, …), attributes by `aria-*` or `data-*` name, and children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]> & Attributes} [properties]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, properties = {}, ...children) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.includes("-")) found.setAttribute(key, String(value));
    else Object.assign(found, { [key]: value });
  }
  for (const child of children) if (child !== null && child !== undefined) found.append(child);
  return found;
}

/**
 * A name from outside, kept apart from the text around it: it may hold marks that turn the direction of writing.
 * @param {string} text
 * @returns {HTMLElement}
 */
export function named(text) {
  return element("bdi", { textContent: text });
}

/**
 * An element of a drawing, with its attributes and children.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} attributes
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function drawing(name, attributes, ...children) {
  const found = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, String(value));
  found.append(...children);
  return found;
}

/** @type {Map<string, Promise<unknown>>} */
const loading = new Map();

/**
 * Runs a script of the site once; resolves when it has run. Assets carry a digest in their name, data files do not
 * and are told apart by the site's version.
 * @param {string} path from the folder of the site; from that of the page where it begins with `./`.
 * @returns {Promise<unknown>}
 */
export function loadScript(path) {
  const known = loading.get(path);
  if (known) return known;
  const versioned =
    (path.startsWith("./") ? "" : root) + path + (path.startsWith("assets/") ? "" : `?v=${site.version}`);
  const loaded = new Promise((resolve, reject) => {
    const script = element("script", { src: versioned, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  loading.set(path, loaded);
  return loaded;
}

/**
 * Lets the browser paint and take input before the next piece of work.
 * @returns {Promise<void>}
 */
export function nextTask() {
  return new Promise((resolve) => window.setTimeout(resolve, 0));
}

/**
 * What a reader chose before. Storage can be forbidden; the address carries the choice then.
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return window.localStorage.getItem(`authmeter-${name}`);
  } catch {
    return null;
  }
}

/**
 * Keeps a choice for the next visit, where the browser allows it.
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    window.localStorage.setItem(`authmeter-${name}`, value);
  } catch {
    /* as above */
  }
}
