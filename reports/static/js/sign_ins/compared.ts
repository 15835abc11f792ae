/* Compares any two values of a dimension: each rate with its interval, and the meaning of the difference. */

import { _, filled, metricLink } from "../choices/language.js";
import { fixed, number } from "../data/format.js";
import { mayBeNone, newcombe, wilson } from "../data/intervals.js";
import { element, named } from "../dom.js";
import { both } from "../pages/sections.js";
import { dataTable, headCell, numberCell, rowHead } from "../tables/data_table.js";
import type { ComparedDimension, ComparedValue, Interval, TableColumn } from "../types.js";

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

/**
 * The text in place of a rate that cannot be shown: the logs lack a step of the rate, or no session has its first step.
 */
export const noRateText = (counts: [number, number] | null) => (counts ? "—" : _("not in the logs"));

/** A rate with its interval below. */
function rateCell(value: ComparedValue, rate: string): HTMLElement {
  const [interval, counts] = [intervalOf(value, rate), value.rates[rate]];
  if (!interval || !counts) return numberCell(noRateText(counts));
  return numberCell(
    `${points(interval.value)}%`,
    element("span.detail", `${points(interval.low)}–${points(interval.high)}%`),
    element("span.detail", `${number(counts[0])} / ${number(counts[1])}`),
  );
}

function comparedTable(a: ComparedValue, b: ComparedValue) {
  const side = (name: string, value: ComparedValue): TableColumn<string> => {
    const title = element("span", `${name} · `, named(value.label));
    const sessions = filled(_("{count} sessions"), { count: number(value.sessions) });
    return [headCell(title, true, sessions), (rate) => rateCell(value, rate)];
  };
  const difference = (rate: string) => {
    const [ofA, ofB] = [intervalOf(a, rate), intervalOf(b, rate)];
    return ofA && ofB ? differenceText(newcombe(ofA, ofB)) : "—";
  };
  return dataTable(_("Compare two"), RATES, [
    [headCell(_("Rate")), (rate) => rowHead(rateName(rate))],
    side("A", a),
    side("B", b),
    [headCell(_("Difference")), (rate) => element("td.found-difference", difference(rate))],
  ]);
}

/**
 * The index of the chosen value among the values of the present span: other spans have other values in another order.
 * @param chosen the key of the chosen value; empty if none was chosen.
 * @param preferred the index if nothing was chosen, or the chosen value cannot be chosen now.
 */
export function keptPlace(keys: string[], chosen: string, preferred: number) {
  const place = keys.indexOf(chosen);
  return place < 0 ? preferred : place;
}

/** Fills a select field and returns the selected entry: the reader's choice, else the preferred one. */
function fill<Offered extends { key: string | null }>(
  field: HTMLSelectElement,
  offered: Offered[],
  nameOf: (one: Offered) => string,
  preferred: number,
): Offered {
  // As JSON, because the key of the merged values is null, and a version may be named "null".
  const keys = offered.map(({ key }) => JSON.stringify(key));
  const place = keptPlace(keys, field.dataset.chosen || "", preferred);
  field.replaceChildren(...offered.map((one, i) => element("option", { value: keys[i], textContent: nameOf(one) })));
  field.value = keys[place];
  return offered[place];
}

/**
 * Makes the fields of a part, and returns the function that draws it, to be called after every change of span or
 * language.
 * @param offered returns the dimensions that can be compared over the shown span.
 */
export function comparedPart(part: HTMLElement, offered: () => ComparedDimension[]): () => void {
  const [dimension, a, b] = ["dimension", "a", "b"].map((side) => element("select", { "data-side": side }));
  const field = (select: HTMLElement, ...name: (Node | string)[]) =>
    element("label.field", element("span", ...name), select);
  const place = element("div");
  part.replaceChildren(
    element("h2.inset", ...both("Compare two"), " ", element("small", ...both("with 95% intervals"))),
    element("div.filters", field(dimension, ...both("Dimension")), field(a, "A"), field(b, "B")),
    place,
  );
  place.dataset.sidesTable = "";
  function draw() {
    const dimensions = offered();
    part.hidden = !dimensions.length;
    if (!dimensions.length) return;
    const { values } = fill(dimension, dimensions, ({ label }) => label, 0);
    const nameOf = ({ label }: ComparedValue) => label;
    const first = fill(a, values, nameOf, 0);
    const second = fill(b, values, nameOf, first === values[0] ? Math.min(1, values.length - 1) : 0);
    place.replaceChildren(comparedTable(first, second));
  }
  for (const side of [dimension, a, b]) {
    side.addEventListener("change", () => {
      side.dataset.chosen = side.value;
      // Another dimension has other values.
      if (side === dimension) for (const other of [a, b]) delete other.dataset.chosen;
      draw();
    });
  }
  return draw;
}
