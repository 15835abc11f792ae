/* The table of the figures that the drawing of an account's resource packages shows: the units left by day. It is made
   when it is opened: it has up to two hundred days, and there may be many accounts. */

import { _, onLanguage } from "../choices/language.js";
import { dayAfter, number } from "../data/format.js";
import { sum } from "../data/measures.js";
import { all, named, one } from "../dom.js";
import { shownText } from "../tables/cell_text.js";
import { dataTable, figureColumn, headCell, wordHead } from "../tables/data_table.js";
import type { Value } from "../types/basics.js";
import type { LeftCourse } from "../types/figures.js";
import type { TableColumn } from "../types/tables.js";

/**
 * For each day, the units left in each package and in all packages together. Days after the data day only have the
 * forecast for all packages together: with the expected, the most and the fewest uses.
 */
export function courseDays({ first, past, mid, spans }: LeftCourse): { day: string; values: Value[] }[] {
  const known = past[0].length;
  return Array.from({ length: known + mid.length }, (_none, i) => {
    const left = past.map((values) => values[i] ?? null);
    const ahead = i - known;
    const inAll = ahead < 0 ? sum(...left) : mid[ahead];
    return {
      day: dayAfter(first, i),
      values: [...left, inAll, ...spans.map((values) => values[ahead] ?? null)],
    };
  });
}

function drawCourse(details: HTMLDetailsElement) {
  if (!details.open) return;
  const course: LeftCourse = JSON.parse(one("script", details).textContent || "");
  const inAll = course.mid.length ? _("Total left, forecast after the data day") : _("Total left");
  const spans = course.spans.length ? [_("With the most uses"), _("With the fewest uses")] : [];
  const columns = [...course.packages.map(named), inAll, ...spans].map(
    (name, i): TableColumn<ReturnType<typeof courseDays>[number]> =>
      figureColumn(name, ({ values }) => number(values[i])),
  );
  const title = `${_("Figures of this chart")} · ${shownText(one("summary bdi", details))}`;
  one("[data-course-table]", details).replaceChildren(
    dataTable(title, courseDays(course), [[headCell(_("Day")), ({ day }) => wordHead(day)], ...columns], {
      className: "plain dense",
    }),
  );
}

/** Draws each table when it is opened, and after every change of language. */
export function startCourses() {
  const courses = all("details[data-course]") as HTMLDetailsElement[];
  for (const details of courses) details.addEventListener("toggle", () => drawCourse(details));
  onLanguage(() => courses.forEach(drawCourse));
}
