/* Compares any two values of a dimension: each rate with its interval, and the meaning of the difference. */

import { asked, keepInAddress, onAddress, onBack } from "../choices/address.js";
import { _, filled, metricLink } from "../choices/language.js";
import { checkAddress } from "../choices/unmet.js";
import { fixed, number } from "../data/format.js";
import { mayBeNone, newcombe, wilson } from "../data/intervals.js";
import { element, named } from "../dom.js";
import { both } from "../pages/sections.js";
import { dataTable, headCell, numberCell, rowHead } from "../tables/data_table.js";
import type { Interval } from "../types/basics.js";
import type { ComparedDimension, ComparedValue, RateCounts } from "../types/sign_ins.js";
import type { TableColumn } from "../types/tables.js";

const RATES = ["sign_in_rate", "page_click", "click_authorize", "authorize_verify", "page_signed_in"];

/** The name of a rate. */
function rateName(rate: string): Node {
  const metric = { sign_in_rate: "sign_in_rate", page_click: "click_rate", page_signed_in: "page_rate" }[rate];
  if (metric) return metricLink(metric);
  return document.createTextNode(
    rate === "click_authorize"
      ? _("From the click to the authorization")
      : _("From the authorization to the verification"),
  );
}

/** Per cent with one decimal, without the per cent sign. */
const points = (share: number): string => fixed(share * 100, 1).replace("-", "−");

/** The text for a difference: B minus A, in percentage points. */
export function differenceText(difference: Interval): string {
  const [low, high] = [points(difference.low), points(difference.high)];
  if (mayBeNone(difference)) return filled(_("No difference to be seen ({low} to {high})"), { low, high });
  if (difference.value > 0) {
    return filled(_("B is higher by {points} percentage points ({low} to {high})"), {
      points: points(difference.value),
      low,
      high,
    });
  }
  return filled(_("B is lower by {points} percentage points ({low} to {high})"), {
    points: points(-difference.value),
    low: points(-difference.high),
    high: points(-difference.low),
  });
}

function intervalOf({ rates }: ComparedValue, rate: string): Interval | null {
  const counts = rates[rate];
  return counts?.[1] ? wilson(counts[0], counts[1]) : null;
}

/** The text in place of a rate that cannot be shown: the logs lack a step, or no session has its first step. */
export const noRateText = (counts: RateCounts | null) => (counts ? "—" : _("not in the logs"));

/** A rate with its interval below. */
function rateCell(value: ComparedValue, rate: string): HTMLElement {
  const [interval, counts] = [intervalOf(value, rate), value.rates[rate]];
  if (!interval || !counts) return numberCell(noRateText(counts));
  const [numerator, denominator, unlogged] = counts;
  const details = [
    `${points(interval.low)}–${points(interval.high)}%`,
    `${number(numerator)} / ${number(denominator)}`,
    ...(unlogged ? [filled(_("{count} without a verification in the log"), { count: number(unlogged) })] : []),
  ];
  return numberCell(`${points(interval.value)}%`, ...details.map((detail) => element("span.detail", detail)));
}

/** The difference of a rate between two values, with a warning if it may come from the logs. */
function differenceCell(a: ComparedValue, b: ComparedValue, rate: string): HTMLElement {
  const [ofA, ofB] = [intervalOf(a, rate), intervalOf(b, rate)];
  if (!ofA || !ofB) return element("td.found-difference", "—");
  const difference = newcombe(ofA, ofB);
  const isOfLogs = !mayBeNone(difference) && [a, b].some(({ rates }) => rates[rate]?.[2]);
  const warning = isOfLogs
    ? [element("span.detail", _("In part it may come from logs that lack the verification."))]
    : [];
  return element("td.found-difference", differenceText(difference), ...warning);
}

function comparedTable(a: ComparedValue, b: ComparedValue) {
  const side = (name: string, value: ComparedValue): TableColumn<string> => {
    const title = element("span", `${name} · `, named(value.label));
    const sessions = filled(_("{count} sessions"), { count: number(value.sessions) });
    return [headCell(title, true, sessions), (rate) => rateCell(value, rate)];
  };
  return dataTable(_("Compare two"), RATES, [
    [headCell(_("Rate")), (rate) => rowHead(rateName(rate))],
    side("A", a),
    side("B", b),
    [headCell(_("Difference")), (rate) => differenceCell(a, b, rate)],
  ]);
}

/**
 * The index of the chosen value among the values of the present span: other spans have other values in another order.
 * @param chosen the key of the chosen value; null if none was chosen.
 * @param preferred the index if nothing was chosen, or the chosen value cannot be chosen now.
 */
export function keptPlace(keys: string[], chosen: string | null, preferred: number) {
  const place = keys.indexOf(chosen ?? "");
  return place < 0 ? preferred : place;
}

/** The parameters of the address with the dimension and its two values. */
const SIDES = ["compare", "a", "b"] as const;
/** Stands in the address for the merged values, which have no key. */
const OTHERS = "**";

type Offered = { key: string | null };
const keysOf = (offered: Offered[]): string[] => offered.map(({ key }) => key ?? OTHERS);

/** The dimension and the two values that the address names, or others in their place; null if nothing can be compared. */
function choice(dimensions: ComparedDimension[]): [ComparedDimension, ComparedValue, ComparedValue] | null {
  if (!dimensions.length) return null;
  const dimension = dimensions[keptPlace(keysOf(dimensions), asked("compare"), 0)];
  const keys = keysOf(dimension.values);
  // A value is not compared with itself, unless the reader chose that.
  const a = keptPlace(keys, asked("a"), asked("b") === keys[0] ? 1 : 0);
  const b = keptPlace(keys, asked("b"), a === 0 ? 1 : 0);
  return [dimension, dimension.values[a], dimension.values[b]];
}

/**
 * Makes the fields of a part, and returns the function that draws it, to be called after every change of span or
 * language.
 * @param offered returns the dimensions that can be compared over the shown span, each with two values or more.
 */
export function comparedPart(part: HTMLElement, offered: () => ComparedDimension[]): () => void {
  const fields = SIDES.map((side) => element("select", { "data-side": side }));
  const names = [both("Dimension"), ["A"], ["B"]];
  const place = element("div");
  part.replaceChildren(
    element("h2.inset", ...both("Compare two"), " ", element("small", ...both("with 95% intervals"))),
    element("div.filters", ...fields.map((field, i) => element("label.field", element("span", ...names[i]), field))),
    place,
  );
  place.dataset.sidesTable = "";
  function draw() {
    const dimensions = offered();
    const shown = choice(dimensions);
    part.hidden = !shown;
    if (!shown) return;
    const [{ values }, a, b] = shown;
    const lists: (Offered & { label: string })[][] = [dimensions, values, values];
    fields.forEach((field, i) => {
      const keys = keysOf(lists[i]);
      field.replaceChildren(
        ...lists[i].map(({ label }, n) => element("option", { value: keys[n], textContent: label })),
      );
      field.selectedIndex = (lists[i] as Offered[]).indexOf(shown[i]);
    });
    place.replaceChildren(comparedTable(a, b));
  }
  fields.forEach((field, i) => {
    field.addEventListener("change", () => {
      // Another dimension has other values.
      keepInAddress({ ...(i ? {} : { a: "", b: "" }), [SIDES[i]]: field.value });
      draw();
    });
  });
  checkAddress([...SIDES], () => {
    const shown = choice(offered());
    if (!shown) return null;
    const isShown = SIDES.every((side, i) => [null, ...keysOf([shown[i]])].includes(asked(side)));
    return isShown ? null : shown.map(({ label }) => label).join(" · ");
  });
  onBack(draw);
  // The part can be made long after the line that says what is shown instead.
  onAddress.tell();
  return draw;
}
