"""Tests the files of a day table: they do not depend on the size of batches, and contain each key once and every
row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.common.errors import BooksError
from pipelines.engines import day_files
from pipelines.engines.day_files import write_days

FIRST, SECOND, THIRD = (date(2026, 3, day) for day in (8, 9, 10))
SCHEMA = pa.schema([("day", pa.date32()), ("app_key", pa.string()), ("records", pa.int64())])
Rows = list[tuple[date, str | None, int]]


def written(
    folder: Path, rows: Rows, sizes: Iterable[int], key: tuple[str, ...] = ("day", "app_key")
) -> dict[date, bytes]:
    """Write rows to the files of three days, and return the digest of each day's file.

    The rows are written in batches of these sizes; one more batch has the remaining rows.
    """
    folders = {day: folder / str(day) for day in (FIRST, SECOND, THIRD)}
    for of_day in folders.values():
        of_day.mkdir(parents=True)
    table = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)
    batches, start = [], 0
    for size in (*sizes, len(rows)):
        batches += table.slice(start, size).to_batches()
        start += size
    digests = write_days(batches, SCHEMA, "t", key, folders)
    for day, digest in digests.items():
        assert hashlib.sha256((folders[day] / "t.parquet").read_bytes()).digest() == digest
    return digests


def test_the_same_rows_give_the_same_bytes_however_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_files, "ROWS_AT_ONCE", 2_000)
    rows: Rows = [(FIRST, f"app{n:05}", n) for n in range(5_000)] + [(THIRD, f"app{n:05}", n) for n in range(900)]
    whole = written(tmp_path / "whole", rows, ())
    assert written(tmp_path / "small", rows, [7] * 300) == whole
    assert written(tmp_path / "large", rows, [3_000, 2_500]) == whole
    files = {day: pq.ParquetFile(tmp_path / "whole" / str(day) / "t.parquet") for day in (FIRST, SECOND, THIRD)}
    assert [files[FIRST].metadata.row_group(n).num_rows for n in range(3)] == [2_000, 2_000, 1_000]
    assert files[FIRST].read()["records"].to_pylist() == list(range(5_000))
    assert files[SECOND].read().num_rows == 0
    assert files[SECOND].schema_arrow == SCHEMA
    assert files[THIRD].read()["records"].to_pylist() == list(range(900))
    # One day alone is written as it is among others.
    assert written(tmp_path / "alone", rows[5_000:], ())[THIRD] == whole[THIRD]


def test_a_table_whose_key_lacks_the_day_is_stored_without_it(tmp_path: Path) -> None:
    written(tmp_path, [(FIRST, "app", 1), (SECOND, "app", 2)], (), ("app_key",))
    assert pq.read_table(tmp_path / str(SECOND) / "t.parquet").to_pylist() == [{"app_key": "app", "records": 2}]


@pytest.mark.parametrize("sizes", [(), (1,), (2,), (3,)])
@pytest.mark.parametrize("app", ["shop", None])
def test_a_repeated_key_is_found_wherever_the_rows_are_cut(
    tmp_path: Path, sizes: tuple[int, ...], app: str | None
) -> None:
    rows: Rows = [(FIRST, app, 1), (SECOND, app, 1), (SECOND, app, 2), (THIRD, "z", 1)]
    with pytest.raises(BooksError, match=r"^Keys of t are not unique: 1 row too many"):
        written(tmp_path, rows, sizes)


def test_no_value_is_not_the_same_as_a_value(tmp_path: Path) -> None:
    assert written(tmp_path, [(FIRST, None, 1), (FIRST, "", 1), (SECOND, None, 1)], ())


@pytest.mark.parametrize("day", [FIRST, date(2026, 3, 11)])
def test_rows_of_an_earlier_or_of_no_day_of_the_batch_are_not_lost(tmp_path: Path, day: date) -> None:
    with pytest.raises(BooksError, match=f"^t has rows of {day}, a day out of order"):
        written(tmp_path, [(SECOND, "a", 1), (day, "a", 1)], ())


@pytest.mark.parametrize("sizes", [(), (1,)])
def test_rows_that_are_not_in_the_order_of_their_key_are_found(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    with pytest.raises(BooksError, match=r"^t has rows of a day that are not sorted by their key"):
        written(tmp_path, [(FIRST, "b", 1), (FIRST, "a", 1)], sizes)
