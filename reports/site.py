"""Builds the whole site from the published database: every page, chart, CSV and the manifest.

Lives here: the layout of the site and the order of writing. Does not belong here: what a page shows (`context.py`,
`pages/`), and the swap of the old site for the new (the caller's).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.metrics import METRICS
from pipelines.warehouse import open_published
from reports import context
from reports.assets import write_assets
from reports.context import App
from reports.csv_files import csv_bytes, csv_parts, harmless
from reports.language import Text, metric_label, t
from reports.marts import ROW_LIMIT, Marts
from reports.rendering import environment
from reports.writer import SiteWriter, WrittenFile

# Detail rows are read for so many apps at a time, which bounds memory.
BATCH = 250


@dataclass(frozen=True)
class SiteReport:
    """What was written: apps, files and bytes, the manifest included."""

    apps: int
    files: int
    bytes: int


def render_site(database: Path, target: Path) -> SiteReport:
    """Writes the whole site of the published `database` into `target`, an empty folder.

    The same database gives the same bytes. Raises `AuthmeterError` where nothing is published or a front-end
    library is missing; `target` is then incomplete and must not be shown.
    """
    with open_published(database) as connection:
        return _Site(Marts(connection), SiteWriter(target)).write()


class _Site:
    """One site in the making: what all its pages share."""

    def __init__(self, marts: Marts, writer: SiteWriter) -> None:
        self.marts, self.writer = marts, writer
        self.standing = context.standing(marts)
        self.apps = context.apps(marts)
        self.figures = context.figures(marts)

        self.templates = environment(self._shared())

    def _shared(self) -> dict[str, object]:
        """What all pages show alike, made once."""
        stand = self.standing
        return {
            "stand": stand,
            "asset": write_assets(self.writer),
            "labels": {name: metric_label(name) for name in METRICS},
            "day_count": {1: t("Data day")} | {n: t("{days} days").format(days=n) for n in stand.coverage},
            "coverage": {
                n: t("{with_data} of {window} days with data").format(with_data=days, window=n)
                for n, days in stand.coverage.items()
            },
        }

    def write(self) -> SiteReport:
        downloads = self._app_files()
        usage_csv = self._usage_csv()
        self._usage(usage_csv)
        self._monitor()
        self._quality()
        self._metrics()
        self._report_centre(downloads, usage_csv)
        publication = self.standing.publication
        self.writer.manifest(publication.as_of.isoformat(), publication.generated_at)
        return SiteReport(len(self.apps), len(self.writer.files), sum(f.bytes for f in self.writer.files))

    def _page(self, path: str, template: str, root: str = "", **values: object) -> WrittenFile:
        text = self.templates.get_template(template).render(root=root, page=path, **values)
        return self.writer.write(path, text.encode())

    def _app_files(self) -> dict[str, tuple[WrittenFile, WrittenFile]]:
        """Page and detail CSV of every app, by app key."""
        schemes: dict[str, list[tuple[str | None, ...]]] = {}
        for app_key, *scheme in self.marts.rows("schemes"):
            schemes.setdefault(app_key, []).append(tuple(scheme))
        self.writer.folder("apps")
        written = {}
        for app, rows, content in self._details():
            folder = f"apps/{app.folder}"
            self.writer.folder(folder)
            csv = self.writer.write(f"{folder}/usage_detail.csv", content, rows)
            figures = self.figures[app.key]
            page = self._page(
                f"{folder}/index.html", "app.html.jinja", "../../",
                app=app, figures=figures, schemes=schemes.get(app.key, []), csv=csv,
                data=context.json_block(context.chart_data(self.standing, figures)),
            )  # fmt: skip
            written[app.key] = (page, csv)
        return written

    def _details(self) -> Iterator[tuple[App, int, bytes]]:
        """Every app with the rows and the bytes of its detail CSV."""
        for start in range(0, len(self.apps), BATCH):
            batch = self.apps[start : start + BATCH]
            detail = self.marts.frame("usage_detail", first_app=batch[0].key, last_app=batch[-1].key)
            # Rows are sorted by app, so that each app's are one run; an app without rows has none.
            runs = dict(detail.get_column("app_key").rle().struct.unnest().select("value", "len").iter_rows())
            lengths = [runs.get(app.key, 0) for app in batch]
            yield from zip(batch, lengths, csv_parts(harmless(detail), lengths), strict=True)

    def _usage_csv(self) -> WrittenFile:
        rows = harmless(self.marts.frame("usage_all"))
        return self.writer.write("usage_all.csv", csv_bytes(rows), rows.height)

    def _usage(self, csv: WrittenFile) -> None:
        figures = self.figures[context.ALL_APPS]
        data = context.chart_data(self.standing, figures) | {
            "tables": {"apps": context.usage_rows(self.apps, self.figures)}
        }
        self._page("usage.html", "usage.html.jinja", figures=figures, csv=csv, data=context.json_block(data))

    def _monitor(self) -> None:
        figures = self.figures[context.ALL_APPS]
        data = context.chart_data(self.standing, figures) | {
            "tables": {"apps": context.trend_rows(self.apps, self.figures)}
        }
        self._page("monitor.html", "monitor.html.jinja", figures=figures, data=context.json_block(data))

    def _quality(self) -> None:
        by_key = {app.key: app for app in self.apps}
        tables = {
            "days": self.marts.rows("day_quality"),
            "files": self.marts.rows("input_files"),
            "restatements": [
                (day, context.app_name(by_key[key]) if key in by_key else [key, key, None], *rest)
                for day, key, *rest in self.marts.rows("restatements")
            ],
            "codes": self.marts.rows("unmapped_codes"),
            "unregistered": context.unregistered_rows(self.apps, self.figures),
        }
        self._page(
            "quality.html", "quality.html.jinja",
            totals=self.marts.rows("file_totals")[0], rejected=self.marts.rows("rejected"),
            checks=[(row[:4], Text(row[4], row[5])) for row in self.marts.rows("checks")],
            nulled=self.marts.rows("nulled_fields"), tables=tables, limit=ROW_LIMIT,
            data=context.json_block({"tables": tables}),
        )  # fmt: skip

    def _metrics(self) -> None:
        self._page("metrics.html", "metrics.html.jinja")

    def _report_centre(self, downloads: dict[str, tuple[WrittenFile, WrittenFile]], usage_csv: WrittenFile) -> None:
        rows = [
            [app.platform, context.app_name(app), page.bytes, csv.rows, csv.bytes, app.folder]
            for app, (page, csv) in ((app, downloads[app.key]) for app in self.apps)
        ]
        pages = {file.path: file for file in self.writer.files if file.path.endswith(".html") and "/" not in file.path}
        self._page(
            "index.html", "index.html.jinja", figures=self.figures[context.ALL_APPS], pages=pages, csv=usage_csv,
            app_count=len(self.apps), failed_checks=sum(not row[2] for row in self.marts.rows("checks")),
            data=context.json_block({"tables": {"files": rows}}),
        )  # fmt: skip
