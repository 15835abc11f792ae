/* Keyboard shortcuts: 7 and 3 switch the window, / moves the focus to the search, ? shows the keys; not in text
   fields. */

import { _ } from "../choices/language.js";
import { chooseSpan } from "../choices/windows.js";
import { all, element } from "../dom.js";

function helpDialog() {
  const rows = [
    ["7", _("Show the last 7 days")],
    ["3", _("Show the last 30 days")],
    ["/", _("Go to the search")],
    ["?", _("Show these keys")],
    ["Esc", _("Close")],
  ];
  const dialog: HTMLDialogElement = element(
    "dialog.help",
    { "aria-labelledby": "help-title", onclose: () => dialog.remove() },
    element("h2", { id: "help-title", textContent: _("Keyboard shortcuts") }),
    element(
      "dl",
      ...rows.map(([key, what]) => element("div", element("dt", element("kbd", key)), element("dd", what))),
    ),
    element("button.button", { type: "button", onclick: () => dialog.close() }, _("Close")),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}

function showHelp() {
  if (document.querySelector("dialog[open]")) return;
  const dialog = helpDialog();
  document.body.append(dialog);
  dialog.showModal();
}

function focusSearch() {
  const search = all("input[type=search]").find((one) => one.offsetParent !== null);
  if (!(search instanceof HTMLInputElement)) return false;
  const fold = search.closest("details");
  if (fold) fold.open = true;
  search.focus();
  search.select();
  return true;
}

function isTyping(target: HTMLElement): boolean {
  return target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);
}

function pressed(event: KeyboardEvent) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target as HTMLElement))
    return;
  if (document.querySelector("dialog[open]")) return;
  const span = ({ 7: "7", 3: "30" } as const)[event.key];
  if (event.key === "?") showHelp();
  // Other pages have no windows, and the sign-in page has its own choice of days.
  else if (span && all("[data-days-button]").length) chooseSpan(span);
  else if (event.key !== "/" || !focusSearch()) return;
  event.preventDefault();
}

/** Starts the keys, and the button that lists them. */
export function startKeys() {
  document.addEventListener("keydown", pressed);
  for (const button of all("[data-help]")) button.addEventListener("click", showHelp);
}
