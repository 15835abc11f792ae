/* Basic functions for all modules: elements, scripts loaded later, and browser storage. Elements only get text
   content, never HTML, because names come from logs and registries. */

import { root, site } from "./choices/state.js";
import type { Attributes } from "./types/basics.js";

/** An object's own property, not an inherited one. */
export const own = <T>(object: Record<string, T> | null | undefined, name: string): T | undefined =>
  object && Object.hasOwn(object, name) ? object[name] : undefined;

/** The matching elements, in document order. */
export const all = (selector: string, within: ParentNode = document): HTMLElement[] =>
  Array.from(within.querySelectorAll(selector));

/** Whether the page is as narrow as on a phone: less is unfolded then, and both windows are shown at once. */
export const isPhone = () => window.matchMedia("(max-width: 600px)").matches;

/** The first matching element; throws if there is none. */
export function one(selector: string, within: ParentNode = document): HTMLElement {
  const [found] = all(selector, within);
  if (!found) throw new Error(`The page lacks ${selector}.`);
  return found;
}

/** Draws a part of the page anew, if the page has it. */
export function put(name: string, content: () => (Node | string)[]) {
  for (const place of all(`[data-part=${name}]`)) place.replaceChildren(...content());
}

/** The closest matching ancestor of an element; throws if there is none. */
export function around(inner: Element, selector: string): HTMLElement {
  const found = inner.closest(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`The page lacks ${selector}.`);
  return found;
}

type Child = Node | string | null | undefined;
type Properties<Name extends keyof HTMLElementTagNameMap> = Partial<HTMLElementTagNameMap[Name]> & Attributes;

/**
 * An element.
 * @param selector its name and classes, such as `p.note`.
 * @param content its properties (`href`, `onclick`, …) and attributes by `aria-*` or `data-*` name, if it has any; then
 *   its children.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  selector: Name | `${Name}.${string}`,
  ...content: [Properties<Name>, ...Child[]] | Child[]
): HTMLElementTagNameMap[Name] {
  const [name, ...classes] = selector.split(".");
  const found = document.createElement(name as Name);
  if (classes.length) found.className = classes.join(" ");
  for (const one of content) {
    if (!one) continue;
    if (typeof one === "string" || one instanceof Node) found.append(one);
    else setProperties(found, one);
  }
  return found;
}

function setProperties(found: HTMLElement, properties: object) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.includes("-")) found.setAttribute(key, String(value));
    else Object.assign(found, { [key]: value });
  }
}

/**
 * Marks as pressed the button of a choice that is chosen.
 * @param attribute of the buttons, which has the value that each offers.
 */
export function press(attribute: string, chosen: string, within: ParentNode = document) {
  for (const button of all(`[${attribute}]`, within)) {
    button.setAttribute("aria-pressed", String(button.getAttribute(attribute) === chosen));
  }
}

/** Calls `choose` with the value that a clicked button offers. */
export function onPress(attribute: string, choose: (offered: string) => void, within: ParentNode = document) {
  for (const button of all(`[${attribute}]`, within)) {
    button.addEventListener("click", () => choose(button.getAttribute(attribute) || ""));
  }
}

/** A name from a log or registry, isolated from the text around it: it may change the direction of writing. */
export function named(text: string): HTMLElement {
  return element("bdi", text);
}

/** An SVG element with its attributes and children. */
export function drawing<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number>,
  ...children: Node[]
): SVGElementTagNameMap[Name] {
  const found = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, String(value));
  found.append(...children);
  return found;
}

const loading = new Map<string, Promise<unknown>>();

/** Runs a script; resolves when it has run. */
function runScript(address: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    document.head.append(element("script", { src: address, onload: resolve, onerror: reject }));
  });
}

/**
 * Whether the page must not be loaded again for a version of its data: this tab has done so, or cannot store that it has.
 * While a site is being copied, loading again may still give the old page, and would never end.
 */
function isReloadedFor(version: string): boolean {
  try {
    const before = (window.sessionStorage.getItem("authmeter-reloaded") || "").split(" ");
    if (before.includes(version)) return true;
    window.sessionStorage.setItem("authmeter-reloaded", [...before, version].join(" "));
    return false;
  } catch {
    return true;
  }
}

/** Whether the page loads itself again: other data that arrive meanwhile must not be drawn either. */
let isLeaving = false;

/**
 * Loads the page again because its data are of another publication, once for each `version` of these data.
 * @returns whether the page is loaded again.
 */
export function reloadFor(version: string): boolean {
  if (!isLeaving && isReloadedFor(version)) return false;
  isLeaving = true;
  window.location.reload();
  return true;
}

/**
 * Loads the page again if another site was published since it was opened: most data have no days of their own, so the
 * figures of that site would be shown on the days of this page. If that did not help, the data count as not loaded.
 */
async function requireSameSite(): Promise<unknown> {
  // An address of its own keeps the browser from running a copy in its cache.
  await runScript(`${root}assets/site.js?v=${site.version}&now=${Math.random()}`);
  const { version } = window.AUTHMETER_SITE;
  if (version === site.version) return undefined;
  if (!reloadFor(version)) throw new Error(`This page is of another publication than ${version}.`);
  return new Promise(() => {});
}

/**
 * Runs a script of the site once; resolves with its content. After a failure the next call tries again. Assets have a
 * digest in their name; for data files the site's version is added to the address.
 * @param path relative to the folder of the site, or with `./` to the folder of the page.
 * @param content reads what the script defined. It is called as soon as the script has run, because scripts of other
 *   apps define the same names.
 */
export function loadScript(path: string): Promise<unknown>;
export function loadScript<Content>(path: string, content: () => Content): Promise<Content>;
export function loadScript(path: string, content: () => unknown = () => undefined): Promise<unknown> {
  const known = loading.get(path);
  if (known) return known;
  const loaded = path.startsWith("assets/")
    ? runScript(root + path).then(content)
    : runScript(`${path.startsWith("./") ? "" : root}${path}?v=${site.version}`).then(async () => {
        const found = content();
        await requireSameSite();
        return found;
      });
  loading.set(path, loaded);
  loaded.catch(() => loading.delete(path));
  return loaded;
}

/** Lets the browser paint and handle input before the next piece of work. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, 0));
}

/** Resolves when all that is drawn so far is painted: what is further down must not delay what is seen first. */
export function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => nextTask().then(resolve)));
}

/** A choice of an earlier visit. Storage may be forbidden; then only the address has the choice. */
export function remembered(name: string): string | null {
  try {
    return window.localStorage.getItem(`authmeter-${name}`);
  } catch {
    return null;
  }
}

/** Stores a choice for the next visit, if the browser allows it. */
export function remember(name: string, value: string) {
  try {
    window.localStorage.setItem(`authmeter-${name}`, value);
  } catch {
    // As in `remembered`, only the address has the choice then.
  }
}
