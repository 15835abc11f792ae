"""Clients may write to the published file, such as an analyst's shell that opens it in DuckDB's default mode. The files
that a client leaves next to it are never read as published data.
"""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.commands.analysis.export import ExportOptions, run_export
from pipelines.commands.operation.verify import run_verify
from pipelines.common.digests import file_sha256
from pipelines.common.errors import AuthmeterError
from pipelines.marts import build as marts
from pipelines.run.status import status_of
from pipelines.store.publication_note import note_of
from pipelines.store.published_file import open_published
from reports.build.site import render_site
from tests.rights import python_bound_by_rights
from tests.support import DAY, CopyOf, DataFolder, days_before, morning_after, records, tree

# It empties tables, says so, does it again when asked to, and dies before DuckDB can put its `.wal` into the file.
EMPTIED = ("usage_daily", "channel_daily", "login_trend", "apps")
CLIENT = f"""
import os, sys
import duckdb
os.chmod(sys.argv[1], 0o644)
connection = duckdb.connect(sys.argv[1])
print("opened", flush=True)
for _ in sys.stdin:
    for table in {EMPTIED}:
        connection.execute("DELETE FROM " + table)
    print("written", flush=True)
"""
REFUSED = """
import sys
import duckdb
try:
    duckdb.connect(sys.argv[1]).execute("DELETE FROM usage_daily")
except duckdb.IOException as error:
    print(error)
"""


@contextmanager
def client(folder: DataFolder) -> Iterator[Client]:
    """Yield a client that has the published file open for writing, and kill it at the end."""
    command = [sys.executable, "-c", CLIENT, str(folder.store.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        opened = Client(process)
        opened.hear("opened")
        try:
            yield opened
        finally:
            opened.kill()


class Client:
    """A process that has the published file open."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def hear(self, word: str) -> None:
        """Wait for the next line of the client, which must be `word`."""
        assert self._process.stdout
        assert self._process.stdout.readline() == f"{word}\n"

    def write(self) -> None:
        """Let the client empty the tables `EMPTIED`, and wait until it has done so."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.hear("written")

    def kill(self) -> None:
        """Kill the client before DuckDB has merged the `.wal` into the published file."""
        self._process.kill()
        self._process.wait()


def two_published_days(folder: DataFolder) -> None:
    folder.land("a.ndjson", [*records(4, days_before(DAY, 1)), *records(5)])
    folder.publish()


@pytest.fixture
def sound(copy_of: CopyOf) -> DataFolder:
    """Return a published folder with two days."""
    return copy_of(two_published_days)


def as_written(file: Path) -> tuple[int, int, int, int]:
    """Return the attributes of a file that a write changes. The access time is not one of them."""
    found = file.stat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns


def wal_of(folder: DataFolder) -> Path:
    return folder.store.database.with_name("authmeter.duckdb.wal")


def counted_rows(folder: DataFolder) -> dict[str, int]:
    """Return the number of rows of each published table, as any program that opens the file counts them."""
    tables = folder.rows("SELECT table_name FROM duckdb_tables()")
    return dict(folder.rows(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in tables)))


def test_the_published_file_may_be_written_by_nobody(sound: DataFolder) -> None:
    assert stat.S_IMODE(sound.store.database.stat().st_mode) & 0o222 == 0
    command = [*python_bound_by_rights(), "-c", REFUSED, str(sound.store.database)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Permission denied" in done.stdout


def test_what_a_client_writes_changes_nothing_of_what_is_read(sound: DataFolder, tmp_path: Path) -> None:
    """Commands read the published rows while a client writes, and after it was killed.

    `verify` runs while any other program that opens the file sees empty tables.
    """
    rows, site = counted_rows(sound), tree(sound.store.site)
    status = status_of(sound.root, morning_after(DAY))
    with client(sound) as opened:
        assert status_of(sound.root, morning_after(DAY)) == status
        opened.write()
        assert status_of(sound.root, morning_after(DAY)) == status
        with closing(open_published(sound.store.database)) as connection:
            assert connection.execute("SELECT count(*) FROM usage_daily").fetchall() == [(2,)]
    wal = wal_of(sound).read_bytes()
    assert sound.rows("SELECT count(*) FROM usage_daily") == [(0,)], "the test is to leave what empties tables"
    assert status_of(sound.root, morning_after(DAY)) == status
    assert run_verify(sound.root, None, None) == 0
    for name, is_of_events in (("detail", False), ("events", True)):
        span, out = (days_before(DAY, 1), DAY), tmp_path / f"{name}.csv"
        run_export(sound.root, ExportOptions("shop", *span, None, None, "csv", is_of_events, out))
    assert len((tmp_path / "events.csv").read_text("utf-8").splitlines()) == 10
    assert (tmp_path / "detail.csv").read_bytes() == site["apps/shop/shop_usage_detail.csv"]
    (tmp_path / "site").mkdir()
    render_site(sound.store.database, tmp_path / "site")
    assert tree(tmp_path / "site") == site
    assert wal_of(sound).read_bytes() == wal
    sound.publish()
    assert not wal_of(sound).exists()
    assert counted_rows(sound) == rows
    assert tree(sound.store.site) == site


@pytest.mark.parametrize(
    ("writes_before", "dies_before", "has_news"),
    [
        ("build_marts", "render_site", True), ("render_site", "the end", True),
        *(
            pytest.param(*moments, marks=pytest.mark.lab)
            for moments in (
                ("the run", "the run", True), ("the run", "build_marts", False), ("the run", "the end", True),
                ("render_site", "the end", False),
            )
        ),
    ],
)  # fmt: skip
def test_a_run_publishes_what_it_made_whatever_a_client_writes(
    sound: DataFolder, writes_before: str, dies_before: str, has_news: bool
) -> None:
    rows, site, before = counted_rows(sound), tree(sound.store.site), sound.store.database.stat().st_ino
    if has_news:
        sound.land("b.ndjson", records(1, prefix="b"))
    with client(sound) as opened:

        def reach(moment: str) -> None:
            if moment == writes_before:
                opened.write()
            if moment == dies_before:
                opened.kill()

        reach("the run")
        run = sound.open()
        run.ingest(DAY)
        reach("roll_up")
        run.roll_up(DAY)
        reach("build_marts")
        run.build_marts()
        reach("render_site")
        run.render_site()
        reach("the end")
    assert not wal_of(sound).exists()
    assert not has_news or sound.store.database.stat().st_ino != before
    assert sound.counted() == {days_before(DAY, 1): 4, DAY: 6 if has_news else 5}
    # The file is as the run wrote it, and the tables that the client emptied have their rows.
    note, found = note_of(sound.store.database), counted_rows(sound)
    assert note
    assert file_sha256(sound.store.database) == note.sha256
    assert [found[table] for table in EMPTIED] == [rows[table] for table in EMPTIED]
    assert has_news or tree(sound.store.site) == site


def test_what_is_not_as_it_was_written_is_not_published(sound: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_written(sound.store.database)
    read_back = marts._require_as_written

    def with_a_row_less(connection: duckdb.DuckDBPyConnection, fresh: Path, *others: Any) -> None:
        with closing(duckdb.connect(str(fresh))) as client:
            client.execute("DELETE FROM usage_daily WHERE day = $day", {"day": DAY})
        read_back(connection, fresh, *others)

    monkeypatch.setattr(marts, "_require_as_written", with_a_row_less)
    sound.land("b.ndjson", records(1, prefix="b"))
    with pytest.raises(AuthmeterError, match="differ from the tables that were written"):
        sound.tables()
    assert as_written(sound.store.database) == before
