/* The origin of a change over the chosen window: platforms, carriers, failures by outcome, and their result codes
   with meanings. */

import { _, metricLink, word } from "../choices/language.js";
import { figures, language, windowKey } from "../choices/state.js";
import { STEPS } from "../data/figures.js";
import { ABSENT, baseLabel, number, share } from "../data/format.js";
import { isComparable, ratio, sum } from "../data/measures.js";
import { element, named, put } from "../dom.js";
import { changeNode } from "../tables/change.js";
import { barCell, dataTable, figureColumn, headCell, rowHead, wordHead } from "../tables/data_table.js";
import { columnChange, rateColumns } from "../tables/summary.js";
import type { Step, WindowKey } from "../types/basics.js";
import type { Breakdown, Code, Outcome } from "../types/figures.js";
import type { TableColumn } from "../types/tables.js";

function drawValues(part: string, label: string, rows: Breakdown[], period: WindowKey) {
  const [compared, comparable] = [baseLabel(period), isComparable(period)];
  const most = Math.max(1, ...rows.map((row) => row.authorizations ?? 0));
  const columns: TableColumn<Breakdown>[] = [
    [headCell(label), ({ value }) => wordHead(named(word(value)))],
    [
      headCell(metricLink("authorizations"), true, compared),
      (row) => {
        const cell = barCell(row.authorizations ?? 0, most, number(row.authorizations));
        cell.append(columnChange(row, "authorizations", comparable) ?? "");
        return cell;
      },
    ],
    ...rateColumns(compared, comparable),
  ];
  put(part, () => [dataTable(label, rows, columns)]);
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
  const change = { comparable: isComparable(period), quiet: true };
  const columns: TableColumn<Outcome>[] = [
    [headCell(_("Outcome")), ({ outcome }) => rowHead(outcomeWord(outcome))],
    [headCell(requestsLink(step), true), ({ records }) => barCell(records ?? 0, most, number(records))],
    figureColumn(metricLink(`${step}_requests`, _("Share")), ({ records }) => share(ratio(records, total))),
    figureColumn(
      _("Change"),
      (row) => changeNode(row.matched_records, row.counterpart_records, change),
      baseLabel(period),
    ),
  ];
  const none = _("No failure in this window.");
  put(`outcomes-${step}`, () => [dataTable(outcomesLabel(step), rows, columns, { none })]);
}

const meaningOf = (meaning: string | null | undefined): string | null =>
  meaning === undefined ? _("Not in the dictionary of result codes") : meaning;

function drawCodes(step: Step, period: WindowKey) {
  const rows = figures.codes[period].filter((row) => row.step === step);
  const most = Math.max(1, ...rows.map((row) => row.records));
  const columns: TableColumn<Code>[] = [
    [
      headCell(_("Code")),
      ({ vendor, code }) => rowHead(element("code", named(code)), element("span.detail", named(vendor || ABSENT))),
    ],
    [
      headCell(_("Meaning")),
      ({ channel, outcome, meaning_zh: zh, meaning_en: en }) =>
        element(
          "td.explained",
          meaningOf(language === "zh" ? zh : en),
          element("span.detail", `${word(channel)} · ${outcomeWord(outcome)}`),
        ),
    ],
    [headCell(requestsLink(step), true), ({ records }) => barCell(records, most)],
  ];
  put(`codes-${step}`, () => [dataTable(codesLabel(step), rows, columns)]);
}

/** Draws the tables. */
export function drawBreakdowns() {
  const period = windowKey();
  drawValues("platforms", _("Platform"), figures.breakdowns.platform[period], period);
  drawValues("carriers", _("Carrier"), figures.breakdowns.carrier[period], period);
  for (const step of STEPS) {
    drawOutcomes(step, period);
    drawCodes(step, period);
  }
}
