/* The language of the page: the address first, then what was chosen before, then Chinese.
   Texts of the templates stand in both languages and the style sheet hides one; texts of the scripts are looked up
   here by _("..."). */

import { all, asked, element, keepInAddress, own, remember, remembered } from "./dom.js";
import { chosenDays, LANGUAGE_TAGS, language, root, setLanguage, site, texts } from "./state.js";

const languageListeners = [];

export const _ = (msgid) => texts.strings[msgid][language];
export const word = (value) => (own(texts.words, value) || { [language]: value })[language];
export const metricLabel = (name) => texts.metrics[name].label[language];

/* A text with its `{name}` places filled. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_place, name) => String(values[name]));
}

/* `listener` runs after each change of the language. */
export function onLanguage(listener) {
  languageListeners.push(listener);
}

/* The address of another page of the site, with what was chosen here. */
function localAddress(path) {
  const days = chosenDays === site.days.length ? "" : `&days=${chosenDays}`;
  return `${path}?lang=${language}${days}`;
}

/* A file in an app's folder, seen from this page. */
export function appHref(folder, file) {
  const path = `${root}apps/${encodeURIComponent(folder)}/${file}`;
  return file.endsWith(".html") ? localAddress(path) : path;
}

/* Links to pages carry the choices; called again whenever one changes. */
export function carryChoices() {
  for (const link of all("a[href]")) {
    const [path, fragment] = link.getAttribute("href").split("#");
    const file = path.split("?")[0];
    if (file.endsWith(".html")) link.setAttribute("href", localAddress(file) + (fragment ? `#${fragment}` : ""));
  }
}

/* A link to what a metric means; its meaning shows on hover. */
export function metricLink(name, label = metricLabel(name)) {
  const page = localAddress(`${root}metrics.html`);
  return element("a", {
    className: "term",
    href: `${page}#${name}`,
    textContent: label,
    title: texts.metrics[name].meaning[language],
    "data-metric": name,
  });
}

export function showLanguage() {
  document.documentElement.lang = LANGUAGE_TAGS[language];
  if (document.readyState === "loading") return;
  // An app's page is titled by its name, the same in both languages.
  document.title = document.querySelector("title").dataset[language] || document.title;
  for (const button of all("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  for (const term of all("[data-metric]")) term.title = texts.metrics[term.dataset.metric].meaning[language];
  for (const named of all("[data-label-zh]")) {
    named.setAttribute("aria-label", language === "zh" ? named.dataset.labelZh : named.dataset.labelEn);
  }
  carryChoices();
}

/* Before anything is painted: the language that the address or an earlier visit asks for. */
export function recallLanguage() {
  setLanguage([asked("lang"), remembered("language")].find((one) => one && Object.hasOwn(LANGUAGE_TAGS, one)) || "zh");
}

function chooseLanguage(value) {
  setLanguage(value);
  remember("language", value);
  keepInAddress("lang", value);
  showLanguage();
  for (const listener of languageListeners) listener();
}

export function startLanguage() {
  for (const button of all("[data-language]")) {
    button.addEventListener("click", () => chooseLanguage(button.dataset.language));
  }
  showLanguage();
}
