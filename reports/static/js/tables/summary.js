/* The four channels side by side over the chosen window: counts, shares and rates, each with its change. Each row
   has the key of its line in the charts. */

import { seriesKey, sparkline } from "../charts/sparkline.js";
import { _, betterOf, metricLink, word } from "../choices/language.js";
import { chosenDays, figures, site, texts, windowKey } from "../choices/state.js";
import { onFigures, onPainted } from "../choices/windows.js";
import { baseLabel, number, share } from "../data/format.js";
import { isComparable, otherChannels, TECHNICAL } from "../data/measures.js";
import { sideOf } from "../data/spans.js";
import { all, element, own } from "../dom.js";
import { changeNode } from "./change.js";
import { headCell, numberCell, plainTable } from "./periods.js";

/** @import { ChannelRow, Counts, Side, Value, WindowKey } from "../types.d.ts" */

/**
 * @param {string} channel
 * @returns {(Node | string)[]}
 */
function channelName(channel) {
  return own(texts.looks, channel) ? [seriesKey(channel), word(channel)] : [word(channel)];
}

/**
 * The positions of a channel's authorizations and rate relative to the usual range of the window.
 * @param {string} channel
 * @param {WindowKey} period
 * @returns {{ counts: Side, rates: Side }}
 */
function loginSides(channel, period) {
  /** @param {string} field */
  const place = (field) => /** @type {const} */ ({ group: "trend", series: channel, field });
  return {
    counts: sideOf(place("authorizations"), "records", period),
    rates: sideOf(place("authorization_rate"), "share", period),
  };
}

/**
 * A cell with a figure and its change below.
 * @param {string} text
 * @param {HTMLElement | null} change
 * @returns {HTMLElement}
 */
function withChange(text, change) {
  return numberCell(element("span", { className: "value", textContent: text }), ...(change ? [change] : []));
}

/**
 * The change below a figure; none if too few days are matched, which the section's heading explains once for all rows.
 * @param {Counts} row
 * @param {"authorizations" | "authorization_rate"} metric
 * @param {boolean} comparable
 * @param {Side} [side] unknown for rows without values by day on the page.
 * @returns {HTMLElement | null}
 */
export function columnChange(row, metric, comparable, side) {
  if (!comparable) return null;
  const kind = metric === "authorization_rate" ? "points" : "ratio";
  const [value, base] = [row[`matched_${metric}`], row[`counterpart_${metric}`]];
  return changeNode(value, base, { better: betterOf(metric), kind, quiet: true, side });
}

/**
 * The cells of a row's rates and requests.
 * @param {Counts} row
 * @param {boolean} comparable
 * @param {Side} [side] the position of the rate relative to its usual range.
 */
export function rateCells(row, comparable, side) {
  return [
    withChange(share(row.authorization_rate), columnChange(row, "authorization_rate", comparable, side)),
    numberCell(share(row[TECHNICAL])),
    numberCell(number(row.authorization_requests)),
  ];
}

/** @param {string} compared names the base of the change. */
export const rateHeads = (compared) => [
  headCell(metricLink("authorization_rate"), true, compared),
  headCell(metricLink(TECHNICAL), true),
  headCell(metricLink("authorization_requests"), true),
];

/**
 * A number above its bar; the bar is decorative and does not cover the digits.
 * @param {Value} value
 * @param {number} whole
 * @param {string} [text]
 * @returns {HTMLElement}
 */
export function barCell(value, whole, text = number(value)) {
  const bar = element("span", { className: "bar", "aria-hidden": "true" });
  const part = whole ? Math.max(0, Math.min(1, (value ?? 0) / whole)) : 0;
  bar.style.setProperty("--part", String(part));
  return element("td", { className: "number barred" }, bar, element("span", { className: "value", textContent: text }));
}

/**
 * @param {ChannelRow} row
 * @param {WindowKey} period
 * @returns {HTMLElement}
 */
function channelRow(row, period) {
  const comparable = isComparable(period);
  const sides = loginSides(row.channel, period);
  return element(
    "tr",
    { className: row.channel === "*" ? "total" : "" },
    element("th", { scope: "row", className: "word" }, ...channelName(row.channel)),
    element(
      "td",
      { className: "course" },
      sparkline(figures.long.channels[row.channel].authorizations.slice(-site.days.length), { lit: chosenDays }),
    ),
    withChange(number(row.authorizations), columnChange(row, "authorizations", comparable, sides.counts)),
    // The share of all channels together is always 100 %, and needs no bar.
    row.channel === "*" ? numberCell(share(row.share)) : barCell(row.share, 1, share(row.share)),
    ...rateCells(row, comparable, sides.rates),
    numberCell(number(row.authorizations_cancelled)),
    numberCell(number(row.authorizations_failed)),
  );
}

/**
 * The rows of channels other than the four, if they have requests.
 * @param {ChannelRow[]} rows
 * @returns {ChannelRow[]}
 */
export const otherRows = (rows) =>
  rows.filter((row) => otherChannels().includes(row.channel) && row.authorization_requests);

/**
 * The rows of the login channels that are used, of the four together if several are used, and of other channels. If no
 * channel is used, all rows.
 * @param {ChannelRow[]} rows
 * @returns {ChannelRow[]}
 */
function shownRows(rows) {
  const { present } = figures;
  if (!present.length) return otherRows(rows).length ? otherRows(rows) : rows;
  return rows.filter(({ channel }) =>
    channel === "*" ? present.length > 1 : present.includes(channel) || otherChannels().includes(channel),
  );
}

function drawSummary() {
  const period = windowKey();
  const compared = baseLabel(period);
  for (const place of all("[data-part=summary]")) {
    const head = [
      headCell(_("Channel")),
      element("th", { scope: "col", className: "course", textContent: _("30 days") }),
      headCell(metricLink("authorizations"), true, compared),
      headCell(metricLink("authorizations", _("Share")), true),
      ...rateHeads(compared),
      headCell(metricLink("authorizations_cancelled"), true),
      headCell(metricLink("authorizations_failed"), true),
    ];
    const rows = shownRows(figures.channels[period]).map((row) => channelRow(row, period));
    place.replaceChildren(plainTable(_("By channel"), head, rows, "plain summary"));
  }
}

/** Draws the table after every change of figures or window. */
export function startSummary() {
  onFigures(drawSummary);
  onPainted(drawSummary);
}
