/* The range of days that the reader chooses on an app's page: two dates, the base of comparison, and the counts of
   usage and of the login channels. The choice is in the address. data/ranges.ts decides which days are compared. */

import { asked, keepInAddress, onBack } from "../choices/address.js";
import { _, betterOf, filled, metricLink, word } from "../choices/language.js";
import { chosenDays, chosenSpan, figures, site } from "../choices/state.js";
import { checkAddress } from "../choices/unmet.js";
import { onFigures, onPainted } from "../choices/windows.js";
import { seriesValues } from "../data/figures.js";
import { dayRange, number, share } from "../data/format.js";
import { cardMeasures, otherChannels, rateOf, shownChannels } from "../data/measures.js";
import { daysOfRange, loadOlderDays, valuesOfRange } from "../data/older_days.js";
import { comparedPlaces, counterparts, shownRange, sumOver, VERSUS } from "../data/ranges.js";
import { sideOfPlaces } from "../data/spans.js";
import { all, element, put } from "../dom.js";
import { changeNode } from "../tables/change.js";
import { dataTable, figureColumn, headCell, rowHead, wordHead } from "../tables/data_table.js";
import type { Value, Versus } from "../types/basics.js";
import type { Series } from "../types/charts.js";
import type { TableColumn } from "../types/tables.js";
import { isUsed } from "./cards.js";

type Compared = ReturnType<typeof comparedPlaces>;

const RATE = "authorization_rate";

const askedVersus = (): Versus => VERSUS.find((one) => one === asked("vs")) || "before";

/** The number of days that the charts show, which is the default length of the range. */
const spanShown = () => (chosenSpan === "90" ? 90 : chosenDays);

const askedRange = () => shownRange({ from: asked("from"), to: asked("to") }, daysOfRange().days, spanShown());

/** The position of a value over some days relative to its usual range; unknown if a day is older than the last 90. */
function sideOf(series: Series, unit: "records" | "share", places: number[]) {
  const { olderCount } = daysOfRange();
  const recent = places.map((i) => i - olderCount);
  return recent.some((i) => i < 0) ? "unknown" : sideOfPlaces(series, unit, recent);
}

const versusWords = (): Record<Versus, string> => ({
  before: _("the days before"),
  week: _("the same weekdays before"),
  month: _("the same days of the month before"),
});

/** The values of a series on all days that can be chosen. */
const valuesOf = (series: Series) => valuesOfRange((lists) => seriesValues(series, lists));

/** The sum or the rate of a series over some days. */
function over(series: Series, places: number[]): Value {
  const sumOf = (field: string | null) => sumOver(valuesOf({ ...series, field }), places);
  return series.field === RATE ? rateOf(RATE, sumOf) : sumOf(series.field);
}

/** The columns of a value over the range, of its base, and of its change. */
function comparedColumns(
  heading: Node | string,
  { withData, matched, base, isComparable }: Compared,
  seriesOf: (row: string) => Series,
): TableColumn<string>[] {
  const text = (row: string, places: number[]) => {
    const series = seriesOf(row);
    return (series.field === RATE ? share : number)(over(series, places));
  };
  const change = (row: string) => {
    const series = seriesOf(row);
    const isRate = series.field === RATE;
    return changeNode(over(series, matched), over(series, base), {
      comparable: isComparable,
      better: betterOf(series.field ?? series.series),
      kind: isRate ? "points" : "ratio",
      quiet: true,
      side: sideOf(series, isRate ? "share" : "records", withData),
    });
  };
  return [
    figureColumn(heading, (row) => text(row, withData)),
    figureColumn(_("Compared with"), (row) => text(row, base)),
    figureColumn(_("Change"), change),
  ];
}

/**
 * Whether a count is above zero on a day of the range, or on a day that it is compared with. `isUsed` only considers
 * the windows of the page, and a range may be older.
 */
function occurs(series: Series, { withData, base }: Compared) {
  const values = valuesOf(series);
  return [...withData, ...base].some((i) => values[i]);
}

function usageTable(compared: Compared) {
  const usageOf = (series: string): Series => ({ group: "usage", series, field: null });
  const metrics = cardMeasures().filter((metric) => isUsed(metric) || occurs(usageOf(metric), compared));
  const columns: TableColumn<string>[] = [
    [headCell(_("Metric")), (metric) => rowHead(metricLink(metric))],
    ...comparedColumns(_("Range"), compared, usageOf),
  ];
  return dataTable(_("Usage of the range"), metrics, columns, { className: "plain range-usage" });
}

/** The table of the channels that the app uses or used in the range. Totals include the login channels only. */
function channelsTable(compared: Compared) {
  const now = [...figures.present, ...figures.channels[30].map((row) => row.channel).filter(isOther)];
  const seriesOf = (series: string, field: string): Series => ({ group: "trend", series, field });
  const channels = shownChannels(
    (name) => now.includes(name) || occurs(seriesOf(name, "authorization_requests"), compared),
  );
  if (!channels.length) return [];
  const columns: TableColumn<string>[] = [
    [headCell(_("Channel")), (channel) => wordHead(word(channel))],
    ...["authorizations", "authorization_requests", RATE].flatMap((metric) =>
      comparedColumns(metricLink(metric), compared, (channel) => seriesOf(channel, metric)),
    ),
  ];
  const classOf = (channel: string) => (channel === "*" ? "total" : "");
  const look = { className: "plain range-channels", classOf };
  return [dataTable(_("Channels of the range"), channels, columns, look)];
}

const isOther = (channel: string) => otherChannels().includes(channel);

/** The text about the compared days and their number. */
function note(
  { first, last }: { first: string; last: string },
  versus: Versus,
  { places, matched, isComparable }: Compared,
) {
  const days = counterparts(
    places.map((i) => daysOfRange().days[i]),
    versus,
  ).filter((day) => day !== null);
  const words = isComparable
    ? _("{matched} of {days} days comparable")
    : _("only {matched} of {days} days comparable, too few");
  const against = days.length ? dayRange(days[0], days[days.length - 1]) : _("no data to compare with");
  return `${dayRange(first, last)} · ${_("Compared with")} ${versusWords()[versus]} ${against} · ${filled(words, { matched: matched.length, days: places.length })}`;
}

/** A note on sites with too many apps to publish older days, where only the last 90 days can be chosen. */
function limitNotes() {
  if (site.has_older_days) return [];
  const text = _("Only the last 90 days can be chosen: this site has too many apps to hold older days of each.");
  return [element("p.note.range-limit", text)];
}

function choose(choice: Record<string, string>) {
  const { first, last } = askedRange();
  keepInAddress({ from: first, to: last, vs: askedVersus(), ...choice });
  drawRange();
}

/** A date field of the range; an empty or incomplete date changes nothing. */
function dateField(label: string, name: "from" | "to") {
  const { days } = daysOfRange();
  const input = element("input", { type: "date", min: days[0], max: days[days.length - 1], "data-range": name });
  input.onchange = () => input.value && choose({ [name]: input.value });
  return element("label.field", label, input);
}

function versusField() {
  const options = Object.entries(versusWords()).map(([value, text]) => element("option", { value }, text));
  const select = element("select", { "data-range": "vs" }, ...options);
  select.onchange = () => choose({ vs: select.value });
  return element("label.field", _("Compared with"), select);
}

/** Draws the fields of the range. They are not drawn again while days are chosen, so that the focus is kept. */
function drawFields() {
  for (const place of all("[data-range-fields]")) {
    place.replaceChildren(dateField(_("From"), "from"), dateField(_("To"), "to"), versusField());
  }
}

function drawRange() {
  const range = askedRange();
  const versus = askedVersus();
  const values = { from: range.first, to: range.last, vs: versus };
  for (const field of all("[data-range]") as (HTMLInputElement | HTMLSelectElement)[]) {
    field.value = values[field.dataset.range as "from" | "to" | "vs"];
  }
  const { days, missing } = daysOfRange();
  const compared = comparedPlaces(range, versus, days, missing);
  // The base of comparison is before the range.
  if (days[compared.firstPlace] < site.long_days[0]) loadOlderDays(drawRange);
  put("range", () => [
    element("p.note.range-note", note(range, versus, compared)),
    ...limitNotes(),
    usageTable(compared),
    ...channelsTable(compared),
  ]);
}

/** Draws the range after every change of fields, figures or language. */
export function startRange() {
  if (!all("[data-part=range]").length) return;
  const shown = (): string | null => {
    const { first, last, isAsAsked } = askedRange();
    return isAsAsked ? null : dayRange(first, last);
  };
  checkAddress(["from", "to"], shown);
  checkAddress(["vs"], () => (VERSUS.some((one) => one === asked("vs")) ? null : versusWords().before));
  onFigures(() => {
    drawFields();
    drawRange();
  });
  onPainted(drawRange);
  onBack(drawRange);
}
