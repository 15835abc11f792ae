/* The language of the page: the address first, then what was chosen before, then Chinese.
   Texts of the templates stand in both languages and the style sheet hides one; texts of the scripts are looked up
   here by _("..."). */

const LANGUAGE_TAGS = { zh: "zh-CN", en: "en" };
let language = [asked("lang"), remembered("language")].find((one) => one && Object.hasOwn(LANGUAGE_TAGS, one)) || "zh";
const languageListeners = [];

const _ = (msgid) => texts.strings[msgid][language];
const word = (value) => (own(texts.words, value) || { [language]: value })[language];
const metricLabel = (name) => texts.metrics[name].label[language];

/* A text with its `{name}` places filled. */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => String(values[name]));
}

/* `listener` runs after each change of the language. */
function onLanguage(listener) {
  languageListeners.push(listener);
}

/* The address of another page of the site, with what was chosen here. */
function localAddress(path) {
  return path + "?lang=" + language + (chosenDays === DAYS ? "" : "&days=" + chosenDays);
}

/* A file in an app's folder, seen from this page. */
function appHref(folder, file) {
  const path = root + "apps/" + encodeURIComponent(folder) + "/" + file;
  return file.endsWith(".html") ? localAddress(path) : path;
}

/* Links to pages carry the choices; called again whenever one changes. */
function carryChoices() {
  for (const link of all("a[href]")) {
    const [path, fragment] = link.getAttribute("href").split("#");
    const file = path.split("?")[0];
    if (file.endsWith(".html")) link.setAttribute("href", localAddress(file) + (fragment ? "#" + fragment : ""));
  }
}

/* A link to what a metric means; its meaning shows on hover. */
function metricLink(name, label = metricLabel(name)) {
  return element("a", {
    className: "term", href: localAddress(root + "metrics.html") + "#" + name, textContent: label,
    title: texts.metrics[name].meaning[language], "data-metric": name,
  });
}

function showLanguage() {
  page.lang = LANGUAGE_TAGS[language];
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

function chooseLanguage(value) {
  language = value;
  remember("language", value);
  keepInAddress("lang", value);
  showLanguage();
  for (const listener of languageListeners) listener();
}

function startLanguage() {
  for (const button of all("[data-language]")) {
    button.addEventListener("click", () => chooseLanguage(button.dataset.language));
  }
  showLanguage();
}
