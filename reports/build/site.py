"""Builds the whole site from the published database: every page, data script, CSV and the manifest.

It decides the layout of the site and the order of writing. Content comes from `content/` and `pages/`, an app's files
from `app_files.py`; the caller replaces the old site by the new one.
"""

import hashlib
import shutil
from collections.abc import Collection, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.common.errors import AuthmeterError
from pipelines.common.process.collector import without_collector
from pipelines.common.text import Bilingual
from pipelines.contract.measures.counts import CARDS, HEADLINE_USAGE
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.settings.settings import Settings
from pipelines.store.published_file import damage_explained, open_published
from reports.build.app_files import (
    FILE_COLUMNS,
    AppFiles,
    AppShell,
    RecordsFile,
    has_older_days,
    prefetched_contents,
    write_app_files,
)
from reports.build.billing_pages import BILLING_CSVS, BillingPages
from reports.build.column_script import column_script
from reports.build.files_page import Month, files_values, listed_files
from reports.build.month_files import Generation, read_generation
from reports.build.quality_page import quality_values
from reports.build.sign_in_page import SIGN_IN_CSVS, SIGN_IN_PAGE, sign_in_values
from reports.build.static_files import write_assets, write_shared_data
from reports.build.table_files import write_table_files
from reports.build.writer import SiteWriter, WrittenFile, script, with_fields
from reports.content import context
from reports.content.briefing import briefing
from reports.content.chart_numbers import chart_numbers
from reports.content.incidents.evidence import evidence
from reports.content.incidents.incidents import INCIDENTS_LISTED, OWN_ENDED_LISTED, PARTS_LISTED, PageIncidents
from reports.content.overviews import days_with_a_page, overviews
from reports.content.published import PublishedTables
from reports.content.site_data import shared_data
from reports.content.trust import finality, reasons
from reports.content.wording.language import metric_label
from reports.content.wording.words import word
from reports.export.csv_files import csv_bytes, harmless
from reports.export.workbook import gets_workbook
from reports.pages.rendering import environment


@dataclass(frozen=True)
class SiteReport:
    """The number of apps, of files and of bytes that were written, including the manifest."""

    apps: int
    files: int
    bytes: int


def render_site(
    database: Path,
    target: Path,
    xlsx_apps: Collection[str] = (),
    settings: Settings | None = None,
    before: Path | None = None,
    records: Mapping[str, pl.DataFrame] | None = None,
    events_from: date | None = None,
) -> SiteReport:
    """Write the whole site of the published `database` into `target`, an empty folder.

    The same database, records and settings give the same bytes.

    Args:
        xlsx_apps: keys of the apps that also get a workbook; `*` means all.
        settings: such as memory limit, threads and language of headings; None for the default settings.
        before: folder of the generation that the site replaces: files of unchanged months are linked from there.
        records: records of the as-of behind open incidents, by app key (`reports/export/incident_records.py`).
        events_from: the first day whose events are stored; None if no event was removed.

    Raises:
        AuthmeterError: nothing is published, the database is of an older version, or a part of the front end is
            missing. `target` is then incomplete and must not be shown.
    """
    settings = settings or Settings()
    spill = target.with_name(f"{target.name}.spill")
    try:
        with (
            open_published(database, settings, spill) as connection,
            damage_explained(database),
            ThreadPoolExecutor(1) as reader,
            ThreadPoolExecutor(1) as aside,
            # Searching for reference cycles among the many small objects takes 4% of the processor time.
            without_collector(),
        ):
            try:
                tables, generation = PublishedTables(connection), read_generation(before)
                given = xlsx_apps, settings, generation, records or {}, events_from
                return _Site(tables, SiteWriter(target), *given, reader, aside).write()
            finally:
                reader.shutdown(cancel_futures=True)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise AuthmeterError(
            f"The published tables were written by another version: {str(error).splitlines()[0]}",
            where=str(database),
            why="A page would lack the figures of that table.",
            do="Run `authmeter run`, which makes the tables again from the stored days.",
        ) from None
    finally:
        shutil.rmtree(spill, ignore_errors=True)


class _Site:
    """Writes one site, with the state that its pages share."""

    def __init__(
        self,
        figures: PublishedTables,
        writer: SiteWriter,
        xlsx_apps: Collection[str],
        settings: Settings,
        before: Generation | None,
        records: Mapping[str, pl.DataFrame],
        events_from: date | None,
        reader: Executor,
        aside: Executor,
    ) -> None:
        self.figures, self.writer, self.before = figures, writer, before
        self.language, self.tables = settings.csv_language, settings.tables
        language = self.language
        self.marts = marts = figures.second_connection()
        self.quality = context.quality_by_day(marts)
        self.data_state = context.data_state(marts, self.quality, settings.retention_days, events_from)
        self.apps = context.apps(marts)
        self.by_key = {app.key: app for app in self.apps}
        self.incidents = PageIncidents(marts, self.by_key)
        self.records = {
            key: RecordsFile(marts.publication.as_of, rows.height, csv_bytes(harmless(rows), language))
            for key, rows in records.items()
        }
        rows = dict(marts.rows("detail_rows")) if xlsx_apps else {}
        with_workbook = {app.key for app in self.apps if gets_workbook(app.key, rows.get(app.key, 0), xlsx_apps)}
        # The `reader` thread queries DuckDB for the figures, in this order; the `aside` thread lays out the charts and
        # sorts the names, which takes Python time; this thread makes the pages that need neither.
        listed = context.listed_apps(self.apps, with_workbook)
        charts = aside.submit(chart_numbers, figures.second_connection(), listed)
        self.packages = reader.submit(self._prepare, listed, charts)
        self.channel_words = {one.key: one.label for one in marts.channels}
        self.sign_ins = reader.submit(sign_in_values, figures, self.by_key, self.word)
        self.contents = prefetched_contents(figures, self.apps, xlsx_apps, self.word, language, before, reader)
        self.data = reader.submit(self._read_data, aside.submit(context.name_order, self.apps))
        days = days_with_a_page(
            self.quality, marts.publication.as_of, (one.published.incident.first_day for one in self.incidents.all)
        )
        self.norms = marts.key_norms(self.incidents.days)
        self.overviews = list(overviews(marts, self.quality, self.norms, days))
        self.billing = BillingPages(marts, self.quality, self.by_key)
        publication = self.data_state.publication
        # Part of the addresses of the data scripts, so that a browser never combines a new page with old figures.
        self.version = hashlib.sha256(f"{publication.as_of} {publication.generated_at}".encode()).hexdigest()[:8]
        shared = shared_data(marts, self.data_state, self.quality, self.version)
        # Earlier days have no page of their own.
        shared["first_page"] = min((one.day for one in self.overviews), default=None)
        shared["has_older_days"] = has_older_days(len(self.apps))
        self.templates = environment(
            {
                "data_state": self.data_state,
                "word": self.word,
                "reasons": reasons(self.data_state),
                "version": self.version,
                "asset": write_assets(writer) | {"site": write_shared_data(writer, shared)},
                "labels": {name: metric_label(name) for name in METRICS},
                "day_pages": {one.day for one in self.overviews},
                "INCIDENTS_LISTED": INCIDENTS_LISTED,
                "OWN_ENDED_LISTED": OWN_ENDED_LISTED,
                "PARTS_LISTED": PARTS_LISTED,
                "MONTH_METRICS": HEADLINE_USAGE,
                "billing_menu": self.billing.menu,
                "records_of": {self.by_key[key].folder: file for key, file in self.records.items()},
            }
        )

    def word(self, value: str | None) -> Bilingual:
        """Return the word for a value of a table; channels that the settings declare have their own words."""
        return self.channel_words.get(value or "") or word(value)

    def write(self) -> SiteReport:
        usage_csv = self._csv("usage_all", self.marts.frame("usage_all"))
        months = self._months()
        billing = ((name, self.marts.frame(name)) for name in BILLING_CSVS)
        billing_csvs = {name: self._csv(name, rows) for name, rows in billing if rows.height}
        for path, values in self.billing.pages(billing_csvs):
            self._page(path, **values)
        sign_in_csvs = {name: self._csv(name, self.marts.frame(name)) for name in SIGN_IN_CSVS}
        self._page("usage.html", csv=usage_csv, months=months, app_count=len(self.apps))
        self._page("monitor.html", app_count=len(self.apps))
        self._page("metrics.html")
        self._days()
        self._briefing(usage_csv)
        # Made late, because they wait for the figures, which are computed while the earlier pages are made.
        self._quality()
        values, _ = self.sign_ins.result()
        listed = [(file.path, SIGN_IN_CSVS[name], file) for name, file in sign_in_csvs.items()]
        self._page(SIGN_IN_PAGE, files=listed, **values)
        if "parquet" in self.tables:
            write_table_files(self.marts, self.writer, self.before)
        tables = listed_files(usage_csv, months, sign_in_csvs, billing_csvs)
        as_of = self.marts.publication.as_of
        values = files_values(self.writer.files, tables, self.overviews, self._counted(), as_of)
        self._page("files.html", app_count=len(self.apps), **values)
        self._data(write_app_files(self.writer, self.contents, self._app_shell(), self.before))
        publication = self.data_state.publication
        self.writer.manifest(publication.as_of.isoformat(), publication.generated_at)
        return SiteReport(len(self.apps), len(self.writer.files), sum(f.bytes for f in self.writer.files))

    def _app_shell(self) -> AppShell:
        """Return the page that all apps share, and the incidents of the apps that have any."""
        template = self.templates.get_template("parts/incidents_of_app.html.jinja")
        incidents = (*self.incidents.all, *self.incidents.withdrawn)
        keys = sorted({one.published.incident.app_key for one in incidents} & self.by_key.keys())
        return AppShell(
            self.templates.get_template("app.html.jinja").render(root="../../", page="app"),
            {
                key: template.render(
                    root="../../",
                    page="app",
                    entries=self.incidents.of_app(key),
                    withdrawn=self.incidents.withdrawn_of_app(key),
                )
                for key in keys
            },
            template.render(root="../../", page="app", entries=[], withdrawn=[]),
            {key: self.incidents.open_figures(key) | evidence(self.incidents.of_app(key)) for key in keys},
            self.records,
        )

    def _page(self, path: str, template: str | None = None, root: str = "", **values: object) -> WrittenFile:
        text = self.templates.get_template(f"{template or path}.jinja").render(root=root, page=path, **values)
        return self.writer.write(path, text.encode())

    def _csv(self, name: str, rows: pl.DataFrame) -> WrittenFile:
        return self.writer.write(f"{name}.csv", csv_bytes(harmless(rows), self.language), rows.height)

    def _months(self) -> list[Month]:
        """Write the CSV of each calendar month since the first record, and return the months, newest first.

        The counts of a month are its days up to the as-of, its days with data, and the usage of all apps together.
        They are None if the month has no record.
        """
        self.writer.folder("monthly")
        totals = {month: tuple(counts) for month, *counts in self.marts.rows("month_totals")}
        found = []
        for month in sorted({day.replace(day=1) for day in self.quality}, reverse=True):
            rows = self.marts.frame("usage_month", month=month.isoformat())
            found.append((month, totals.get(month), self._csv(f"monthly/usage_{month:%Y-%m}", rows)))
        return found

    def _prepare(self, listed: pl.DataFrame, charts: Future[list[pl.DataFrame]]) -> list[tuple[Any, ...]]:
        """Compute the tables of the figures; return the rows of `quality/unregistered_packages`."""
        self.figures.prepare(listed, charts.result)
        return self.figures.rows("quality/unregistered_packages")

    def _read_data(self, names: Future[pl.DataFrame]) -> tuple[dict[str, bytes], pl.DataFrame]:
        """Return the data scripts by path, and the rows of the list of apps. The script of that list is written later,
        because it needs the sizes of the apps' files.
        """
        self.figures.order(names.result())
        ((_, document),) = self.figures.documents([ALL_APPS])
        figures = with_fields(document, self.incidents.open_figures(ALL_APPS))
        scripts = {
            "data/all.js": script("AUTHMETER_FIGURES", figures),
            "data/apps.js": column_script("AUTHMETER_APPS", self.figures.frame("figures/app_table")),
            "data/logins.js": column_script("AUTHMETER_LOGINS", self.figures.frame("figures/login_table")),
        }
        return scripts, self.figures.frame("app_names")

    def _data(self, files: dict[str, AppFiles]) -> None:
        self.writer.folder("data")
        scripts, listed = self.data.result()
        _, sign_ins = self.sign_ins.result()
        sizes = pl.DataFrame([files[key] for key in listed.get_column("key")], FILE_COLUMNS, orient="row")
        scripts["data/files.js"] = column_script("AUTHMETER_FILES", listed.hstack(sizes))
        for path, content in (scripts | sign_ins).items():
            self.writer.write(path, content)

    def _quality(self) -> None:
        packages = self.packages.result()
        values = quality_values(self.marts, self.data_state, self.quality, self.incidents, self.by_key, packages)
        self._page("quality.html", **values)

    def _days(self) -> None:
        """Write the pages of days. The data day has one, too, although the briefing shows more about it."""
        self.writer.folder("days")
        for overview in self.overviews:
            self._page(
                f"days/{overview.day}.html", "day.html", "../", overview=overview,
                entries=self.incidents.of_day(overview.day), withdrawn=self.incidents.withdrawn_of_day(overview.day),
                movers=[(self.by_key[mover.app_key], mover) for mover in overview.movers],
                notes=[(self.by_key.get(note.app_key), note) for note in overview.notes],
                final=finality(self.data_state, overview.day),
            )  # fmt: skip

    def _briefing(self, usage_csv: WrittenFile) -> None:
        metric = self._counted()
        self._page(
            "index.html", csv=usage_csv, app_count=len(self.apps), metric=metric,
            briefing=briefing(self.marts, self.data_state, self.quality, self.incidents, self.by_key, self.norms),
            withdrawn=self.incidents.withdrawn_since(min((one.day for one in self.overviews), default=date.max)),
            movers=[(self.by_key[key], *counts) for key, *counts in self.marts.rows("briefing/movers", metric=metric)],
        )  # fmt: skip

    def _counted(self) -> str:
        """Return the metric of lists of days: number verifications, else third-party authorizations."""
        return CARDS[0 if any(one.cards[0][1] for one in self.overviews) else 3]
