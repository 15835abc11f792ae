"""Packs many rows of a relation into one value for Spark, as an Arrow stream.

Spark thus handles no columns and computes no hashes, and its shuffle moves a few large values instead of many small
ones.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.engines.base import ROWS_AT_ONCE

_Rows = TypeVar("_Rows", pa.RecordBatch, pa.Table)
# The fewest rows of a batch per bucket, on average. Fewer do not justify a value for each bucket.
_FEWEST_ROWS = 2_048
_OPTIONS = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1))
# How many of the first rows decide whether a text column is sent as a dictionary: it is if fewer than half of their
# texts are distinct.
_SAMPLED_ROWS = 1_024


def packed(relation: duckdb.DuckDBPyRelation) -> Iterator[bytes]:
    """Pack the rows of a relation into values of many rows. An empty relation gives one value without rows."""
    batches = relation.to_arrow_reader(ROWS_AT_ONCE)
    is_empty = True
    for batch in batches:
        is_empty = False
        yield _pack(batch)
    if is_empty:
        yield _pack(pa.RecordBatch.from_pylist([], schema=batches.schema))


def packed_by_bucket(relation: duckdb.DuckDBPyRelation, buckets: int) -> Iterator[tuple[int, bytes]]:
    """Yield pairs of a bucket number and a packed value with rows of that bucket only. A bucket may have several
    values.

    The last column of the relation has each row's bucket, from 0 to `buckets` - 1. It is not packed.
    """
    for batch in relation.to_arrow_reader(max(ROWS_AT_ONCE, buckets * _FEWEST_ROWS)):
        numbers = batch.column(batch.num_columns - 1).to_numpy()
        order = np.argsort(numbers, kind="stable")
        rows = _with_words(batch.select(batch.schema.names[:-1])).take(pa.array(order))
        found, firsts = np.unique(numbers[order], return_index=True)
        for bucket, first, end in zip(found, firsts, [*firsts[1:], len(order)], strict=True):
            yield int(bucket), _pack(rows.slice(first, end - first))


def unpacked(data: bytes) -> pa.Table:
    """Return the rows of one packed value, which is an Arrow stream."""
    with pa.ipc.open_stream(data) as stream:
        return stream.read_all()


def add_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Add rows to the table `name`, which is created if it does not exist."""
    connection.register("added_rows", rows)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {name} AS FROM added_rows LIMIT 0")
    connection.execute(f"INSERT INTO {name} FROM added_rows")
    connection.unregister("added_rows")


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """Join unpacked rows of one relation to one table."""
    words = {field.name for table in tables for field in table.schema if pa.types.is_dictionary(field.type)}
    return pa.concat_tables(_encoded(table, words) for table in tables)


def _with_words(batch: pa.RecordBatch) -> pa.RecordBatch:
    words = {
        name
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if pa.types.is_string(column.type)
        and 2 * len(column.slice(0, _SAMPLED_ROWS).unique()) < min(_SAMPLED_ROWS, len(column))
    }
    return _encoded(batch, words)


def _encoded(rows: _Rows, words: Collection[str]) -> _Rows:
    columns = [
        column.dictionary_encode() if name in words and pa.types.is_string(column.type) else column
        for name, column in zip(rows.schema.names, rows.columns, strict=True)
    ]
    return type(rows).from_arrays(columns, rows.schema.names)


def _pack(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_OPTIONS) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())
