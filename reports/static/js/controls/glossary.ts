/* Shows the meaning of a metric next to its name, on hover and on focus. The page has one box: it stays open while
   the pointer is on it, Esc closes it, and screen readers read it as the name's description. */

import { language, texts } from "../choices/state.js";
import { element, one, own } from "../dom.js";

const GAP = 6;

let box: HTMLElement;
let described: HTMLElement | null = null;
let leaving = 0;

function close() {
  window.clearTimeout(leaving);
  described?.removeAttribute("aria-describedby");
  described = null;
  box.hidden = true;
}

/** Places the box below the name, or above it if there is no room, and inside the window. */
function place() {
  if (!described) return;
  const at = described.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(GAP, Math.min(at.left, document.documentElement.clientWidth - width - GAP));
  const below = at.bottom + GAP;
  const top = below + height > window.innerHeight ? Math.max(GAP, at.top - height - GAP) : below;
  box.style.setProperty("left", `${left}px`);
  box.style.setProperty("top", `${top}px`);
}

function open(term: HTMLElement) {
  const metric = own(texts.metrics, term.dataset.metric || "");
  if (!metric) return;
  if (described !== term) close();
  window.clearTimeout(leaving);
  described = term;
  box.replaceChildren(element("b", metric.label[language]), element("span", metric.meaning[language]));
  term.setAttribute("aria-describedby", box.id);
  box.hidden = false;
  place();
}

function termOf(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest("[data-metric]") : null;
}

/** Starts showing the meanings of metrics' names. */
export function startGlossary() {
  box = element("div.glossary", { id: "glossary", hidden: true, role: "tooltip" });
  one("main").append(box);
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const term = termOf(event);
    if (term) open(term);
    else if (box.contains(event.target as Node)) window.clearTimeout(leaving);
    else if (described && described !== document.activeElement) {
      window.clearTimeout(leaving);
      // Time to move the pointer from the name to the box.
      leaving = window.setTimeout(close, 200);
    }
  });
  document.addEventListener("focusin", (event) => {
    const term = termOf(event);
    if (term?.matches(":focus-visible")) open(term);
    else close();
  });
  document.addEventListener("focusout", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && described) close();
  });
  window.addEventListener("scroll", place, { passive: true });
}
