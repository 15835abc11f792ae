/* Copies a text by the browser's clipboard or, if that is refused (http, some browsers with file://), by a selected
   field. The button shows whether it worked. */

import { _ } from "../choices/language.js";
import { element } from "../dom.js";

const SAID_FOR = 2500;

/** Copies by a temporary selected field. */
function copiedByField(text: string): boolean {
  const field = element("textarea.copied-field", { value: text, readOnly: true });
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
 * @returns whether it is on the clipboard.
 */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByField(text);
  }
}

/** Makes a button copy when clicked; `said` receives the outcome in words, then an empty text. */
export function copiesOnClick(
  button: HTMLButtonElement,
  copy: () => Promise<boolean>,
  said: (outcome: string) => void,
) {
  let waiting = 0;
  button.addEventListener("click", async () => {
    said((await copy()) ? _("Copied") : _("Copying is not allowed here"));
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => said(""), SAID_FOR);
  });
}

/** A button that copies; its label is `label`, or the outcome for a while after a click. */
export function copyButton(label: string, copy: () => Promise<boolean>, className = "picture"): HTMLButtonElement {
  const button = element("button", { type: "button", className, textContent: label, "aria-live": "polite" });
  copiesOnClick(button, copy, (outcome) => {
    button.textContent = outcome || label;
  });
  return button;
}
