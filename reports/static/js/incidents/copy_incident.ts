/* "Copy card": copies an incident as text for a chat, with its link; for a card of the briefing also a picture with
   its curve, if the browser can copy both. */

import { png, source } from "../charts/picture.js";
import { widthOf } from "../charts/scales.js";
import { _ } from "../choices/language.js";
import { copied, copyButton } from "../controls/copying.js";
import { all, drawing, element } from "../dom.js";
import { shownText } from "../tables/cell_text.js";

const WIDTH = 640;
const EDGE = 20;
const LINE = 22;
const CURVE = 112;

/** The lines of an incident's text: title, facts, cause. */
function linesOf(incident: HTMLElement): string[] {
  const heads = all(".status, h2, .fall, .incident-line", incident).map((node) => shownText(node, "svg, .copy-place"));
  const facts = all(":scope > .facts > div, .story > dl > div", incident).map((fact) => {
    const [name, value] = [...fact.children].map((node) => shownText(node));
    return `${name}: ${value}`;
  });
  const cause = all(".cause h3, .cause li", incident).map((node) => shownText(node));
  return [...heads, ...facts, ...cause].filter(Boolean);
}

function linkOf(incident: HTMLElement) {
  const [link] = all("a.incident-text", incident) as HTMLAnchorElement[];
  return link ? link.href : window.location.href;
}

/** A text, broken into lines of the picture's width. */
export function wrapped(text: string): string[] {
  const lines = [""];
  for (const piece of text.match(/[\u2e80-\uffff]\s*|[^\s\u2e80-\uffff]+\s*/gu) || []) {
    if (lines[lines.length - 1] && widthOf(lines[lines.length - 1] + piece) * 1.2 > WIDTH - 2 * EDGE) lines.push("");
    lines[lines.length - 1] += piece;
  }
  return lines.map((line) => line.trim());
}

const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "font-size",
  "paint-order",
  "opacity",
  "vector-effect",
];

/** A copy of a drawing with its computed styles as attributes, because the picture has no style sheet. */
function withStyles(original: Element): Element {
  const copy = original.cloneNode(false) as Element;
  const styles = window.getComputedStyle(original);
  for (const name of STYLES) copy.setAttribute(name, styles.getPropertyValue(name));
  copy.removeAttribute("class");
  for (const child of original.childNodes) {
    copy.append(child instanceof Element ? withStyles(child) : child.cloneNode(true));
  }
  return copy;
}

/** The picture of a card: its lines above its curve, always in the light colours. */
function pictureOf(incident: HTMLElement, lines: string[]) {
  const { dataset } = document.documentElement;
  const theme = dataset.theme;
  dataset.theme = "light";
  const curves = all(".curve", incident).map(withStyles);
  const { color, fontFamily } = window.getComputedStyle(document.body);
  dataset.theme = theme;
  const rows = lines.flatMap(wrapped);
  const height = 2 * EDGE + rows.length * LINE + CURVE + EDGE + LINE;
  const texts = rows.map((row, i) => {
    const isTitle = i === 1;
    const text = drawing("text", {
      x: EDGE,
      y: EDGE + 14 + i * LINE,
      fill: color,
      "font-size": isTitle ? 16 : 13,
      "font-weight": isTitle ? 640 : 400,
    });
    text.textContent = row;
    return text;
  });
  const foot = drawing("text", { x: EDGE, y: height - EDGE, fill: color, "font-size": 11, opacity: 0.7 });
  foot.textContent = source();
  for (const curve of curves) {
    const place = { x: EDGE, y: EDGE + rows.length * LINE + 8, width: WIDTH - 2 * EDGE, height: CURVE };
    for (const [name, value] of Object.entries(place)) curve.setAttribute(name, String(value));
  }
  const picture = drawing(
    "svg",
    { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": fontFamily },
    drawing("rect", { width: WIDTH, height, fill: "#FFFFFF" }),
    ...texts,
    foot,
  );
  picture.append(...curves);
  return { text: new XMLSerializer().serializeToString(picture), width: WIDTH, height };
}

/** Copies an incident: text and picture, or only the text. */
async function copyIncident(incident: HTMLElement): Promise<boolean> {
  const lines = linesOf(incident);
  const text = [...lines, linkOf(incident)].join("\n");
  if (all(".curve", incident).length) {
    try {
      const parts = {
        "text/plain": new Blob([text], { type: "text/plain" }),
        "image/png": await png(pictureOf(incident, lines)),
      };
      await navigator.clipboard.write([new ClipboardItem(parts)]);
      return true;
    } catch {
      // Falls back to the text alone.
    }
  }
  return copied(text);
}

/** Adds the button to each incident. */
export function offerCards() {
  for (const incident of all(".incident-card, .incident")) {
    for (const old of all(".copy-place", incident)) old.remove();
    const [actions] = all(".evidence > .actions", incident);
    const [line] = all(":scope > .incident-line", incident);
    const button = copyButton(_("Copy card"), () => copyIncident(incident), "copy-card");
    button.classList.add(actions ? "button" : "picture");
    const place = element("span.copy-place", button);
    (actions || line)?.append(place);
  }
}
