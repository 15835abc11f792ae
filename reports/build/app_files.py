"""The files of each app's folder: page, figures, sign-in sessions, detail CSV, and a workbook where one is wanted.

Lives here: what stands in an app's folder, and writing it for very many apps. The page is the same for all but for
the name, as everything else in it comes from the figures: rendering a template for each of 100,000 apps would take
most of the run.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor
from itertools import accumulate
from math import ceil
from typing import NamedTuple

import numpy as np
import polars as pl
from markupsafe import escape

from pipelines.common.errors import AuthmeterError
from pipelines.common.text import Bilingual
from reports.build.app_sign_ins import SIGN_INS_FILE, sign_in_documents
from reports.build.writer import SiteWriter, script, with_fields
from reports.content.context import App
from reports.content.published import PublishedTables
from reports.export.csv_files import csv_parts, harmless, joined
from reports.export.workbook import gets_workbook, workbook_bytes

# Apps are read so many at a time at most, which bounds memory; those of a smaller site in four parts.
BATCH = 2000
_PARTS = 4
NAME_MARK, FOLDER_MARK, INCIDENTS_MARK = "@@NAME@@", "@@FOLDER@@", "@@INCIDENTS@@"


class AppFiles(NamedTuple):
    """What was written for one app, in bytes; `csv_rows` without the header; no workbook is None."""

    page_bytes: int
    csv_rows: int
    csv_bytes: int
    xlsx_bytes: int | None


FILE_COLUMNS = dict.fromkeys(AppFiles._fields, pl.Int64)


class AppShell(NamedTuple):
    """The page of an app, with marks for its name, its folder and its incidents; these as HTML by app key, and what
    stands there for an app without; `open` are the fields of the figures that tell of the open ones, by app key."""

    page: str
    incidents: Mapping[str, str]
    without: str
    open: Mapping[str, dict[str, object]]


class Content(NamedTuple):
    """What an app's folder will hold, but for what depends on the sizes of its files; `sign_ins` is None without a
    session."""

    app: App
    document: str
    sign_ins: str | None
    rows: int
    csv: bytes
    workbook: bytes | None


def contents_ahead(
    marts: PublishedTables,
    apps: list[App],
    xlsx_apps: Collection[str],
    word: Callable[[str], Bilingual],
    reader: Executor,
) -> Iterator[list[Content]]:
    """What the folders of all apps will hold, some apps at a time; the reader begins with it at once, and keeps ahead
    of whoever writes: the one asks DuckDB, the other the file system.

    Args:
        apps: sorted by key.
        xlsx_apps: keys of the apps that get a workbook; `*` stands for all.
        word: gives the words of channels and outcomes.
    """
    size = min(BATCH, max(1, ceil(len(apps) / _PARTS)))
    batches = _batches(marts, apps, xlsx_apps, word, size)
    coming = deque(reader.submit(next, batches, None) for _ in range(_PARTS if size < BATCH else 1))

    def contents() -> Iterator[list[Content]]:
        while batch := coming.popleft().result():
            coming.append(reader.submit(next, batches, None))
            yield batch

    return contents()


def write_app_files(writer: SiteWriter, contents: Iterator[list[Content]], shell: AppShell) -> dict[str, AppFiles]:
    """Writes the folder of every app and tells what is in it, by app key."""
    writer.folder("apps")
    # Splitting once is cheaper than searching the page anew for each app.
    pieces = [[part.split(NAME_MARK) for part in half.split(FOLDER_MARK)] for half in shell.page.split(INCIDENTS_MARK)]
    return {content.app.key: _write_folder(writer, content, pieces, shell) for batch in contents for content in batch}


def _write_folder(writer: SiteWriter, content: Content, pieces: list[list[list[str]]], shell: AppShell) -> AppFiles:
    app, workbook = content.app, content.workbook
    incidents = shell.incidents.get(app.key, shell.without)
    folder = f"apps/{app.folder}"
    writer.folder(folder)
    name = str(escape(app.name))
    halves = (app.folder.join(name.join(part) for part in half) for half in pieces)
    page = writer.write(f"{folder}/index.html", incidents.join(halves).encode())
    if content.sign_ins:
        writer.write(f"{folder}/{SIGN_INS_FILE}", script("AUTHMETER_SIGN_INS", content.sign_ins))
    # Ten of them in one folder of a reader's still tell their apps.
    detail = f"{folder}/{app.folder}_usage_detail"
    writer.write(f"{detail}.csv", content.csv, content.rows)
    if workbook:
        writer.write(f"{detail}.xlsx", workbook)
    files = AppFiles(page.bytes, content.rows, len(content.csv), len(workbook) if workbook else None)
    # What is known only here goes to the end of the figures.
    sizes = {"csv_rows": files.csv_rows, "csv_bytes": files.csv_bytes}
    sizes |= {} if files.xlsx_bytes is None else {"xlsx_bytes": files.xlsx_bytes}
    more = {"has_sign_ins": True} if content.sign_ins else {}
    figures = with_fields(content.document, {**shell.open.get(app.key, {}), **more, "files": sizes})
    writer.write(f"{folder}/figures.js", script("AUTHMETER_FIGURES", figures))
    return files


def _batches(
    marts: PublishedTables,
    apps: list[App],
    xlsx_apps: Collection[str],
    word: Callable[[str], Bilingual],
    size: int,
) -> Iterator[list[Content]]:
    """The contents of all apps, `size` at a time."""
    made = marts.publication.as_of
    for start in range(0, len(apps), size):
        batch = apps[start : start + size]
        keys = [app.key for app in batch]
        span = {"first_app": keys[0], "last_app": keys[-1]}
        texts = marts.frame("detail_texts", **span)
        places = texts.get_column("place")
        texts = texts.drop("place")
        detail = marts.frame("site/detail_counts", **span, first_place=places[0] if len(places) else 0)
        # Rows are sorted by app, so that each app's are one run; an app without rows has none.
        counted = np.bincount(detail.get_column("place"), minlength=texts.height)
        runs = dict(texts.select("app_key", rows=counted).group_by("app_key").agg(pl.col("rows").sum()).iter_rows())
        lengths = [runs.get(key, 0) for key in keys]
        if sum(lengths) != detail.height:
            # Rows of an app that is not listed would end up in the file of the next one.
            raise AuthmeterError(
                "The detail has rows of apps that the table `apps` lacks.",
                where=f"channel_detail_daily, apps {keys[0]} to {keys[-1]}",
                why="Their rows would stand in the file of another app.",
                do="Run `authmeter run`: it makes the tables anew. If that does not help, report this.",
            )
        starts = accumulate(lengths, initial=0)
        documents = dict(marts.documents(keys))
        sign_ins = sign_in_documents(marts, keys, word)
        parts = csv_parts(detail, harmless(texts), lengths)
        yield [
            Content(
                app,
                documents[app.key],
                sign_ins.get(app.key),
                length,
                part,
                workbook_bytes(joined(detail.slice(place, length), texts), made)
                if gets_workbook(app.key, length, xlsx_apps)
                else None,
            )
            for app, place, length, part in zip(batch, starts, lengths, parts, strict=False)
        ]
