/* Elements next to the charts: the table of each chart's figures, its download, and the legends. */

import { _, filled, metricLabel, word } from "../choices/language.js";
import { chooseLine } from "../choices/line.js";
import { chosenDimension, chosenSpan, figures, isolated, site } from "../choices/state.js";
import { dayLabel, milliseconds, number, previousLabel, share } from "../data/format.js";
import { channelsOf, incidentMarks } from "../data/marks.js";
import { cardMeasures, checkChannels, loginChannels, TECHNICAL } from "../data/measures.js";
import { fullName, isPresent, shownTraces, versionName, versionPlaces } from "../data/series.js";
import { monthDays, normsOf, placesOf, previousOf, valuesOf } from "../data/spans.js";
import { all, around, element, loadScript, one } from "../dom.js";
import { downloadButtons } from "../downloads/downloads.js";
import { unitHeading } from "../downloads/sheet.js";
import { shownText } from "../tables/cell_text.js";
import { bareTable, figureColumn, headCell, wordHead } from "../tables/data_table.js";
import type { SeriesPlace } from "../types/charts.js";
import type { CsvCell, FileColumn, TableColumn } from "../types/tables.js";
import { drawChartKeys } from "./chart_keys.js";
import { pictureButton } from "./picture.js";
import { dayPage } from "./readout.js";
import { seriesKey } from "./sparkline.js";

interface LegendEntry {
  label: string;
  meta: SeriesPlace;
}

/** The lines that a chart shows, with their numbers over the span. */
function shownLines(name: string) {
  const { units } = window.AUTHMETER_CHARTS;
  return shownTraces(name).map((trace) => ({
    label: fullName(trace),
    values: valuesOf(trace.meta, chosenSpan),
    before: previousOf(trace.meta, chosenSpan),
    norms: normsOf(trace.meta, units[name], chosenSpan),
  }));
}

function chartTable(name: string, title: string): HTMLElement {
  const format = { records: number, share, ms: milliseconds }[window.AUTHMETER_CHARTS.units[name]];
  const lines = shownLines(name);
  const { x, missing, isByMonth } = placesOf(chosenSpan);
  const channels = channelsOf(shownTraces(name).map(({ meta }) => meta));
  const places = x.map((_day, i) => i).reverse();
  const dayCell = (place: number) => {
    const href = dayPage(x[place]);
    const label = isByMonth ? x[place].slice(0, 7) : dayLabel(x[place]);
    const marks = isByMonth ? [] : incidentMarks([x[place]], channels);
    return wordHead(
      href === null ? label : element("a", { href, textContent: label }),
      ...marks.map((mark) => element("span.mark", mark.label)),
    );
  };
  const columns: TableColumn<number>[] = [
    [headCell(isByMonth ? _("Month") : _("Day")), dayCell],
    ...lines.map(
      ({ label, values }): TableColumn<number> =>
        figureColumn(label, (place) => (missing.includes(place) && !isByMonth ? _("no data") : format(values[place]))),
    ),
  ];
  if (isByMonth) {
    columns.push(figureColumn(_("Days with data"), (place) => number(monthDays(place).withData)));
  }
  return bareTable(`${_("Figures of this chart")} · ${title}`, places, columns, { className: "plain dense" });
}

/** The numbers of a chart as columns of a file: its lines, the span before, and the usual range. */
function chartColumns(name: string): FileColumn[] {
  const lines = shownLines(name);
  const { x, isByMonth } = placesOf(chosenSpan);
  const kind = window.AUTHMETER_CHARTS.units[name];
  const unit = kind === "records" ? "" : kind;
  // The page shows the limits of counts as whole numbers.
  const limit = (value?: number) => (value === undefined ? null : unit ? value : Math.round(value));
  const column = (heading: string, cellAt: (place: number) => CsvCell): FileColumn => ({
    heading: unitHeading(heading, unit),
    unit,
    cells: x.map((_day, i) => cellAt(i)),
  });
  return [
    {
      heading: isByMonth ? _("Month") : _("Day"),
      unit: isByMonth ? "" : "day",
      cells: x.map((day) => (isByMonth ? day.slice(0, 7) : day)),
    },
    ...lines.map(({ label, values }) => column(label, (i) => values[i])),
    ...lines
      .filter(({ before }) => before.length)
      .map(({ label, before }) => column(`${label} · ${previousLabel()}`, (i) => before[i] ?? null)),
    ...lines
      .filter(({ norms }) => norms.length)
      .flatMap(({ label, norms }) => [
        column(`${label} · ${_("usual, lowest")}`, (i) => limit(norms[i]?.low)),
        column(`${label} · ${_("usual, highest")}`, (i) => limit(norms[i]?.high)),
      ]),
    ...((isByMonth
      ? [{ heading: _("Days with data"), unit: "", cells: x.map((_month, i) => monthDays(i).withData) }]
      : []) as FileColumn[]),
  ];
}

/** Draws the buttons that download the charts' numbers, in the language of the page. */
function drawChartDownloads() {
  for (const place of all("[data-chart-download]")) {
    const figure = around(place, "figure");
    const title = () => shownText(one("figcaption", figure));
    const buttons = downloadButtons(title, () => chartColumns(place.dataset.chartDownload || ""));
    // The shapes of the charts are loaded after the page.
    for (const button of all("button", buttons) as HTMLButtonElement[]) {
      button.disabled = !window.AUTHMETER_CHARTS;
    }
    place.replaceChildren(pictureButton(figure), buttons);
  }
}

/** Draws the table of a chart's figures, when it is opened. */
export async function drawChartTable(details: HTMLDetailsElement) {
  if (!details.open) return;
  await loadScript(document.documentElement.dataset.charts || "");
  const title = shownText(one("figcaption", around(details, "figure")));
  one("[data-chart-table]", details).replaceChildren(chartTable(details.dataset.figures || "", title));
}

/** The elements that unfold to the table of each chart. */
export const chartDetails = () => all("details[data-figures]") as HTMLDetailsElement[];

/** Redraws the open tables. */
export function drawChartTables() {
  for (const details of chartDetails()) drawChartTable(details);
}

/** Draws the names and keys of the series; a click shows one series alone, another click all again. */
export function drawLegends() {
  const isByVersion = chosenDimension === "version";
  const channels = loginChannels().map((name) => legendEntry(name, word(name), "trend", name));
  const checks = (name: string) =>
    figures?.present.length ? filled(_("{channel}, latencies only"), { channel: word(name) }) : word(name);
  const versions = isByVersion && figures ? versionPlaces(TECHNICAL) : [];
  const legends: Record<string, LegendEntry[]> = {
    timed: isByVersion
      ? versions.map((meta) => ({ label: versionName(meta.series), meta }))
      : [...channels, ...checkChannels().map((name) => legendEntry(name, checks(name), "verification", name))],
    usage: cardMeasures()
      .filter((name) => site.usage[name].look)
      .map((name) => legendEntry(site.usage[name].look, metricLabel(name), "usage", name)),
  };
  for (const place of all("[data-legend]")) {
    const every = legends[place.dataset.legend || ""];
    const present = every.filter(({ meta }) => figures && isPresent(meta));
    const legend = present.length ? present : every;
    // The buttons are reused, so that the focus is kept.
    const buttons = all("button", place);
    const shown = buttons.length === legend.length ? buttons : legend.map(legendButton);
    legend.forEach(({ label, meta: { look } }, i) => {
      shown[i].replaceChildren(seriesKey(look), label);
      shown[i].dataset.look = look;
      shown[i].setAttribute("aria-pressed", String(look === isolated));
    });
    if (shown !== buttons) place.replaceChildren(...shown.map((button) => element("li", button)));
    const lines = legend.filter(({ meta }) => meta.group !== "verification");
    const alone = legend.filter(({ meta }) => meta.look === isolated);
    const channels = channelsOf((alone.length ? alone : legend).map(({ meta }) => meta));
    drawChartKeys(place, channels, lines.length <= 1 || alone.length > 0, isByVersion);
  }
  drawChartDownloads();
}

const legendEntry = (look: string, label: string, group: SeriesPlace["group"], series: string): LegendEntry => ({
  label,
  meta: { group, series, field: null, look },
});

function legendButton(): HTMLElement {
  const button = element("button.series-button", { type: "button" });
  button.onclick = () => chooseLine(button.dataset.look === isolated ? "" : button.dataset.look || "");
  return button;
}
