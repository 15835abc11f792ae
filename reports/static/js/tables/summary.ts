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
import type { ChannelRow, Counts, Side, Value, WindowKey } from "../types.js";
import { changeNode } from "./change.js";
import { headCell, numberCell, plainTable } from "./periods.js";

function channelName(channel: string): (Node | string)[] {
  return own(texts.looks, channel) ? [seriesKey(channel), word(channel)] : [word(channel)];
}

/** The positions of a channel's authorizations and rate relative to the usual range of the window. */
function loginSides(channel: string, period: WindowKey): { counts: Side; rates: Side } {
  const place = (field: string) => ({ group: "trend", series: channel, field }) as const;
  return {
    counts: sideOf(place("authorizations"), "records", period),
    rates: sideOf(place("authorization_rate"), "share", period),
  };
}

/** A cell with a figure and its change below. */
function withChange(text: string, change: HTMLElement | null): HTMLElement {
  return numberCell(element("span", { className: "value", textContent: text }), ...(change ? [change] : []));
}

/**
 * The change below a figure; none if too few days are matched, which the section's heading explains once for all rows.
 * @param side unknown for rows without values by day on the page.
 */
export function columnChange(
  row: Counts,
  metric: "authorizations" | "authorization_rate",
  comparable: boolean,
  side?: Side,
): HTMLElement | null {
  if (!comparable) return null;
  const kind = metric === "authorization_rate" ? "points" : "ratio";
  const [value, base] = [row[`matched_${metric}`], row[`counterpart_${metric}`]];
  return changeNode(value, base, { better: betterOf(metric), kind, quiet: true, side });
}

/**
 * The cells of a row's rates and requests.
 * @param side the position of the rate relative to its usual range.
 */
export function rateCells(row: Counts, comparable: boolean, side?: Side) {
  return [
    withChange(share(row.authorization_rate), columnChange(row, "authorization_rate", comparable, side)),
    numberCell(share(row[TECHNICAL])),
    numberCell(number(row.authorization_requests)),
  ];
}

/** The headings of these cells; `compared` names the base of the change. */
export const rateHeads = (compared: string) => [
  headCell(metricLink("authorization_rate"), true, compared),
  headCell(metricLink(TECHNICAL), true),
  headCell(metricLink("authorization_requests"), true),
];

/** A number above its bar; the bar is decorative and does not cover the digits. */
export function barCell(value: Value, whole: number, text: string = number(value)): HTMLElement {
  const bar = element("span", { className: "bar", "aria-hidden": "true" });
  const part = whole ? Math.max(0, Math.min(1, (value ?? 0) / whole)) : 0;
  bar.style.setProperty("--part", String(part));
  return element("td", { className: "number barred" }, bar, element("span", { className: "value", textContent: text }));
}

function channelRow(row: ChannelRow, period: WindowKey): HTMLElement {
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

/** The rows of channels other than the four, if they have requests. */
export const otherRows = (rows: ChannelRow[]): ChannelRow[] =>
  rows.filter((row) => otherChannels().includes(row.channel) && row.authorization_requests);

/**
 * The rows of the login channels that are used, of the four together if several are used, and of other channels. If no
 * channel is used, all rows.
 */
function shownRows(rows: ChannelRow[]): ChannelRow[] {
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
