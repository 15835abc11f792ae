/* What stands beside the charts: the table of the figures behind each, and the legends. */

import { all, around, element, loadScript, one } from "./dom.js";
import { seriesValues } from "./figures.js";
import { dayLabel, milliseconds, number, share } from "./format.js";
import { _, filled, metricLabel, word } from "./language.js";
import { headCell, numberCell, plainTable } from "./periods.js";
import { seriesKey } from "./sparkline.js";
import { chosenDays, figures, LANGUAGE_TAGS, language, site } from "./state.js";

/**
 * @param {string} name
 * @param {string} title
 * @returns {HTMLElement}
 */
function chartTable(name, title) {
  const shape = window.AUTHMETER_CHARTS.charts[name][language].light;
  const format = { records: number, share, ms: milliseconds }[window.AUTHMETER_CHARTS.units[name]];
  const head = [headCell(_("Day")), ...shape.data.map((trace) => headCell(trace.name, true))];
  const lists = shape.data.map((trace) => seriesValues(trace.meta));
  const rows = site.days.map((day, i) =>
    element(
      "tr",
      {},
      element(
        "th",
        { scope: "row", className: "word" },
        dayLabel(day),
        figures.incidents.includes(day) ? element("span", { className: "mark", textContent: _("Incident") }) : null,
      ),
      ...lists.map((list) => numberCell(site.missing.includes(i) ? _("no data") : format(list[i]))),
    ),
  );
  return plainTable(`${_("Figures of this chart")} · ${title}`, head, rows.slice(-chosenDays).reverse(), "plain dense");
}

/**
 * The table behind a chart is made when it is opened.
 * @param {HTMLDetailsElement} details
 */
export async function drawChartTable(details) {
  if (!details.open) return;
  await loadScript(document.documentElement.dataset.charts || "");
  const title = one(`figcaption [lang="${LANGUAGE_TAGS[language]}"]`, around(details, "figure")).textContent;
  one("[data-chart-table]", details).replaceChildren(chartTable(details.dataset.figures || "", title));
}

/** What opens to the table behind each chart. */
export const chartDetails = () => /** @type {HTMLDetailsElement[]} */ (all("details[data-figures]"));

/** The tables that are open, anew. */
export function drawChartTables() {
  for (const details of chartDetails()) drawChartTable(details);
}

/** The names and keys of the series, in the language of the page. */
export function drawLegends() {
  /** @type {Record<string, string[][]>} */
  const legends = {
    channels: ["one_click", "wechat", "qq", "weibo"].map((name) => [name, word(name)]),
    timed: [
      ...["one_click", "wechat", "qq", "weibo"].map((name) => [name, word(name)]),
      ["local_verify", filled(_("{channel}, latencies only"), { channel: word("local_verify") })],
    ],
    usage: [
      ["one_click", metricLabel("one_click_verifications")],
      ["local_verify", metricLabel("local_verifications")],
      ["third_party", metricLabel("third_party_authorizations")],
    ],
  };
  for (const place of all("[data-legend]")) {
    place.replaceChildren(
      ...legends[place.dataset.legend || ""].map(([look, label]) => element("li", {}, seriesKey(look), label)),
    );
  }
}
