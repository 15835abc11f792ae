/* What stands beside the charts: the table of the figures behind each, and the legends. */

import { all, element, loadScript } from "./dom.js";
import { seriesValues } from "./figures.js";
import { dayLabel, milliseconds, number, share } from "./format.js";
import { _, filled, metricLabel, word } from "./language.js";
import { headCell, numberCell, plainTable } from "./periods.js";
import { seriesKey } from "./sparkline.js";
import { chosenDays, LANGUAGE_TAGS, language, site } from "./state.js";

function chartTable(name, title) {
  const shape = window.AUTHMETER_CHARTS.charts[name][language].light;
  const format = { records: number, share, ms: milliseconds }[window.AUTHMETER_CHARTS.units[name]];
  const head = [headCell(_("Day")), ...shape.data.map((trace) => headCell(trace.name, true))];
  const lists = shape.data.map((trace) => seriesValues(trace.meta));
  const rows = site.days.map((day, i) =>
    element(
      "tr",
      {},
      element("th", { scope: "row", className: "word", textContent: dayLabel(day) }),
      ...lists.map((list) => numberCell(site.missing.includes(i) ? _("no data") : format(list[i]))),
    ),
  );
  return plainTable(`${_("Figures of this chart")} · ${title}`, head, rows.slice(-chosenDays).reverse(), "plain dense");
}

/* The table behind a chart is made when it is opened. */
export async function drawChartTable(details) {
  if (!details.open) return;
  await loadScript(document.documentElement.dataset.charts);
  const title = details.closest("figure").querySelector(`figcaption [lang="${LANGUAGE_TAGS[language]}"]`).textContent;
  details.querySelector("[data-chart-table]").replaceChildren(chartTable(details.dataset.figures, title));
}

export function drawChartTables() {
  for (const details of all("details[data-figures]")) drawChartTable(details);
}

export function drawLegends() {
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
      ...legends[place.dataset.legend].map(([look, label]) => element("li", {}, seriesKey(look), label)),
    );
  }
}
