"""Writes the tables of a batch of days, one Parquet file for each table and day, and checks their keys.

A table is a stream of rows ordered by day, then by key. The same rows of a day give the same bytes, whichever other
days are in the batch.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.common.errors import BooksError
from pipelines.engines.base import ROWS_AT_ONCE
from pipelines.store.keys import repeated_key

# Below this, dictionaries, statistics and strong compression cost more time than they save: 300 days of 200 records are
# written in 0.8 CPU seconds instead of 2.0.
_SMALL_ROWS = 1_000


def write_days(
    rows: Iterable[pa.RecordBatch], schema: pa.Schema, name: str, key: Sequence[str], folders: Mapping[date, Path]
) -> dict[date, bytes]:
    """Write the rows of each day of one table into the file `<name>.parquet` of the day's folder.

    Args:
        rows: all rows of the table, ordered by day, then by key; `schema` is their schema.
        key: the key of the table; if it does not contain `day`, the files do not have that column.
        folders: the folder of each day, in order; a day without rows gets a file without rows.

    Returns:
        The SHA-256 of each day's file.

    Raises:
        BooksError: two consecutive rows have the same key, or the rows are not in order of the day and the first column
            of the key.
    """
    kept = schema if "day" in key else schema.remove(schema.get_field_index("day"))
    checked = _checked(rows, name, key if "day" in key else ("day", *key))
    pieces = _pieces(checked, kept.names)
    piece = next(pieces, None)
    digests = {}
    for day, folder in folders.items():
        file = _DayFile(folder / f"{name}.parquet", kept)
        while piece and piece[0] == day:
            file.add(piece[1])
            piece = next(pieces, None)
        digests[day] = file.close()
    if piece:
        raise _out_of_order(name, f"rows of {piece[0]}, a day out of order")
    return digests


def _checked(rows: Iterable[pa.RecordBatch], name: str, key: Sequence[str]) -> Iterator[pa.Table]:
    """Check the order and keys of the rows, and yield them as tables of one chunk each.

    Raises:
        BooksError: two consecutive rows have the same key, or rows of a day are not in the order of the first column of
            the key after `day`.
    """
    last = None
    for batch in rows:
        table = pa.Table.from_batches([batch])
        seen = table.select(key)
        keys = pa.concat_tables([last, seen]).combine_chunks() if last else seen
        if _is_unsorted(keys):
            raise _out_of_order(name, "rows of a day that are not sorted by their key")
        repeated = _repeated(keys)
        if repeated is not None:
            raise repeated_key(name, repeated.num_rows, repeated.slice(0, 1).to_pylist()[0], "roll-up")
        last = seen.slice(len(seen) - 1) if len(seen) else last
        yield table


def _is_unsorted(keys: pa.Table) -> bool:
    """Return whether any row is less than the previous row of the same day. Only the first column of the key after the
    day is compared; it is never NULL.
    """
    if len(keys) < 2:
        return False
    ((days,), (first,)) = (keys.column(place).chunks for place in (0, 1))
    falls = pc.and_(pc.equal(days[1:], days[:-1]), pc.less(first[1:], first[:-1]))
    return bool(pc.any(falls).as_py())


def _out_of_order(name: str, rows: str) -> BooksError:
    return BooksError(f"{name} has {rows}.", where="roll-up", why="Rows would be lost or counted twice.")


def _repeated(keys: pa.Table) -> pa.Table | None:
    """Return the keys that equal the key of the previous row, with NULL equal to NULL; None if no key does."""
    same = None
    for column in keys.columns:
        if len(column) < 2:
            return None
        (values,) = column.chunks
        here, before = values[1:], values[:-1]
        equal = pc.equal(here, before)
        if values.null_count:
            equal = pc.or_(pc.fill_null(equal, False), pc.and_(pc.is_null(here), pc.is_null(before)))
        same = equal if same is None else pc.and_(same, equal)
    return keys.slice(1).filter(same) if same is not None and pc.any(same).as_py() else None


def _pieces(tables: Iterator[pa.Table], columns: Sequence[str]) -> Iterator[tuple[date, pa.Table]]:
    """Split each table wherever the day changes. Yield the day and the `columns` of each section, in order."""
    for table in tables:
        days = table["day"].to_numpy()
        starts = [0, *(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist()] if len(days) else []
        kept = table.select(columns)
        for start, end in zip(starts, [*starts[1:], len(days)], strict=False):
            yield days[start].item(), kept.slice(start, end - start)


class _DayFile:
    """One day's file of a table. Its row groups do not depend on the batches in which the rows arrive."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._schema = path, schema
        self._waiting: list[pa.Table] = []
        self._count = 0
        self._opened: tuple[pq.ParquetWriter, _Hashed] | None = None

    def add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._count += len(rows)
        while self._count >= ROWS_AT_ONCE:
            self._write(ROWS_AT_ONCE)

    def close(self) -> bytes:
        """Write the remaining rows and return the SHA-256 of the file."""
        if self._opened is None and self._count < _SMALL_ROWS:
            content = _small_file(self._taken(self._count)) if self._count else _empty_file(self._schema)
            self._path.write_bytes(content)
            return hashlib.sha256(content).digest()
        writer, out = self._write(self._count)
        writer.close()
        return out.close()

    def _write(self, count: int) -> "tuple[pq.ParquetWriter, _Hashed]":
        """Write the next `count` rows. Return the writer and its file, which the first call opens."""
        if self._opened is None:
            out = _Hashed(self._path)
            self._opened = pq.ParquetWriter(out, self._schema, compression="zstd", store_schema=False), out
        if count:
            self._opened[0].write_table(self._taken(count), row_group_size=ROWS_AT_ONCE)
        return self._opened

    def _taken(self, count: int) -> pa.Table:
        """Remove and return the next `count` waiting rows as one chunk, because Parquet pages end where chunks end."""
        if len(self._waiting) == 1 and count == self._count:
            # All rows of the day, from one table, which has one chunk. Most days of a long history are like this.
            self._count = 0
            return self._waiting.pop()
        together = pa.concat_tables(self._waiting)
        self._waiting, self._count = [together.slice(count)], self._count - count
        return together.slice(0, count).combine_chunks()


class _Hashed:
    """A file with the SHA-256 of the bytes written to it. It has only the methods that Arrow needs."""

    closed = False

    def __init__(self, path: Path) -> None:
        self._file, self._hash = path.open("wb"), hashlib.sha256()

    def write(self, data: Any) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> bytes:
        self._file.close()
        return self._hash.digest()


@cache
def _empty_file(schema: pa.Schema) -> bytes:
    return _small_file(schema.empty_table())


def _small_file(rows: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(rows, out, compression="snappy", use_dictionary=False, write_statistics=False, store_schema=False)
    return bytes(out.getvalue())
