"""The detail of each app by calendar month: `apps/<folder>/monthly/<YYYY-MM>.csv`, and the newest months as workbooks.

A file of a past month is linked from the previous generation unless its rows, the code that writes files, or the
language of headings changed. The rows of the current month come from `app_files.py`, which reads them together with the
last 30 days.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, NamedTuple

import orjson
import polars as pl

from pipelines.common.code_digest import code_digest
from reports.build.writer import SiteWriter, WrittenFile
from reports.content.context import App
from reports.content.published import PublishedTables, end_of_month, months_to
from reports.export.column_words import Language
from reports.export.csv_files import csv_slices, harmless
from reports.export.workbook import gets_workbook, workbook_bytes

# In every run each file costs a stat, a link and an entry of the manifest, so a site with very many apps has fewer
# months: 13 with 2,000 apps, 2 with 13,000 and more.
_MOST_FILES: Final = 26_000
_LEAST_MONTHS: Final = 2
# A workbook of 1,500 rows takes 0.1 s: on larger sites only the apps in the setting `xlsx_apps` get one.
_APPS_WITH_WORKBOOKS: Final = 200
_MONTHS_WITH_WORKBOOK: Final = 2
_CODE: Final = ("reports/export", "reports/content/sql/site", "reports/build/month_files.py", "pipelines/contract")


class MonthFile(NamedTuple):
    """A file of an app's month. `content` is the bytes of the file, or the unchanged file of the previous generation.

    `rows` is the number of rows of a CSV file, None for a workbook. `source` is a digest of the file's inputs. It is
    None for the current month, whose files are made again in each run.
    """

    name: str
    content: bytes | WrittenFile
    rows: int | None
    source: str | None


@dataclass(frozen=True)
class Generation:
    """The generation that the new site replaces: its folder, and its reusable files by path."""

    folder: Path
    files: Mapping[str, WrittenFile]


def read_generation(folder: Path | None) -> Generation | None:
    """Return the generation in `folder`; None if `folder` is None or the generation's manifest cannot be read."""
    if folder is None:
        return None
    try:
        entries = orjson.loads((folder / "manifest.json").read_bytes())["files"]
        files = (WrittenFile(**one) for one in entries if one.get("source"))
        # An operator may have deleted files that must not be public.
        return Generation(folder, {one.path: one for one in files if os.path.exists(f"{folder}/{one.path}")})
    except (OSError, ValueError, KeyError, TypeError):
        return None


class AppMonths:
    """The files of all apps by month: decides which are made, and which are linked from the previous generation."""

    def __init__(
        self,
        marts: PublishedTables,
        apps: Sequence[App],
        xlsx_apps: Collection[str],
        language: Language,
        before: Generation | None,
    ) -> None:
        self._marts, self._language, self._before = marts, language, before
        self._xlsx_apps = ("*",) if len(apps) <= _APPS_WITH_WORKBOOKS else xlsx_apps
        as_of = marts.publication.as_of
        most = max(_LEAST_MONTHS, _MOST_FILES // max(1, len(apps)))
        self.current, *closed = reversed(months_to(as_of)[-most:])
        self._closed = closed
        self._with_workbook = (self.current, *closed)[:_MONTHS_WITH_WORKBOOK]
        code = code_digest(_CODE)
        self._found: dict[date, dict[str, tuple[int, str]]] = {}
        """The number of rows and the source of each app, by month."""
        first = (closed or [self.current])[-1]
        for month, key, rows, digest in marts.rows("month_digests", first_month=first):
            self._found.setdefault(month, {})[key] = (rows, f"{code}{language}-{digest:x}")

    def closed_files(self, batch: Sequence[App]) -> dict[str, list[MonthFile]]:
        """Return the files of past months by app key, newest first. `batch` has apps that are consecutive by key."""
        files: dict[str, list[MonthFile]] = {app.key: [] for app in batch}
        for month in self._closed:
            found = self._found.get(month, {})
            due = {app.key for app in batch if app.key in found and not self._add_unchanged(app, month, files[app.key])}
            for key, made in self._made(month, sorted(due)):
                files[key] += made
        return files

    def current_files(self, key: str, csv: bytes, count: int, rows: Callable[[], pl.DataFrame]) -> Iterator[MonthFile]:
        """Yield the files of the current month; none if `count` is 0. `csv` is the content of the CSV file with `count`
        rows; `rows` returns the rows of the workbook.
        """
        if count:
            name = f"{self.current:%Y-%m}"
            yield MonthFile(f"{name}.csv", csv, count, None)
            if self._gets_workbook(key, self.current, count):
                made = self._marts.publication.as_of
                yield MonthFile(f"{name}.xlsx", workbook_bytes(rows(), made, self._language), None, None)

    def _gets_workbook(self, key: str, month: date, rows: int) -> bool:
        return month in self._with_workbook and gets_workbook(key, rows, self._xlsx_apps)

    def _add_unchanged(self, app: App, month: date, files: list[MonthFile]) -> bool:
        """Add the month's files to `files` and return True if all are unchanged, else add none and return False."""
        rows, source = self._found[month][app.key]
        kinds = ("csv", "xlsx") if self._gets_workbook(app.key, month, rows) else ("csv",)
        kept = [self._kept(f"apps/{app.folder}/monthly/{month:%Y-%m}.{kind}", source) for kind in kinds]
        if None in kept:
            return False
        files += [MonthFile(one.path.rpartition("/")[2], one, one.rows, source) for one in kept if one]
        return True

    def _kept(self, path: str, source: str) -> WrittenFile | None:
        """Return the previous generation's file if it has the same inputs (digest `source`) and its recorded size."""
        file = self._before and self._before.files.get(path)
        if not self._before or not file or file.source != source:
            return None
        try:
            return file if os.stat(f"{self._before.folder}/{path}").st_size == file.bytes else None
        except OSError:
            return None

    def _made(self, month: date, keys: list[str]) -> Iterator[tuple[str, list[MonthFile]]]:
        """Make the files of some apps for a past month, and yield them by app key."""
        if not keys:
            return
        name, found = f"{month:%Y-%m}", self._found[month]
        span = {"first": month, "last": end_of_month(month), "first_app": keys[0], "last_app": keys[-1]}
        detail = self._marts.frame("site/usage_detail", **span).filter(pl.col("app_key").is_in(keys))
        # The rows are sorted by app.
        spans = list(pairwise(accumulate((found[key][0] for key in keys), initial=0)))
        for key, (start, stop), csv in zip(
            keys, spans, csv_slices(harmless(detail), spans, self._language), strict=True
        ):
            count, source = found[key]
            files = [MonthFile(f"{name}.csv", csv, count, source)]
            if self._gets_workbook(key, month, count):
                content = workbook_bytes(detail[start:stop], end_of_month(month), self._language)
                files.append(MonthFile(f"{name}.xlsx", content, None, source))
            yield key, files


def write_months(writer: SiteWriter, folder: str, files: Sequence[MonthFile], before: Generation | None) -> None:
    """Write the files of an app's months into `monthly/` of the app's folder. Without files, make no `monthly/`."""
    if not files:
        return
    writer.folder(f"{folder}/monthly")
    for file in files:
        if isinstance(file.content, bytes):
            writer.write(f"{folder}/monthly/{file.name}", file.content, file.rows, file.source)
        elif before:
            writer.take_over(file.content, before.folder)
