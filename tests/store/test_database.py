"""The workbench spills data that does not fit in memory, and other users cannot read the spilled files. The published
file contains its run.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pipelines.contract.settings.settings import Settings
from pipelines.store.database import published_run, workbench
from tests.support import DAY, DataFolder, record, records

MARK = "spilled-13800138000"


def test_what_does_not_fit_in_memory_is_spilled_encrypted(tmp_path: Path) -> None:
    settings = Settings(memory_limit="60MB", threads=2)
    with workbench(settings, tmp_path / "tmp", [tmp_path]) as connection:
        connection.execute(
            "CREATE TEMP TABLE much AS SELECT $mark || i AS text FROM range(2000000) AS n(i) ORDER BY hash(i)",
            {"mark": MARK},
        )
        assert connection.execute("SELECT count(DISTINCT text) FROM much").fetchall() == [(2_000_000,)]
        files = [file for file in (tmp_path / "tmp").rglob("*") if file.is_file()]
        assert sum(file.stat().st_size for file in files) > 10_000_000
        assert not any(MARK.encode() in file.read_bytes() for file in files)


def test_a_data_folder_may_be_called_like_a_value_of_a_column(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "app_key=other" / "day=today, latency_ms=many")
    folder.land(f"channel=none/{DAY}.ndjson", [*records(3), record("x", app_key="")])
    folder.tables()
    assert folder.rows("SELECT day, app_key, authorization_requests FROM channel_daily") == [(DAY, "shop", 3)]
    assert folder.rows("SELECT count(*) FROM rejected_records") == [(1,)]


@pytest.mark.parametrize("kind", ["TIMESTAMPTZ", "VARCHAR"])
def test_the_published_run_has_its_time_as_the_manifest_has_it(tmp_path: Path, kind: str) -> None:
    """An older version wrote it as a text."""
    with closing(duckdb.connect(str(tmp_path / "x.duckdb"))) as connection:
        connection.execute(f"CREATE TABLE publication (run BIGINT, generated_at {kind}, time_zone VARCHAR)")
        # The hour comes twice that night.
        connection.execute("INSERT INTO publication VALUES (7, '2026-11-01T01:30:00-05:00', 'America/New_York')")
    assert published_run(tmp_path / "x.duckdb") == (7, "2026-11-01T01:30:00-05:00")
