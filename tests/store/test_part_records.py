"""Stored parts have the same columns whichever version wrote them, and only files that count are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contract.record.parts import EVENT_SCHEMA, REJECT_SCHEMA
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import workbench
from pipelines.store.part_records import PartRecords, create_records, record_files
from tests.data.older_parts import OLDER_EVENT_SCHEMA, OLDER_REJECT_SCHEMA
from tests.support import DAY


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with workbench(Settings(), tmp_path / "temp", [tmp_path]) as opened:
        yield opened


def write(file: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> Path:
    """Write a file of a part and return the folder of the part. Fields that a row does not have are NULL."""
    file.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
    return file.parent


def part(folder: Path, *places: int) -> PartRecords:
    return PartRecords(record_files(folder), dict.fromkeys(places, "shop"))


def found(connection: duckdb.DuckDBPyConnection, parts: list[PartRecords], columns: str) -> list[tuple[Any, ...]]:
    create_records(connection, "records", parts)
    return connection.execute(f"SELECT {columns} FROM records ORDER BY ALL").fetchall()


def test_old_parts_have_the_columns_of_new_ones(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    new = write(tmp_path / "new" / "records.parquet", [{"file": 0, "day": DAY}], EVENT_SCHEMA)
    old = write(tmp_path / "old" / "events.parquet", [{"day": DAY}], OLDER_EVENT_SCHEMA)
    for folder in (new, old):
        create_records(connection, "records", [part(folder, 0)])
        kept = connection.sql("SELECT * EXCLUDE (filename, record_number) FROM records").to_arrow_table().schema
        assert kept.equals(EVENT_SCHEMA)


def test_an_old_record_is_what_a_new_one_says(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    digest = bytes.fromhex("ff000000000000017f00000000000002")
    given = {"line": None, "event_id": "e1", "day": DAY, "app_key": "shop"}
    hashes = {"device_hash": digest, "phone_hash": bytes(16)}
    rows = [
        {**given, **hashes, "carrier": "CMCC", "has_carrier": True},
        {**given, "event_id": "e2", "carrier": "unknown", "has_carrier": False},
        # The line of a record that needed the exact reading.
        {"line": 3},
    ]
    folder = write(tmp_path / "old" / "events.parquet", rows, OLDER_EVENT_SCHEMA)
    write(folder / "exact.parquet", [{**given, "event_id": "e3", "has_carrier": False}], OLDER_EVENT_SCHEMA)
    columns = "event_id, carrier, device_high, device_low, phone_high, phone_low, file"
    assert found(connection, [part(folder, 0)], columns) == [
        ("e1", "CMCC", int.from_bytes(digest[:8], signed=True), int.from_bytes(digest[8:], signed=True), 0, 0, 0),
        ("e2", None, None, None, None, None, 0),
        ("e3", None, None, None, None, None, 0),
    ]
    create_records(connection, "records", [part(folder, 0)])
    text = connection.execute("SELECT hash_text(device_high, device_low) FROM records WHERE event_id = 'e1'").fetchall()
    assert text == [("ff000000-0000-0001-7f00-000000000002",)]


def test_only_the_places_that_count_are_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [{"file": place, "event_id": f"e{place}", "day": DAY} for place in range(3)]
    folders = [write(tmp_path / name / "records.parquet", rows, EVENT_SCHEMA) for name in ("a", "b")]
    old = write(tmp_path / "old" / "events.parquet", [{"event_id": "e9", "day": DAY}], OLDER_EVENT_SCHEMA)
    parts = [part(folders[0], 0, 1, 2), part(folders[1], 0, 2), part(old, 0)]
    for given, ids in (
        (parts, ["e0", "e0", "e1", "e2", "e2", "e9"]),
        (parts[:1], ["e0", "e1", "e2"]),
        (parts[1:2], ["e0", "e2"]),
        (parts[2:], ["e9"]),
        # A file without a record has no place among the rows.
        ([part(folders[0], 0, 1, 2, 7)], ["e0", "e1", "e2"]),
    ):
        assert [row[0] for row in found(connection, given, "event_id")] == ids
        ((numbers,),) = connection.execute("SELECT count(DISTINCT record_number) FROM records").fetchall()
        assert numbers == len(ids)


def test_a_part_of_which_all_counts_is_read_without_a_look_at_the_places(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [{"file": place, "event_id": f"e{place}", "day": DAY} for place in range(3)]
    folder = write(tmp_path / "a" / "records.parquet", rows, EVENT_SCHEMA)
    create_records(connection, "records", [part(folder, 0, 1, 2)])
    plan = connection.execute("EXPLAIN SELECT event_id FROM records").fetchall()[0][1]
    assert "JOIN" not in plan
    assert "FILTER" not in plan.upper()


def test_rejects_of_old_and_new_parts_lie_side_by_side(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    new = write(tmp_path / "new" / "rejects.parquet", [{"file": 1, "line": 2, "reason": "malformed"}], REJECT_SCHEMA)
    old = write(tmp_path / "old" / "rejects.parquet", [{"line": 5, "reason": "malformed"}], OLDER_REJECT_SCHEMA)
    for folders, lines in (((new,), [(1, 2)]), ((old,), [(0, 5)]), ((new, old), [(0, 5), (1, 2)])):
        files = [str(folder / "rejects.parquet") for folder in folders]
        read = connection.execute("SELECT file, line FROM rejects_of($files) ORDER BY ALL", {"files": files}).fetchall()
        assert read == lines
