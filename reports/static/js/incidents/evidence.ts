/* The evidence of open incidents on an app's page: first day, losses, codes that grew, and the values of the cause's
   dimension before and now. Sentences and notes are in the page; the rest is drawn here, because markup in both
   languages takes four times as many bytes, and there may be a hundred thousand such pages. On the briefing and the
   pages of days the same is written by `pages/parts/incidents.html.jinja`. */

import { pageOfDay } from "../charts/readout.js";
import { _, filled, textOf } from "../choices/language.js";
import { figures } from "../choices/state.js";
import { ABSENT, dayLabel, known, number } from "../data/format.js";
import { rowsOf } from "../data/rows.js";
import { all, element, named, one, own } from "../dom.js";
import type { BothTexts, Value } from "../types/basics.js";
import type { Evidence, EvidenceCell } from "../types/incidents.js";

/** A fact with its name; empty without content. */
function fact(name: string, content: string | Node | null): HTMLElement[] {
  if (content === null) return [];
  return [element("div", element("dt", name), element("dd", content))];
}

function dayNode(day: string) {
  const href = pageOfDay(day);
  return href === null ? dayLabel(day) : element("a", { href, textContent: dayLabel(day) });
}

const levelDays = (days: number | undefined) =>
  known(days) ? (days === 1 ? _("newest day") : filled(_("newest {days} days"), { days })) : null;

function factsOf({ first, last, is_part: isPart, level, lost, codes }: Evidence) {
  return [
    ...fact(_("Part of"), isPart ? _("the incident above") : null),
    ...fact(_("First day"), dayNode(first)),
    ...fact(_("Last day"), last ? dayLabel(last) : null),
    ...fact(_("Level now, over the"), levelDays(level)),
    ...fact(_("Lost in all"), known(lost) ? number(lost) : null),
    ...fact(_("More frequent"), codes ? named(textOf(codes)) : null),
  ];
}

const percentText = (percent: Value) => (known(percent) ? `${percent.toFixed(2)}%` : ABSENT);

function cellsOf(id: string, dimension: BothTexts, cells: EvidenceCell[]): HTMLDetailsElement {
  const columns: [string, (cell: EvidenceCell) => string][] = [
    [_("Requests before"), (cell) => number(cell.requests_before)],
    [_("Rate before"), (cell) => percentText(cell.rate_before)],
    [_("Requests now"), (cell) => number(cell.requests_now)],
    [_("Rate now"), (cell) => percentText(cell.rate_now)],
    [
      _("Effect on the whole (pp)"),
      ({ effect }) => `${effect < 0 ? "−" : effect > 0 ? "+" : "±"}${Math.abs(effect).toFixed(2)}`,
    ],
  ];
  const head = element("tr", element("th", textOf(dimension)), ...columns.map(([name]) => element("th.number", name)));
  const rows = cells.map((cell) =>
    element("tr", element("th", named(textOf(cell.value))), ...columns.map(([, text]) => element("td", text(cell)))),
  );
  const table = element("table.plain.numbers", element("thead", head), element("tbody", ...rows));
  const region = { tabIndex: 0, role: "region", "aria-labelledby": `incident-${id}` };
  return element(
    "details.cells",
    element("summary", `${_("Before and now")} · ${textOf(dimension)}`),
    element("div.scroll", region, table),
  );
}

const restatedNote = (count: number) =>
  filled(
    _("Figures of {count} of its days were changed by late data or corrections; it is computed from the current ones."),
    { count: number(count) },
  );

const idLine = (id: string) => element("p.acknowledge", _("Incident id"), " ", element("code", id));

/** Draws the evidence on an app's page. */
export function drawEvidence() {
  // The page of a day has the evidence as markup.
  if (!all("[data-part=facts]").length) return;
  for (const incident of all("[data-incident]")) {
    const id = incident.dataset.incident || "";
    const found = own(figures.evidence, id);
    if (!found) continue;
    const facts = one(".facts", incident);
    const place = all(".evidence", incident)[0] || element("div.evidence");
    facts.after(place);
    facts.replaceChildren(...factsOf(found), ...all(".noted", facts));
    const isOpened = Boolean(place.querySelector("details")?.open);
    const { failed, restated, dimension, cells } = found;
    const table = dimension && cells ? cellsOf(id, dimension, rowsOf(cells)) : null;
    if (table) table.open = isOpened;
    place.replaceChildren();
    if (failed) place.append(element("p.note.failed-sessions", textOf(failed)));
    if (restated) place.append(element("p.note", restatedNote(restated)));
    if (table) place.append(table);
    // The row that acknowledges the incident contains this id; pages of all apps show the whole row.
    if (!found.is_part) place.append(idLine(id));
  }
}
