"""The workbench spills data that does not fit in memory, and other users cannot read the spilled files. The published
file contains its run.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import shared_workbenches, workbench
from pipelines.store.published_file import published_run
from tests.support import DAY, DataFolder, record, records

MARK = "spilled-13800138000"


def test_what_does_not_fit_in_memory_is_spilled_encrypted(tmp_path: Path) -> None:
    settings = Settings(memory_limit="40MB", threads=2)
    with workbench(settings, tmp_path / "tmp", [tmp_path]) as connection:
        connection.execute(
            "CREATE TEMP TABLE much AS SELECT $mark || i AS text FROM range(800000) AS n(i) ORDER BY hash(i)",
            {"mark": MARK},
        )
        assert connection.execute("SELECT count(DISTINCT text) FROM much").fetchall() == [(800_000,)]
        files = [file for file in (tmp_path / "tmp").rglob("*") if file.is_file()]
        assert sum(file.stat().st_size for file in files) > 10_000_000
        assert not any(MARK.encode() in file.read_bytes() for file in files)


def test_shared_workbenches_have_own_tables_and_the_same_locked_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    asked = Settings(), tmp_path / "tmp", [tmp_path]
    with shared_workbenches(tmp_path / "tmp"), workbench(*asked) as one, workbench(*asked) as other:
        one.execute("CREATE TEMP TABLE mine AS SELECT 1 AS a")
        one.execute("SET VARIABLE mine = 1")
        assert other.execute("SELECT getvariable('mine')").fetchall() == [(None,)]
        with pytest.raises(duckdb.CatalogException, match="mine does not exist"):
            other.execute("FROM mine")
        for connection in (one, other):
            found = connection.execute("SELECT '2026-11-29 00:00:00+00'::TIMESTAMPTZ::VARCHAR, is_login_channel('qq')")
            assert found.fetchall() == [("2026-11-29 00:00:00+00", True)]
            with pytest.raises(duckdb.PermissionException, match="disabled by configuration"):
                connection.execute("FROM read_text('/etc/hosts')")
            with pytest.raises(duckdb.InvalidInputException, match="locked"):
                connection.execute("SET enable_external_access = true")


def test_a_failed_step_leaves_nothing_to_the_next_shared_workbench(tmp_path: Path) -> None:
    asked = Settings(), tmp_path / "tmp", [tmp_path]
    duckdb.connect(str(tmp_path / "x.duckdb")).close()
    attach = f"ATTACH '{tmp_path / 'x.duckdb'}' AS x (READ_ONLY)"

    def fail() -> None:
        with workbench(*asked) as connection:
            connection.execute(attach)
            raise duckdb.OutOfMemoryException("failed")

    with shared_workbenches(tmp_path / "tmp"):
        with pytest.raises(AuthmeterError, match="ran out of memory"):
            fail()
        with workbench(*asked) as connection:
            connection.execute(attach)
            connection.execute("DETACH x")
        # A workbench that is open goes on when another fails.
        with workbench(*asked) as connection:
            with pytest.raises(AuthmeterError, match="ran out of memory"):
                fail()
            with workbench(*asked) as other:
                other.execute(attach)
                other.execute("DETACH x")
            assert connection.execute("SELECT is_login_channel('qq')").fetchall() == [(True,)]


@pytest.mark.parametrize(("library", "prefix"), [(OSError, ""), (pl.exceptions.ComputeError, "got external error: ")])
def test_an_error_of_duckdb_that_another_library_raises_while_rows_are_fetched(
    tmp_path: Path, library: type[Exception], prefix: str
) -> None:
    def explained(said: str) -> Exception:
        with pytest.raises((AuthmeterError, library)) as found, workbench(Settings(), tmp_path / "tmp", [tmp_path]):
            raise library(f"{prefix}{said}")
        return found.value

    memory = explained("Out of Memory Error: failed to allocate data of size 2.0 MiB (13.5 MiB/15.2 MiB used)")
    assert isinstance(memory, AuthmeterError)
    assert memory.what.startswith("DuckDB ran out of memory: Out of Memory Error: failed")
    assert memory.do.startswith("Raise memory_limit")
    file = tmp_path / "days" / "2026-03-10" / "00000001" / "channel_daily.parquet"
    damaged = explained(f"Invalid Input Error: No magic bytes found at end of file '{file}'")
    assert isinstance(damaged, AuthmeterError)
    assert (damaged.what[:28], damaged.where) == ("A stored file cannot be read", str(file))
    without_right = f'IO Error: Cannot open file "{file}": Permission denied'
    for other in ("Out of memory of the machine", "Invalid Input Error: of no stored file", without_right):
        assert isinstance(explained(other), library)


def test_a_data_folder_may_be_called_like_a_value_of_a_column(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "app_key=other" / "day=today, latency_ms=many")
    folder.land(f"channel=none/{DAY}.ndjson", [*records(3), record("x", app_key="")])
    folder.tables()
    assert folder.rows("SELECT day, app_key, authorization_requests FROM channel_daily") == [(DAY, "shop", 3)]
    assert folder.rows("SELECT count(*) FROM rejected_records") == [(1,)]


@pytest.mark.parametrize("kind", ["TIMESTAMPTZ", "VARCHAR"])
def test_the_published_run_has_its_time_as_the_manifest_has_it(tmp_path: Path, kind: str) -> None:
    """An older version stored the time as text."""
    with closing(duckdb.connect(str(tmp_path / "x.duckdb"))) as connection:
        connection.execute(f"CREATE TABLE publication (run BIGINT, generated_at {kind}, time_zone VARCHAR)")
        # The hour comes twice that night.
        connection.execute("INSERT INTO publication VALUES (7, '2026-11-01T01:30:00-05:00', 'America/New_York')")
    assert published_run(tmp_path / "x.duckdb") == (7, "2026-11-01T01:30:00-05:00")
