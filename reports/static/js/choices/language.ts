/* The language of the page: from the address, otherwise the last choice, otherwise Chinese. Texts of templates are
   in the page in both languages, and the style sheet hides one; scripts look their texts up by _("..."). */

import { all, element, one, onPress, own, press, remember, remembered } from "../dom.js";
import type { Better, BothTexts, Language } from "../types/basics.js";
import { asked, keepInAddress } from "./address.js";
import { change } from "./changes.js";
import {
  chosenApp,
  chosenDays,
  chosenDimension,
  chosenSpan,
  LANGUAGE_TAGS,
  language,
  root,
  setState,
  site,
  texts,
} from "./state.js";
import { checkAddress } from "./unmet.js";

/** Registers a listener for changes of the language. */
export const onLanguage = change();

/** Draws now, and after every change of language. */
export function inLanguage(draw: () => void) {
  draw();
  onLanguage(draw);
}

/** A text of the scripts in the page's language; `msgid` is its English. */
export const _ = (msgid: string): string => texts.strings[msgid][language];

/** A text of the data in the page's language. */
export const textOf = (text: BothTexts): string => (typeof text === "string" ? text : text[language === "zh" ? 0 : 1]);

/** The word for a fixed value of the tables, or the value itself if it has none. */
export const word = (value: string): string =>
  (own(texts.words, value) || site.channels.find(({ key }) => key === value) || { [language]: value })[language];

/** Names as a list in the page's language. */
export const listed = (names: string[]) => names.join(language === "zh" ? "、" : ", ");

/** The label of a metric. */
export const metricLabel = (name: string): string => texts.metrics[name].label[language];

/** The direction in which a change of a metric is good. */
export const betterOf = (name: string): Better => texts.metrics[name].better;

/** A text with its `{name}` placeholders filled. */
export function filled(text: string, values: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (_place, name) => String(values[name]));
}

/**
 * The address of another page of the site with the present choices.
 * @param app the app that the page shows; none on links to an app's own page.
 */
export function localAddress(path: string, app: string = path.startsWith(`${root}apps/`) ? "" : chosenApp): string {
  const choices = new URLSearchParams({ lang: language });
  // Without the window in its address, the other page would show the window of an earlier visit.
  const stored = remembered("days") || String(site.days.length);
  if (chosenDays !== site.days.length || stored !== String(chosenDays)) choices.set("days", String(chosenDays));
  if (chosenSpan !== String(chosenDays)) choices.set("span", chosenSpan);
  if (chosenDimension !== "channel") choices.set("by", chosenDimension);
  if (app) choices.set("app", app);
  return `${path}?${choices}`;
}

/** The address of a file in an app's folder, relative to this page. */
export function appHref(folder: string, file: string): string {
  const path = `${root}apps/${encodeURIComponent(folder)}/${file}`;
  return file.endsWith(".html") ? localAddress(path) : path;
}

/**
 * Adds the choices to the links to pages; links with `data-to-all-apps` do not get the chosen app. Called again after
 * each change of a choice.
 */
export function carryChoices() {
  for (const link of all("a[href]")) {
    const [path, fragment] = (link.getAttribute("href") || "").split("#");
    const file = path.split("?")[0];
    if (!file.endsWith(".html")) continue;
    const address = "toAllApps" in link.dataset ? localAddress(file, "") : localAddress(file);
    link.setAttribute("href", address + (fragment ? `#${fragment}` : ""));
  }
}

/** A link to the definition of a metric, which glossary.ts also shows on hover. */
export function metricLink(name: string, label: string = metricLabel(name)): HTMLAnchorElement {
  const page = localAddress(`${root}metrics.html`);
  return element("a.term", { href: `${page}#${name}`, textContent: label, "data-metric": name });
}

/** Applies the language to the page: language tag, attributes and title. */
export function showLanguage() {
  document.documentElement.lang = LANGUAGE_TAGS[language];
  if (document.readyState === "loading") return;
  // The title of an app's page is the app's name in both languages.
  document.title = one("title").dataset[language] || document.title;
  press("data-language", language);
  for (const named of all("[data-label-zh]")) {
    named.setAttribute("aria-label", (language === "zh" ? named.dataset.labelZh : named.dataset.labelEn) || "");
  }
  carryChoices();
}

const isLanguage = (value: string | null | undefined): value is Language =>
  Boolean(value && Object.hasOwn(LANGUAGE_TAGS, value));

/** Sets the language from the address or an earlier visit; called before the first paint. */
export function recallLanguage() {
  setState({ language: [asked("lang"), remembered("language")].find(isLanguage) || "zh" });
}

function chooseLanguage(value: Language) {
  setState({ language: value });
  remember("language", value);
  // The language is not a step: Back returns to the earlier content in the present language.
  keepInAddress({ lang: value }, true);
  showLanguage();
  onLanguage.tell();
}

/** Starts the language buttons. */
export function startLanguage() {
  const shown = () => one(`[data-language=${language}]`).textContent || language;
  checkAddress(["lang"], () => (isLanguage(asked("lang")) ? null : shown()));
  onPress("data-language", (offered) => {
    if (isLanguage(offered)) chooseLanguage(offered);
  });
  showLanguage();
}
