/* Makes a PNG of a chart at twice its size: title, app, span, legend, the chart in its light theme, source and
   as-of. Plotly draws the chart as SVG (its own PNG export needs `blob:` in the content policy); the rest is SVG
   around it. */

import { _, filled } from "../choices/language.js";
import { chosenSpan, figures, site } from "../choices/state.js";
import { placesLabel, previousLabel } from "../data/format.js";
import { endName } from "../data/series.js";
import { placesOf } from "../data/spans.js";
import { all, drawing, element, nextTask, one } from "../dom.js";
import { fileName } from "../downloads/csv.js";
import { save } from "../downloads/downloads.js";
import { shownText } from "../tables/cell_text.js";
import type { Trace } from "../types/charts.js";
import { filledChart } from "./filled_chart.js";
import { widthOf } from "./scales.js";
import { seriesMarker } from "./sparkline.js";

const SCALE = 2;
// A picture is read outside the page; a narrower one has no room for its title.
const LEAST_WIDTH = 640;
const EDGE = 16;
const COLOURS = { ink: "#17202B", muted: "#586474", surface: "#FFFFFF" };
const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
// Placeholder for Plotly's drawing in the picture's text: if it were parsed here, the policy would refuse its styles.
const MARK = "chart-drawn-by-plotly";

/** A line of text. */
function line(content: string, x: number, y: number, attributes: Record<string, string | number> = {}): SVGElement {
  const found = drawing("text", { x, y, fill: COLOURS.muted, "font-size": 12, ...attributes });
  found.textContent = content;
  return found;
}

/** The entries of the legend: the lines, and with a single line the shapes behind it. */
function legendEntries(traces: Trace[], shapes: object[]): { name: string; key: SVGElement }[] {
  const lines = traces.map(({ meta, line: { color } }) => ({
    name: endName(meta),
    key: drawing(
      "g",
      { fill: color, stroke: color, "stroke-width": 1.75 },
      drawing("path", { d: "M0 6h26" }),
      seriesMarker(meta.look),
    ),
  }));
  const { color } = traces[0].line;
  const drawn = window.AUTHMETER_CHARTS.backdrops.light;
  const behind = (kind: string, name: string, key: SVGElement) =>
    shapes.some((shape) => "name" in shape && shape.name === kind) ? [{ name, key }] : [];
  return [
    ...lines,
    ...behind(
      "previous",
      previousLabel(),
      drawing("path", { d: "M0 6h26", stroke: color, opacity: drawn.previous.opacity ?? 1 }),
    ),
    ...behind(
      "norm",
      _("Usual range"),
      drawing("rect", { width: 26, height: 12, fill: color, opacity: drawn.norm.opacity ?? 1 }),
    ),
  ];
}

/** The entries of the legend in rows that fit the width, and the height of these rows. */
function legendRows(
  entries: { name: string; key: SVGElement }[],
  width: number,
  top: number,
): { keys: SVGElement[]; height: number } {
  let [x, y] = [EDGE, top];
  const keys = entries.map(({ name, key }) => {
    const taken = 32 + widthOf(name) + 16;
    if (x > EDGE && x + taken > width - EDGE) [x, y] = [EDGE, y + 18];
    const place = drawing("g", { transform: `translate(${x} ${y})` }, key, line(name, 32, 10, { fill: COLOURS.ink }));
    x += taken;
    return place;
  });
  return { keys, height: y + 18 - top };
}

/** The line below a picture's title: the app, and the days or months of the charts. */
function subtitle() {
  const app = !figures || figures.key === "*" ? _("All apps") : figures.name;
  return `${app} · ${placesLabel(placesOf(chosenSpan))}`;
}

/** The text that names the source of the numbers and their as-of. */
export function source() {
  const text = filled(_("Source: authmeter, data day {day}, {zone}, generated at {time}"), {
    day: site.as_of,
    zone: site.time_zone,
    time: site.generated_at.slice(0, 16).replace("T", " "),
  });
  return all(".badge.synthetic").length ? `${text} · ${_("Synthetic data")}` : text;
}

/**
 * The picture of a chart as SVG text, with its size in pixels.
 * @param place the element that contains the chart.
 */
async function drawn(place: HTMLElement, title: string) {
  const size = { width: Math.max(LEAST_WIDTH, place.clientWidth), height: Math.max(240, place.clientHeight) };
  const { data, layout } = filledChart(place.dataset.chart || "", chosenSpan, "light", size);
  // There are no names at the lines' ends, because the legend has them.
  layout.margin.r = EDGE;
  const options = { format: "svg", ...size, imageDataOnly: true } as const;
  const chart = await window.Plotly.toImage({ data, layout, config: { staticPlot: true } }, options);
  const legend = legendRows(legendEntries(data, layout.shapes || []), size.width, 58);
  const top = 58 + legend.height;
  const whole = { width: size.width, height: top + size.height + 30 };
  const picture = drawing(
    "svg",
    { ...whole, viewBox: `0 0 ${whole.width} ${whole.height}`, "font-family": FONT },
    drawing("rect", { width: "100%", height: "100%", fill: COLOURS.surface }),
    line(title, EDGE, 28, { fill: COLOURS.ink, "font-size": 16, "font-weight": 640 }),
    line(subtitle(), EDGE, 47),
    ...legend.keys,
    drawing("g", { transform: `translate(0 ${top})` }, document.createComment(MARK)),
    line(source(), EDGE, whole.height - 12, { "font-size": 11 }),
  );
  const text = new XMLSerializer().serializeToString(picture).replace(`<!--${MARK}-->`, () => chart);
  return { text, ...whole };
}

/** The PNG of an SVG, at twice its size. */
export async function png({ text, width, height }: { text: string; width: number; height: number }): Promise<Blob> {
  const image = new Image(width, height);
  // Names from logs may have characters that XML cannot contain.
  const valid = text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, " ");
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(valid)}`;
  await image.decode();
  const canvas = element("canvas", { width: SCALE * width, height: SCALE * height });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser gives no canvas to draw on.");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser makes no PNG."))), "image/png");
  });
}

/** The button that downloads a chart's picture. */
export function pictureButton(figure: HTMLElement): HTMLButtonElement {
  const title = () => shownText(one("figcaption", figure));
  const onclick = async () => {
    // Let the browser paint the pressed button first: drawing takes a while.
    await nextTask();
    const app = figures && figures.key !== "*" ? figures.key : "";
    const picture = await drawn(one("[data-chart]", figure), title());
    save(fileName([app, title(), site.as_of], "png"), await png(picture));
  };
  // Plotly and the shapes are loaded after the page.
  const disabled = !window.Plotly || !window.AUTHMETER_CHARTS;
  const label = `${_("PNG")} · ${title()}`;
  return element("button.picture", { type: "button", "aria-label": label, disabled, onclick }, _("PNG"));
}
