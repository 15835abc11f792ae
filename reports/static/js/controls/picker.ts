/* The field that chooses one app on the monitor page. It suggests apps by name, key and pinyin, and follows the ARIA
   pattern of a combobox with a list. It shows the app's figures in the page's charts and stores `?app=` in the
   address; an empty key means all apps together, whose figures the page loads first. */

import { asked, keepInAddress, onBack } from "../choices/address.js";
import { drawInstead } from "../choices/instead.js";
import { _, carryChoices, onLanguage } from "../choices/language.js";
import { setState } from "../choices/state.js";
import { checkAddress } from "../choices/unmet.js";
import { setFigures } from "../choices/windows.js";
import { hasTerms, searchLines, searchTerms, sortedRows } from "../data/columns.js";
import { completedFigures } from "../data/figures.js";
import { loadFigures, loadList } from "../data/loaded_lists.js";
import { all, element, named, one } from "../dom.js";
import type { RawFigures } from "../types/figures.js";
import type { BigList } from "../types/tables.js";

const MATCHES = 20;

/**
 * `figures` has the loaded figures by key; `key` is the shown app, `wanted` the app chosen last, which may still be
 * loading; `active` is the index of the marked option, -1 for none; with `opens` the list of options opens as soon as the
 * apps are loaded.
 */
const pickerState: {
  data?: BigList;
  figures: Map<string, RawFigures>;
  key: string;
  wanted?: string;
  options: { key: string; content: (Node | string)[] }[];
  active: number;
  opens: boolean;
  message: () => (Node | string)[];
} = { figures: new Map(), key: "", options: [], active: -1, opens: false, message: () => [] };

const pickerField = () => one("[data-picker]") as HTMLInputElement;
const pickerList = () => one("#picker-list");

/** Starts the field, if the page has one. */
export function startPicker() {
  if (!all("[data-picker]").length) return;
  const input = pickerField();
  if (window.AUTHMETER_FIGURES) pickerState.figures.set("", window.AUTHMETER_FIGURES);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => {
    if (input.value === pickerLabel()) input.select();
    openPicker();
  });
  input.addEventListener("input", openPicker);
  input.addEventListener("blur", closePicker);
  input.addEventListener("keydown", pressedInPicker);
  one("[data-picker-all]").addEventListener("click", () => {
    chooseApp("");
    // The button hides itself, which would lose the focus.
    input.focus();
  });
  closePicker();
  checkAddress(["app"], () => (pickerState.data?.list("key").includes(asked("app") || "") ? null : shownApp()));
  onLanguage(closePicker);
  onLanguage(() => sayInPicker(pickerState.message));
  loadPicker();
}

/** Loads the apps, again after a failure; a field that was used meanwhile opens its options. */
function loadPicker() {
  loadList("logins").then(
    (data) => {
      if (!pickerState.data) {
        pickerState.data = data;
        const wanted = asked("app");
        if (wanted) showApp(wanted);
        onBack(() => showApp(asked("app") || ""));
      }
      if (pickerState.opens) openPicker();
    },
    () => sayInPicker(() => [_("The list could not be loaded.")]),
  );
}

/** Matching rows, first those whose name, key, pinyin or initials begin with the text; without it, the largest apps. */
function pickerMatches(data: BigList, text: string): number[] {
  const terms = searchTerms(text);
  if (!terms.length) {
    const values = data.list("authorizations", 1);
    data.largest ??= Array.from(sortedRows(data.count, (row) => values[row], true).subarray(0, MATCHES));
    return data.largest;
  }
  const lines = searchLines(data);
  const begins: number[] = [];
  const others: number[] = [];
  for (let row = 0; row < data.count && begins.length < MATCHES; row += 1) {
    const line = lines[row];
    if (!hasTerms(line, terms)) continue;
    if (line.startsWith(terms[0]) || line.includes(`\n${terms[0]}`)) begins.push(row);
    else if (others.length < MATCHES) others.push(row);
  }
  return [...begins, ...others].slice(0, MATCHES);
}

function openPicker() {
  const { data } = pickerState;
  if (!data) {
    pickerState.opens = true;
    return loadPicker();
  }
  const input = pickerField();
  const isOld = input.value === pickerLabel();
  const text = isOld ? "" : input.value;
  const found = pickerMatches(data, text).map((row) => ({
    key: data.list("key")[row],
    content: pickerWords(data.list("name")[row], data.list("key")[row]),
  }));
  const everything = { key: "", content: [_("All apps")] };
  pickerState.options = text.trim() ? found : [everything, ...found];
  const list = pickerList();
  list.replaceChildren(
    ...pickerState.options.map(({ key, content }, place) => {
      const option = element("li", { id: `picker-${place}`, role: "option", "aria-selected": "false" }, ...content);
      // The field keeps the focus: the list closes when it loses it.
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => chooseApp(key));
      return option;
    }),
  );
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  sayInPicker(() => (found.length ? [] : [_("No app matches.")]));
  markOption(text.trim() && found.length ? 0 : -1);
}

/** The name of an app and its key; an unregistered app only has its key. */
function pickerWords(name: string, key: string): Node[] {
  return name === key ? [named(name)] : [named(name), element("code", named(key))];
}

function closePicker() {
  const input = pickerField();
  pickerList().hidden = true;
  input.setAttribute("aria-expanded", "false");
  markOption(-1);
  pickerState.opens = false;
  input.value = pickerLabel();
}

function markOption(place: number) {
  pickerState.active = place;
  all("#picker-list [role=option]").forEach((option, i) => {
    option.setAttribute("aria-selected", String(i === place));
    if (i === place) option.scrollIntoView({ block: "nearest" });
  });
  if (place < 0) pickerField().removeAttribute("aria-activedescendant");
  else pickerField().setAttribute("aria-activedescendant", `picker-${place}`);
}

function pressedInPicker(event: KeyboardEvent) {
  const { options, active } = pickerState;
  const input = pickerField();
  const isOpen = input.getAttribute("aria-expanded") === "true";
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (event.isComposing) return;
  if (step) {
    if (!isOpen) openPicker();
    else markOption((active + step + options.length) % options.length);
  } else if (event.key === "Enter" && isOpen && active >= 0) chooseApp(options[active].key);
  else if (event.key === "Escape" && isOpen) {
    closePicker();
    input.select();
  } else return;
  event.preventDefault();
}

/** The name of the shown app. */
function pickerLabel(): string {
  const shown = pickerState.key ? pickerState.figures.get(pickerState.key) : null;
  return shown ? shown.name : _("All apps");
}

/** The name shown instead of an app that does not exist; null until the list is loaded. */
const shownApp = () => (pickerState.data && asked("app") ? pickerLabel() : null);

/** Shows a message; `message` returns its parts in the present language. */
function sayInPicker(message: () => (Node | string)[]) {
  pickerState.message = message;
  one("[data-picker-note]").replaceChildren(...message());
}

/** Shows one app, or all together if the key is empty, and stores the choice in the address, so that Back undoes it. */
export function chooseApp(key: string) {
  keepInAddress({ app: key });
  showApp(key);
}

/** Shows one app in the charts of the page, or all together if the key is empty. */
function showApp(key: string) {
  const { data, figures } = pickerState;
  pickerState.wanted = key;
  setState({ chosenApp: key });
  carryChoices();
  const known = figures.get(key);
  if (known) return showPicked(key, known);
  const row = data ? data.list("key").indexOf(key) : -1;
  if (!data || row < 0) {
    // Links to other pages must not contain it.
    setState({ chosenApp: pickerState.key });
    carryChoices();
    drawInstead();
    return sayInPicker(() => [_("There is no such app.")]);
  }
  return loadFigures(data, row).then(
    (loaded) => {
      figures.set(key, loaded);
      // Another app may have been chosen meanwhile.
      if (pickerState.wanted === key) showPicked(key, loaded);
    },
    () => {
      if (pickerState.wanted === key) sayInPicker(() => [_("The figures of this app could not be loaded.")]);
    },
  );
}

function showPicked(key: string, figures: RawFigures) {
  pickerState.key = key;
  closePicker();
  sayInPicker(() => (key ? [_("Shown:"), " ", named(pickerLabel())] : []));
  one("[data-picker-all]").hidden = !key;
  setFigures(completedFigures(figures));
}
