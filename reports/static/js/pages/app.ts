/* Content that only an app's own page has: facts from the registry, files, schemes and packages. The page is one
   shell for all apps; its figures.js fills it. */

import { _, carryChoices, filled, listed, metricLink, word } from "../choices/language.js";
import { chosenDays, figures, setState, site, windowKey } from "../choices/state.js";
import { ABSENT, dayLabel, known, number, periodLabel, size } from "../data/format.js";
import { all, element, named, one, put } from "../dom.js";
import { dataTable, figureColumn, headCell, rowHead } from "../tables/data_table.js";
import { otherRows } from "../tables/summary.js";
import type { Figures, PackageRow } from "../types/figures.js";
import type { TableColumn } from "../types/tables.js";
import { drawSections } from "./sections.js";

function fact(label: Node | string, ...content: (Node | string)[]): HTMLElement {
  return element("div", element("dt", label), element("dd", ...content));
}

function badge(value: string): HTMLElement {
  return element("span", { className: `badge ${value}`, textContent: word(value) });
}

/**
 * Adds the sections to an app's page for which the app has data. For an app without a record in the 30 days, only the
 * section of its packages is added: a text replaces the others, which would show zeros.
 */
export function drawAppSections({
  channels,
  drawn,
  has_sign_ins: hasSignIns = false,
  present,
  last_seen: newest,
}: Figures) {
  for (const [name, isThere] of Object.entries({ drawn: drawn.length > 0, sign_ins: hasSignIns })) {
    for (const place of isThere ? [] : all(`[data-sections~=${name}]`)) {
      place.dataset.sections = (place.dataset.sections || "").replace(`${name} `, "");
    }
  }
  // Added here and not in the shell: each byte of an app's page is written a hundred thousand times.
  for (const place of all("[data-sections^='usage ']")) {
    place.dataset.sections = `${(place.dataset.sections || "").replace("usage ", "usage range ")} records`;
  }
  const isSilent = !newest || newest < site.days[0];
  for (const place of isSilent ? all("[data-sections=login], [data-part=cards], [data-coverage]") : []) place.remove();
  for (const place of isSilent ? all("[data-sections]") : []) {
    place.dataset.sections = "packages";
    place.before(element("p.silent", { "data-part": "silent" }));
  }
  drawSections({ logins: present.length > 0, others: otherRows(channels[30]).length > 0 });
}

/** The text for an app without a record in the 30 days, with the next step. */
function silence(): string {
  const isDisabled = figures.status === "disabled";
  if (figures.last_seen) {
    const text = isDisabled
      ? _(
          "This app is disabled, its newest record is of {day}: where it is in use, set its status to enabled in registry/apps.csv.",
        )
      : _("No record in the last 30 days, the newest is of {day}: see whether its logs still arrive.");
    return filled(text, { day: dayLabel(figures.last_seen) });
  }
  const text = isDisabled
    ? _("This app is disabled and has no record: once it is in use, set its status to enabled in registry/apps.csv.")
    : _("No record of this app yet: drop logs with its key {key} into landing/, then run authmeter run.");
  return filled(text, { key: figures.key });
}

function drawFacts() {
  put("facts", () => [
    fact(_("App key"), element("code", named(figures.key))),
    fact(_("Platform"), word(figures.platform || "")),
    fact(
      _("Verification status"),
      badge(figures.status || ""),
      figures.status === "unregistered"
        ? ` ${_("This app logs but is not in the registry; its name is its key.")}`
        : "",
    ),
    ...(figures.account ? [fact(_("Account"), named(figures.account))] : []),
    fact(_("Schemes"), number(figures.schemes)),
    fact(metricLink("devices"), number(figures.devices)),
    fact(_("First seen"), figures.first_seen || ABSENT),
    fact(_("Last seen"), figures.last_seen ? dayLabel(figures.last_seen) : _("never")),
  ]);
}

function drawRecords() {
  const { records, usual, restated: days } = figures;
  for (const place of all("[data-part=records]")) {
    const part = known(records) && known(usual) ? `${number(Math.round((100 * records) / usual))}%` : "";
    const counted = element("b", number(records));
    // The label in both languages is kept.
    while (place.lastChild && place.lastChild.nodeName !== "SPAN") place.lastChild.remove();
    place.append(" ", counted, part && ` ${filled(_("({share} of usual)"), { share: part })}`);
    place.hidden = false;
    const state = one(".trust .state");
    state.querySelector(".restated")?.remove();
    if (days.includes(site.as_of)) state.append(element("span.badge.restated", word("restated")));
  }
  for (const place of all("[data-part=restated]")) {
    place.hidden = !days.length;
    place.textContent = filled(_("Figures of this app were changed after publication on: {days}"), {
      days: listed(days.map(dayLabel)),
    });
  }
}

/** Links to the files of the app's detail of a month. */
function monthLinks(month: string, files: string[]): HTMLElement {
  const label = filled(_("Detail of {month}"), { month });
  const link = (file: string) => {
    const kind = file.endsWith(".csv") ? "CSV" : "xlsx";
    const of = { href: `monthly/${file}`, textContent: kind, "aria-label": `${label} · ${kind}` };
    return element("a", { ...of, download: `${figures.key}_${file}` });
  };
  const links = files
    .filter((file) => file.startsWith(month))
    .flatMap((file, i) => (i ? [" · ", link(file)] : [link(file)]));
  return element("span", label, " ", ...links);
}

function drawFiles() {
  const { csv_rows: rows = null, csv_bytes: bytes = null, xlsx_bytes: xlsx = null, months = [] } = figures.files || {};
  for (const place of all("[data-part=months]")) {
    place.hidden = !months.length;
    place.replaceChildren(
      ...[...new Set(months.map((file) => file.slice(0, 7)))].map((month) => monthLinks(month, months)),
    );
  }
  const csv = { rows: number(rows), size: size(bytes) };
  put("csv", () => (known(bytes) ? [filled(rows === 1 ? _("1 row, {size}") : _("{rows} rows, {size}"), csv)] : []));
  for (const place of all("[data-part=xlsx]")) {
    place.hidden = !known(xlsx);
    if (place.lastElementChild) place.lastElementChild.textContent = size(xlsx);
  }
}

/** Draws the table of schemes and packages. */
export function drawPackages() {
  const kinds = ({ methods }: PackageRow) => (methods || "").split(";").filter(Boolean).map(word).join(" · ");
  const counts = (name: "verifications" | "authorizations"): TableColumn<PackageRow> =>
    figureColumn(
      metricLink(name),
      (row) => number(row[chosenDays === 7 ? (`${name}_7` as const) : (`${name}_30` as const)]),
      periodLabel(windowKey()),
    );
  const columns: TableColumn<PackageRow>[] = [
    [
      headCell(_("Scheme")),
      ({ scheme_id: id, scheme_name: name }) =>
        rowHead(
          name || id ? named(name || id || "") : _("Without a scheme"),
          id ? element("code.detail", named(id)) : "",
        ),
    ],
    [headCell(_("Package")), (row) => element("td", element("code", named(row.package_name || ABSENT)))],
    [headCell(_("Group")), (row) => element("td", named(row.scheme_group || ABSENT))],
    [headCell(_("Methods")), (row) => element("td", kinds(row) || ABSENT)],
    [headCell(_("Created")), (row) => element("td.word", row.created_at ?? ABSENT)],
    counts("verifications"),
    counts("authorizations"),
  ];
  // Schemes of the registry and of the records of the 30 days are the same in every window.
  const none = _("No scheme of this app is in registry/schemes.csv, and no record of the last 30 days names one.");
  put("packages", () => [dataTable(_("Scheme"), figures.packages, columns, { none })]);
}

/** Draws the parts of an app's page. */
export function drawApp() {
  // Links from an app's page to the monitor page select that app.
  if (all("[data-part=facts]").length) {
    setState({ chosenApp: figures.key });
    carryChoices();
  }
  put("silent", () => [silence()]);
  drawFacts();
  drawRecords();
  drawFiles();
  drawPackages();
}
