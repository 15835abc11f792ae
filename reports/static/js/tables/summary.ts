/* The four channels side by side over the chosen window: counts, shares and rates, each with its change. Each row
   has the key of its line in the charts. */

import { seriesKey } from "../charts/sparkline.js";
import { _, betterOf, metricLink, word } from "../choices/language.js";
import { figures, site, texts, windowKey } from "../choices/state.js";
import { baseLabel, number, share } from "../data/format.js";
import { isComparable, otherChannels, TECHNICAL } from "../data/measures.js";
import { sideOf } from "../data/spans.js";
import { element, own, put } from "../dom.js";
import type { Side } from "../types/basics.js";
import type { ChannelRow, Counts } from "../types/figures.js";
import type { TableColumn } from "../types/tables.js";
import { changeNode } from "./change.js";
import { barCell, courseColumn, dataTable, figureColumn, headCell, numberCell, wordHead } from "./data_table.js";

function channelName(channel: string): (Node | string)[] {
  return own(texts.looks, channel) ? [seriesKey(channel), word(channel)] : [word(channel)];
}

/** The position of a channel's authorizations or rate relative to the usual range of the window. */
const loginSide = (series: string, field: string, unit: "records" | "share") =>
  sideOf({ group: "trend", series, field }, unit, windowKey());

/** A cell with a figure and its change below. */
function withChange(text: string, change: HTMLElement | null): HTMLElement {
  return numberCell(element("span.value", text), ...(change ? [change] : []));
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
 * The columns of rates and requests.
 * @param compared names the base of the change.
 * @param sideOfRate the position of the rate relative to its usual range.
 */
export const rateColumns = <Row extends Counts>(
  compared: string,
  comparable: boolean,
  sideOfRate?: (row: Row) => Side,
): TableColumn<Row>[] => [
  [
    headCell(metricLink("authorization_rate"), true, compared),
    (row) =>
      withChange(share(row.authorization_rate), columnChange(row, "authorization_rate", comparable, sideOfRate?.(row))),
  ],
  figureColumn(metricLink(TECHNICAL), (row) => share(row[TECHNICAL])),
  figureColumn(metricLink("authorization_requests"), (row) => number(row.authorization_requests)),
];

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

/** Draws the table. */
export function drawSummary() {
  const period = windowKey();
  const [compared, comparable] = [baseLabel(period), isComparable(period)];
  const columns: TableColumn<ChannelRow>[] = [
    [headCell(_("Channel")), ({ channel }) => wordHead(...channelName(channel))],
    courseColumn(({ channel }) => figures.long.channels[channel].authorizations.slice(-site.days.length)),
    [
      headCell(metricLink("authorizations"), true, compared),
      (row) => {
        const side = loginSide(row.channel, "authorizations", "records");
        return withChange(number(row.authorizations), columnChange(row, "authorizations", comparable, side));
      },
    ],
    [
      headCell(metricLink("authorizations", _("Share")), true),
      // The share of all channels together is always 100 %, and needs no bar.
      (row) => (row.channel === "*" ? numberCell(share(row.share)) : barCell(row.share, 1, share(row.share))),
    ],
    ...rateColumns<ChannelRow>(compared, comparable, ({ channel }) =>
      loginSide(channel, "authorization_rate", "share"),
    ),
    figureColumn(metricLink("authorizations_cancelled"), (row) => number(row.authorizations_cancelled)),
    figureColumn(metricLink("authorizations_failed"), (row) => number(row.authorizations_failed)),
  ];
  const look = { className: "plain summary", classOf: (row: ChannelRow) => (row.channel === "*" ? "total" : "") };
  put("summary", () => [dataTable(_("By channel"), shownRows(figures.channels[period]), columns, look)]);
}
