/* Stores in the address which folds (`<details>`) the reader opened: a copied address shows them open. Back does not
   undo opening. */

import { asked, keepInAddress } from "../choices/address.js";
import { onFigures } from "../choices/windows.js";
import { all, own } from "../dom.js";

/** Keys of the folds that the reader opened or the address contains. */
const opened = new Set<string>();

const openAtFirst = new WeakSet<Element>();

/** The name of a fold, not necessarily unique: its id, chart, incident or part, or otherwise its kind. */
function nameOf(fold: HTMLElement): string {
  const { figures: chart } = fold.dataset;
  const incident = fold.closest("[data-incident]");
  const place = fold.querySelector("[data-part]");
  return (
    fold.id ||
    chart ||
    (incident instanceof HTMLElement && incident.dataset.incident) ||
    (place instanceof HTMLElement && place.dataset.part) ||
    fold.classList.item(fold.classList.length - 1) ||
    "fold"
  );
}

/** All folds of the page by key: the name, followed by a number if the name has occurred before. */
function folds(): Map<string, HTMLDetailsElement> {
  const counts: Record<string, number> = {};
  return new Map(
    (all("main details") as HTMLDetailsElement[]).map((fold) => {
      const name = nameOf(fold);
      counts[name] = (own(counts, name) || 0) + 1;
      return [counts[name] > 1 ? `${name}.${counts[name]}` : name, fold];
    }),
  );
}

/** Opens the folds that the reader opened before, or that the address contains. */
function openFolds() {
  for (const [key, fold] of folds()) {
    if (opened.has(key)) fold.open = true;
    else if (fold.open) openAtFirst.add(fold);
  }
}

function toggled({ target }: Event) {
  const found = [...folds()].find(([, fold]) => fold === target);
  if (!found || openAtFirst.has(found[1])) return;
  const [key, fold] = found;
  if (fold.open) opened.add(key);
  else opened.delete(key);
  keepInAddress({ open: [...opened].sort().join(",") }, true);
}

/** Opens the folds that the address names, and stores in the address which folds the reader opens. */
export function startFolds() {
  for (const key of (asked("open") || "").split(",").filter(Boolean)) opened.add(key);
  const linkedFold = folds().get(location.hash.slice(1));
  if (linkedFold) opened.add(linkedFold.id);
  openFolds();
  linkedFold?.scrollIntoView();
  onFigures(openFolds);
  // The event does not bubble.
  document.addEventListener("toggle", toggled, true);
}
