/* The choice of one app on the monitor page: a field that suggests apps by name, key and initials, after the ARIA
   pattern of a combobox with a list. Shows the chosen app's figures in the page's charts and keeps `?app=` in the
   address; an empty key is all apps together, whose figures the page came with. */

import { hasTerms, searchLines, searchTerms, sortedRows } from "./columns.js";
import { all, asked, element, loadScript, named } from "./dom.js";
import { keepFilter } from "./filters.js";
import { _, onLanguage } from "./language.js";
import { loadList } from "./loaded_lists.js";
import { setFigures } from "./windows.js";

const MATCHES = 20;
const pickerState = { figures: new Map(), key: "", options: [], active: -1, message: () => [] };

export function startPicker() {
  const input = document.querySelector("[data-picker]");
  if (!input) return;
  pickerState.input = input;
  pickerState.figures.set("", window.AUTHMETER_FIGURES);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => {
    if (input.value === pickerLabel()) input.select();
    openPicker();
  });
  input.addEventListener("input", openPicker);
  input.addEventListener("blur", closePicker);
  input.addEventListener("keydown", pressedInPicker);
  document.querySelector("[data-picker-all]").addEventListener("click", () => {
    showApp("");
    // The button hides itself, and would take the focus with it.
    input.focus();
  });
  closePicker();
  onLanguage(closePicker);
  onLanguage(() => sayInPicker(pickerState.message));
  loadList("logins").then(
    (data) => {
      pickerState.data = data;
      if (asked("app")) showApp(asked("app"));
    },
    () => sayInPicker(() => [_("The list could not be loaded.")]),
  );
}

/* Rows that match, those first whose name, key or initials begin with the text; without a text the largest apps. */
function pickerMatches(data, text) {
  const terms = searchTerms(text);
  if (!terms.length) {
    const values = data.list("authorizations", 1);
    data.largest ??= Array.from(sortedRows(data.count, (row) => values[row], true).subarray(0, MATCHES));
    return data.largest;
  }
  const [lines, begins, others] = [searchLines(data), [], []];
  for (let row = 0; row < data.count && begins.length < MATCHES; row += 1) {
    const line = lines[row];
    if (!hasTerms(line, terms)) continue;
    if (line.startsWith(terms[0]) || line.includes(`\n${terms[0]}`)) begins.push(row);
    else if (others.length < MATCHES) others.push(row);
  }
  return [...begins, ...others].slice(0, MATCHES);
}

function openPicker() {
  const { input, data } = pickerState;
  if (!data) return;
  const isOld = input.value === pickerLabel();
  const text = isOld ? "" : input.value;
  const found = pickerMatches(data, text).map((row) => ({
    key: data.list("key")[row],
    content: pickerWords(data.list("name")[row], data.list("key")[row]),
  }));
  const everything = { key: "", content: [_("All apps")] };
  pickerState.options = text.trim() ? found : [everything, ...found];
  const list = document.getElementById("picker-list");
  list.replaceChildren(
    ...pickerState.options.map(({ key, content }, place) => {
      const option = element("li", { id: `picker-${place}`, role: "option", "aria-selected": "false" }, ...content);
      // The focus stays in the field, which would close the list when it left.
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => showApp(key));
      return option;
    }),
  );
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  sayInPicker(() => (found.length ? [] : [_("No app matches.")]));
  markOption(text.trim() && found.length ? 0 : -1);
}

/* An app that is not registered is known by its key alone. */
function pickerWords(name, key) {
  return name === key ? [named(name)] : [named(name), element("code", {}, named(key))];
}

function closePicker() {
  const { input } = pickerState;
  document.getElementById("picker-list").hidden = true;
  input.setAttribute("aria-expanded", "false");
  markOption(-1);
  input.value = pickerLabel();
}

function markOption(place) {
  pickerState.active = place;
  all("#picker-list [role=option]").forEach((option, i) => {
    option.setAttribute("aria-selected", String(i === place));
    if (i === place) option.scrollIntoView({ block: "nearest" });
  });
  if (place < 0) pickerState.input.removeAttribute("aria-activedescendant");
  else pickerState.input.setAttribute("aria-activedescendant", `picker-${place}`);
}

function pressedInPicker(event) {
  const { input, options, active } = pickerState;
  const isOpen = input.getAttribute("aria-expanded") === "true";
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.isComposing) return;
  if (step) {
    if (!isOpen) openPicker();
    else markOption((active + step + options.length) % options.length);
  } else if (event.key === "Enter" && isOpen && active >= 0) showApp(options[active].key);
  else if (event.key === "Escape" && isOpen) {
    closePicker();
    input.select();
  } else return;
  event.preventDefault();
}

/* The name of what is shown now. */
function pickerLabel() {
  return pickerState.key ? pickerState.figures.get(pickerState.key).name : _("All apps");
}

/* `message` gives the parts of what is said, in the language of the moment. */
function sayInPicker(message) {
  pickerState.message = message;
  document.querySelector("[data-picker-note]").replaceChildren(...message());
}

/* Shows one app in the charts of the page, all together where the key is empty. */
export function showApp(key) {
  const { data, figures: known } = pickerState;
  pickerState.wanted = key;
  if (known.has(key)) return showPicked(key);
  const row = data.list("key").indexOf(key);
  if (row < 0) return sayInPicker(() => [_("There is no such app.")]);
  const path = `apps/${encodeURIComponent(data.folder(row))}/figures.js`;
  return loadScript(path).then(
    () => {
      known.set(key, window.AUTHMETER_FIGURES);
      // Another may have been picked meanwhile.
      if (pickerState.wanted === key) showPicked(key);
    },
    () => sayInPicker(() => [_("The figures of this app could not be loaded.")]),
  );
}

function showPicked(key) {
  pickerState.key = key;
  closePicker();
  sayInPicker(() => (key ? [_("Shown:"), " ", named(pickerLabel())] : []));
  keepFilter("app", key);
  document.querySelector("[data-picker-all]").hidden = !key;
  setFigures(pickerState.figures.get(key));
}
