"""Writes the folder of each app: page, figures, sign-in sessions, detail CSV, files by month, and possibly a workbook.

The page is rendered only once. Name, folder and incidents of each app are inserted into it. Its script loads everything
else from the figures and, when they are opened, from the files of sign-ins, older days and SDK versions.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor
from datetime import date, timedelta
from functools import partial
from itertools import accumulate, pairwise
from math import ceil
from typing import NamedTuple

import numpy as np
import polars as pl
from markupsafe import escape

from pipelines.common.errors import AuthmeterError
from pipelines.common.text import Bilingual
from reports.build.app_sign_ins import SIGN_INS_FILE, sign_in_documents
from reports.build.month_files import AppMonths, Generation, MonthFile, write_months
from reports.build.writer import SiteWriter, script, with_fields
from reports.content.chart_numbers import older_day_numbers
from reports.content.context import App
from reports.content.published import DAYS, PublishedTables
from reports.export.column_words import Language
from reports.export.csv_files import csv_parts, harmless, joined
from reports.export.workbook import gets_workbook, workbook_bytes

OLDER_DAYS_FILE = "days_13m.js"
"""File with an app's days before the last 90. The app's page loads the file for longer ranges of days."""
VERSIONS_FILE = "versions.js"
"""File with all SDK versions of an app whose page lists some of them together."""
# Sites with more apps have no files of older days, which would take a third of the rendering time.
_MOST_APPS_WITH_OLDER_DAYS = 2000
# Most apps that are read at a time, which bounds memory. Smaller sites are read in `_PARTS` parts.
BATCH = 2000
_PARTS = 4
NAME_MARK, FOLDER_MARK, INCIDENTS_MARK = "@@NAME@@", "@@FOLDER@@", "@@INCIDENTS@@"


class AppFiles(NamedTuple):
    """Sizes in bytes of an app's page, detail CSV and workbook, and the number of rows of the CSV without its header.

    `xlsx_bytes` is None without a workbook.
    """

    page_bytes: int
    csv_rows: int
    csv_bytes: int
    xlsx_bytes: int | None


FILE_COLUMNS = dict.fromkeys(AppFiles._fields, pl.Int64)


class RecordsFile(NamedTuple):
    """The CSV file with the records behind an app's open incidents on one day; `rows` is the number of records."""

    day: date
    rows: int
    csv: bytes

    def name(self, folder: str) -> str:
        """Return the file name. `folder` is the name of the app's folder."""
        return f"{folder}_records_{self.day}.csv"


class AppShell(NamedTuple):
    """The page of an app, with placeholders for its name, its folder and its incidents.

    Attributes:
        page: HTML with the placeholders.
        incidents: HTML of the incidents, by app key.
        without_incidents: HTML for apps without an incident.
        open: fields about open incidents that are added to the figures, by app key.
        records: files with the records behind open incidents, by app key.
    """

    page: str
    incidents: Mapping[str, str]
    without_incidents: str
    open: Mapping[str, dict[str, object]]
    records: Mapping[str, RecordsFile]


class Content(NamedTuple):
    """The files of one app's folder before they are written.

    Attributes:
        document: JSON text of the figures, without the sizes of the other files, which are added later.
        sign_ins: JSON text of sign-in sessions; None if the app has no sign-in record in the last 90 days.
        older_days: JSON text of the days before the last 90; None if the app has no record on such a day, or the site
            has too many apps.
        versions: JSON text of all SDK versions; None if the page lists all.
        rows: number of rows of `csv`, without the header.
        csv: the detail of the last 30 days.
        workbook: the same rows as xlsx; None if the app gets no workbook.
    """

    app: App
    document: str
    sign_ins: str | None
    older_days: str | None
    versions: str | None
    rows: int
    csv: bytes
    workbook: bytes | None
    months: list[MonthFile]


def has_older_days(apps: int) -> bool:
    """Return whether a site of this many `apps` has files with the days before the last 90. Large sites have none."""
    return apps <= _MOST_APPS_WITH_OLDER_DAYS


def prefetched_contents(
    marts: PublishedTables,
    apps: list[App],
    xlsx_apps: Collection[str],
    word: Callable[[str], Bilingual],
    language: Language,
    before: Generation | None,
    reader: Executor,
) -> Iterator[list[Content]]:
    """Yield the files of all apps' folders in batches. While a batch is written, `reader` reads the next ones.

    Args:
        apps: sorted by key.
        xlsx_apps: keys of the apps that get a workbook; `*` means all.
        word: returns the words for channels and outcomes.
        language: of the headings of CSV files and workbooks.
        before: the generation that the site replaces.
    """
    size = min(BATCH, max(1, ceil(len(apps) / _PARTS)))
    months_of = partial(AppMonths, marts, apps, xlsx_apps, language, before)
    batches = _batches(marts, apps, months_of, xlsx_apps, word, language, size)
    coming = deque(reader.submit(next, batches, None) for _ in range(_PARTS if size < BATCH else 1))

    def contents() -> Iterator[list[Content]]:
        while batch := coming.popleft().result():
            coming.append(reader.submit(next, batches, None))
            yield batch

    return contents()


def write_app_files(
    writer: SiteWriter, contents: Iterator[list[Content]], shell: AppShell, before: Generation | None
) -> dict[str, AppFiles]:
    """Write the folder of every app and return the sizes of its files, by app key."""
    writer.folder("apps")
    # Splitting once is cheaper than searching the page for the marks again for each app.
    pieces = [[part.split(NAME_MARK) for part in half.split(FOLDER_MARK)] for half in shell.page.split(INCIDENTS_MARK)]
    return {
        content.app.key: _write_folder(writer, content, pieces, shell, before)
        for batch in contents
        for content in batch
    }


def _write_folder(
    writer: SiteWriter, content: Content, pieces: list[list[list[str]]], shell: AppShell, before: Generation | None
) -> AppFiles:
    app, workbook = content.app, content.workbook
    incidents = shell.incidents.get(app.key, shell.without_incidents)
    folder = f"apps/{app.folder}"
    writer.folder(folder)
    name = str(escape(app.name))
    halves = (app.folder.join(name.join(part) for part in half) for half in pieces)
    page = writer.write(f"{folder}/index.html", incidents.join(halves).encode())
    if content.sign_ins:
        writer.write(f"{folder}/{SIGN_INS_FILE}", script("AUTHMETER_SIGN_INS", content.sign_ins))
    if content.older_days:
        writer.write(f"{folder}/{OLDER_DAYS_FILE}", script("AUTHMETER_OLDER_DAYS", content.older_days))
    if content.versions:
        writer.write(f"{folder}/{VERSIONS_FILE}", script("AUTHMETER_VERSIONS", content.versions))
    # The folder is part of the name, so that files of several apps can be kept together in one download folder.
    detail = f"{folder}/{app.folder}_usage_detail"
    writer.write(f"{detail}.csv", content.csv, content.rows)
    if workbook:
        writer.write(f"{detail}.xlsx", workbook)
    records = shell.records.get(app.key)
    if records:
        writer.write(f"{folder}/{records.name(app.folder)}", records.csv, records.rows)
    write_months(writer, folder, content.months, before)
    files = AppFiles(page.bytes, content.rows, len(content.csv), len(workbook) if workbook else None)
    # These fields are added last: they are not known before the files are made.
    names = [file.name for file in content.months]
    sizes: dict[str, object] = {"csv_rows": files.csv_rows, "csv_bytes": files.csv_bytes}
    sizes |= {} if files.xlsx_bytes is None else {"xlsx_bytes": files.xlsx_bytes}
    sizes |= {"months": names} if names else {}
    sizes |= {"records": records.rows} if records else {}
    more = {"has_sign_ins": True} if content.sign_ins else {}
    more |= {"has_older_days": True} if content.older_days else {}
    figures = with_fields(content.document, {**shell.open.get(app.key, {}), **more, "files": sizes})
    writer.write(f"{folder}/figures.js", script("AUTHMETER_FIGURES", figures))
    return files


def _batches(
    marts: PublishedTables,
    apps: list[App],
    months_of: Callable[[], AppMonths],
    xlsx_apps: Collection[str],
    word: Callable[[str], Bilingual],
    language: Language,
    size: int,
) -> Iterator[list[Content]]:
    # Called here because the thread that reads the batches owns the connection.
    as_of, months = marts.publication.as_of, months_of()
    for start in range(0, len(apps), size):
        batch = apps[start : start + size]
        keys = [app.key for app in batch]
        span = {"first_app": keys[0], "last_app": keys[-1]}
        texts = marts.frame("detail_texts", **span)
        places = texts.get_column("place")
        texts = texts.drop("place")
        detail = marts.frame("site/detail_counts", **span, first_place=places[0] if len(places) else 0)
        # Rows are sorted by app, so each app's rows are contiguous.
        counted = np.bincount(detail.get_column("place"), minlength=texts.height)
        runs = dict(texts.select("app_key", rows=counted).group_by("app_key").agg(pl.col("rows").sum()).iter_rows())
        lengths = [runs.get(key, 0) for key in keys]
        if sum(lengths) != detail.height:
            # Rows of an app that is not listed would be written to the file of the next app.
            raise AuthmeterError(
                "The detail has rows of apps that are not in the table `apps`.",
                where=f"channel_detail_daily, apps {keys[0]} to {keys[-1]}",
                why="Their rows would be written to the file of another app.",
                do="Run `authmeter run`, which makes the tables again. If that does not help, report this.",
            )
        ends = list(pairwise(accumulate(lengths, initial=0)))
        spans = _spans_from(detail, ends, as_of - timedelta(days=DAYS - 1))
        months_spans = _spans_from(detail, ends, months.current)
        documents = dict(marts.documents(keys))
        sign_ins = sign_in_documents(marts, keys, word)
        older_days = older_day_numbers(marts, keys) if has_older_days(len(apps)) else {}
        versions = marts.version_documents(keys)
        parts = csv_parts(detail, harmless(texts), [*spans, *months_spans], language)
        closed = months.closed_files(batch)
        yield [
            Content(
                app,
                documents[app.key],
                sign_ins[app.key].text if app.key in sign_ins else None,
                older_days.get(app.key),
                versions.get(app.key),
                stop - first,
                part,
                workbook_bytes(_joined_rows(detail, texts, first, stop), as_of, language)
                if gets_workbook(app.key, stop - first, xlsx_apps)
                else None,
                [
                    *months.current_files(
                        app.key,
                        of_month,
                        stop - first_of_month,
                        partial(_joined_rows, detail, texts, first_of_month, stop),
                    ),
                    *closed[app.key],
                ],
            )
            for app, (first, stop), (first_of_month, _), part, of_month in zip(
                batch, spans, months_spans, parts[: len(batch)], parts[len(batch) :], strict=True
            )
        ]


def _joined_rows(detail: pl.DataFrame, texts: pl.DataFrame, first: int, stop: int) -> pl.DataFrame:
    """Return the rows of `detail` from index `first` to `stop` (excluded), with their text columns (see `joined`)."""
    return joined(detail[first:stop], texts)


def _spans_from(detail: pl.DataFrame, spans: list[tuple[int, int]], day: date) -> list[tuple[int, int]]:
    """Return each span of rows without the rows before `day`.

    A span is the first row and the row after the last. The rows of a span are sorted by day.
    """
    before = np.append(0, np.cumsum((detail.get_column("day") < day).to_numpy()))
    return [(start + int(before[stop] - before[start]), stop) for start, stop in spans]
