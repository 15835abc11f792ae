/* Copies a text by the browser's clipboard or, if that is refused (http, some browsers with file://), by a selected
   field. The button shows whether it worked. */

import { _ } from "../choices/language.js";
import { element } from "../dom.js";

const SAID_FOR = 2500;

/**
 * Copies by a temporary selected field.
 * @param {string} text
 * @returns {boolean}
 */
function copiedByField(text) {
  const field = element("textarea", { value: text, className: "copied-field", readOnly: true });
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  let isCopied = false;
  try {
    isCopied = document.execCommand("copy");
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
  return isCopied;
}

/**
 * Copies a text.
 * @param {string} text
 * @returns {Promise<boolean>} whether it is on the clipboard.
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByField(text);
  }
}

/**
 * Makes a button copy the result of `text` when clicked; `said` receives the outcome in words, then an empty text.
 * @param {HTMLButtonElement} button
 * @param {() => string} text
 * @param {(outcome: string) => void} said
 */
export function copiesOnClick(button, text, said) {
  let waiting = 0;
  button.addEventListener("click", async () => {
    said((await copied(text())) ? _("Copied") : _("Copying is not allowed here"));
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => said(""), SAID_FOR);
  });
}

/**
 * A button that copies a text; its label is `label`, or the outcome for a while after a click.
 * @param {string} label
 * @param {() => string} text
 * @param {string} [className]
 * @returns {HTMLButtonElement}
 */
export function copyButton(label, text, className = "picture") {
  const button = element("button", { type: "button", className, textContent: label, "aria-live": "polite" });
  copiesOnClick(button, text, (outcome) => {
    button.textContent = outcome || label;
  });
  return button;
}
