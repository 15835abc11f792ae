/* The origin of a change over the chosen window: platforms, carriers, failures by outcome, and their result codes
   with meanings. */

import { _, metricLink, word } from "../choices/language.js";
import { figures, language, windowKey } from "../choices/state.js";
import { onFigures, onPainted } from "../choices/windows.js";
import { STEPS } from "../data/figures.js";
import { ABSENT, baseLabel, number, share } from "../data/format.js";
import { isComparable, ratio, sum } from "../data/measures.js";
import { all, element, named } from "../dom.js";
import { changeNode } from "../tables/change.js";
import { headCell, numberCell, plainTable } from "../tables/periods.js";
import { barCell, columnChange, rateCells, rateHeads } from "../tables/summary.js";
import type { Breakdown, Step, WindowKey } from "../types.js";

/** A table of the parts of a figure, or a sentence if there are none. */
export function breakdownTable(
  label: string,
  head: Node[],
  rows: Node[],
  none: string = _("Nothing in this window."),
): HTMLElement {
  if (!rows.length) return element("p", { className: "empty", textContent: none });
  return plainTable(label, head, rows);
}

/** Rows of platforms and carriers. */
function valueRows(rows: Breakdown[], period: WindowKey): HTMLElement[] {
  const most = Math.max(1, ...rows.map((row) => row.authorizations ?? 0));
  const comparable = isComparable(period);
  return rows.map((row) => {
    const cell = barCell(row.authorizations ?? 0, most, number(row.authorizations));
    const change = columnChange(row, "authorizations", comparable);
    if (change) cell.append(change);
    return element(
      "tr",
      {},
      element("th", { scope: "row", className: "word" }, named(word(row.value))),
      cell,
      ...rateCells(row, comparable),
    );
  });
}

function drawValues(part: string, label: string, rows: Breakdown[], period: WindowKey) {
  const compared = baseLabel(period);
  const head = [headCell(label), headCell(metricLink("authorizations"), true, compared), ...rateHeads(compared)];
  for (const place of all(`[data-part=${part}]`)) {
    place.replaceChildren(breakdownTable(label, head, valueRows(rows, period)));
  }
}

/** The heading of record counts, linked to the definition of the step's requests. */
const requestsLink = (step: Step): HTMLElement => metricLink(`${step}_requests`, _("Records"));

const outcomesLabel = (step: Step): string =>
  step === "authorization" ? _("Authorization, by outcome") : _("Verification, by outcome");

const codesLabel = (step: Step): string =>
  step === "authorization" ? _("Authorization, up to ten result codes") : _("Verification, up to ten result codes");

const outcomeWord = (value: string): string => (value === "unknown" ? _("Carrier could not tell") : word(value));

/** Draws the table of a step's outcomes. */
function drawOutcomes(step: Step, period: WindowKey) {
  const rows = figures.outcomes[period].filter((row) => row.step === step);
  const total = sum(...rows.map((row) => row.records)) || 0;
  const most = Math.max(1, ...rows.map((row) => row.records ?? 0));
  const made = rows.map(({ outcome, records, matched_records: matched, counterpart_records: before }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, outcomeWord(outcome)),
      barCell(records ?? 0, most, number(records)),
      numberCell(share(ratio(records, total))),
      numberCell(changeNode(matched, before, { comparable: isComparable(period), quiet: true })),
    ),
  );
  const head = [
    headCell(_("Outcome")),
    headCell(requestsLink(step), true),
    headCell(metricLink(`${step}_requests`, _("Share")), true),
    headCell(_("Change"), true, baseLabel(period)),
  ];
  for (const place of all(`[data-part=outcomes-${step}]`))
    place.replaceChildren(breakdownTable(outcomesLabel(step), head, made));
}

const meaningOf = (meaning: string | null | undefined): string | null =>
  meaning === undefined ? _("Not in the dictionary of result codes") : meaning;

function drawCodes(step: Step, period: WindowKey) {
  const rows = figures.codes[period].filter((row) => row.step === step);
  const most = Math.max(1, ...rows.map((row) => row.records));
  const made = rows.map(({ channel, vendor, code, outcome, records, meaning_zh: zh, meaning_en: en }) =>
    element(
      "tr",
      {},
      element(
        "th",
        { scope: "row" },
        element("code", {}, named(code)),
        element("span", { className: "detail" }, named(vendor || ABSENT)),
      ),
      element(
        "td",
        { className: "explained" },
        meaningOf(language === "zh" ? zh : en),
        element("span", { className: "detail", textContent: `${word(channel)} · ${outcomeWord(outcome)}` }),
      ),
      barCell(records, most),
    ),
  );
  const head = [headCell(_("Code")), headCell(_("Meaning")), headCell(requestsLink(step), true)];
  for (const place of all(`[data-part=codes-${step}]`))
    place.replaceChildren(breakdownTable(codesLabel(step), head, made));
}

function drawBreakdowns() {
  const period = windowKey();
  drawValues("platforms", _("Platform"), figures.breakdowns.platform[period], period);
  drawValues("carriers", _("Carrier"), figures.breakdowns.carrier[period], period);
  for (const step of STEPS) {
    drawOutcomes(step, period);
    drawCodes(step, period);
  }
}

/** Draws the tables after every change of figures or window. */
export function startBreakdowns() {
  onFigures(drawBreakdowns);
  onPainted(drawBreakdowns);
}
