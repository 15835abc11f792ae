"""Reads files of one source into one part: runs the `record_query` over their records, and writes or counts the rows
that the query returns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.common.process.machine_limits import is_out_of_memory
from pipelines.contract.record.field_rules import SKIPPED
from pipelines.engines.base import ROWS_AT_ONCE
from pipelines.engines.duckdb.part_writer import PartWriter
from pipelines.reading.formats.packed_words import unpacked_bytes
from pipelines.reading.raw_relations import RawRelation
from pipelines.reading.reading import Reading
from pipelines.reading.record_query import record_query
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.mapping_use import uses_of

# Smaller batches are joined up to this many rows: a query or a row group costs as much as hundreds of rows.
_FEWEST_ROWS = ROWS_AT_ONCE // 4
_JOINED_BYTES = 32 << 20
Rejected = Callable[[pa.RecordBatch, np.ndarray], None]


class FileRows:
    """Counts the rows read of each file. Rows come in the order of the files; `first` is the first file's index."""

    def __init__(self, files: int, first: int = 0) -> None:
        self.counts = np.zeros(files, dtype=np.int64)
        self.first = first

    def pieces(self, batch: pa.RecordBatch) -> Iterator[tuple[int, slice, int]]:
        """Yield for each file in the batch its index, the slice of its rows, and how many rows of it came before."""
        files = batch.column("file").to_numpy()
        ends = [*(np.flatnonzero(np.diff(files)) + 1), len(files)]
        for begin, end in zip([0, *ends[:-1]], ends, strict=True):
            file = int(files[begin])
            yield file, slice(int(begin), int(end)), int(self.counts[file - self.first])

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch."""
        for file, piece, _ in self.pieces(batch):
            self.counts[file - self.first] += piece.stop - piece.start


@dataclass(frozen=True)
class ReadingJob:
    """The inputs for reading files: connection, mapping, parameters, hash key, and folder of the part (`target`)."""

    connection: duckdb.DuckDBPyConnection
    mapping: SourceMapping
    reading: Reading
    key: str
    target: Path

    def query(self, raw: RawRelation, rejected: Mapping[str, str] | None = None) -> str:
        """Return the `record_query` over a relation of raw records. `rejected` is the SQL of more columns, by name,
        which are filled only in rows that were not accepted.
        """
        return record_query(self.mapping, raw, self.reading.channels, rejected)

    def part(self, files: int) -> PartWriter:
        """Open a writer of the part."""
        return PartWriter(self.target, self.key, files)

    def read_rows(
        self, query: str, part: PartWriter, rows: FileRows, reject: Rejected, rows_at_once: int = ROWS_AT_ONCE
    ) -> None:
        """Read the rows of a `record_query`: accepted rows are written to the part, and skipped rows are counted in its
        books.

        Args:
            rows: counts the rows of each file.
            rows_at_once: the rows of a batch, and so of a row group of the part.
            reject: is called with each batch that has rejected rows, and with a mask of the rejected rows. The batch is
                not yet counted in `rows`.
        """
        uses = uses_of(self.mapping)
        # Expressions of a mapping may contain other words after a dollar sign, such as the key `$date`.
        parameters = {name: value for name, value in self.reading.parameters.items() if f"${name}" in query}
        query_result = self.connection.sql(query, params=parameters)
        # Always closed, because an open result blocks other queries of the connection.
        with query_result.to_arrow_reader(rows_at_once) as reader:
            # Joined, because each small file gives a batch of its own, and a batch costs as much as many rows.
            for batch in _joined(iter(partial(_next, reader), None), _FEWEST_ROWS):
                if uses:
                    _note_uses(batch, uses, part, rows)
                taken = batch.drop_columns([f"use {place}" for place in range(len(uses))]) if uses else batch
                self._distribute(taken, part, reject)
                rows.add(taken)

    def chunks(self, name: str, batches: Iterable[pa.RecordBatch]) -> Iterator[int]:
        """Register Arrow batches as the relation `name`, one chunk after another; yield each chunk's number of rows."""
        # If all batches were one stream, several threads of the database would read them in any order.
        for batch in _joined(batches, ROWS_AT_ONCE):
            self.connection.register(name, pa.Table.from_batches([batch]))
            try:
                yield len(batch)
            finally:
                self.connection.unregister(name)

    def _distribute(self, batch: pa.RecordBatch, part: PartWriter, reject: Rejected) -> None:
        reasons = batch.column("reason")
        if reasons.null_count == len(batch):
            part.accept(batch)
            return
        accepted = batch.filter(pc.is_null(reasons))
        if len(accepted):
            part.accept(accepted)
        is_skipped = pc.fill_null(pc.equal(reasons, SKIPPED), False)
        part.skip(batch.filter(is_skipped))
        is_rejected = pc.and_not(pc.is_valid(reasons), is_skipped).to_numpy(zero_copy_only=False)
        if is_rejected.any():
            reject(batch, is_rejected)

    def open_files(self, paths: list[str]) -> None:
        """Set the paths of the files that the database's own readers read."""
        self.connection.execute("SET VARIABLE files = ?", [paths])


def _note_uses(batch: pa.RecordBatch, uses: tuple[str, ...], part: PartWriter, rows: FileRows) -> None:
    """Add to each file's books the `uses`, conditions of the mapping (see `mapping_use.py`), that are true for any of
    its records in the batch.
    """
    for file, piece, _ in rows.pieces(batch):
        noted = part.books[file].uses
        for place, use in enumerate(uses):
            if use not in noted and pc.any(batch.column(f"use {place}")[piece]).as_py():
                noted.add(use)


def _next(drawn: pa.RecordBatchReader) -> pa.RecordBatch | None:
    """Return the next batch; None at the end. Errors of the database arrive as Arrow errors and are converted back."""
    try:
        return drawn.read_next_batch()
    except StopIteration:
        return None
    except (pa.ArrowException, OSError) as error:
        if is_out_of_memory(error):
            raise duckdb.OutOfMemoryException(str(error)) from error
        raise duckdb.InvalidInputException(str(error)) from error


def _joined(batches: Iterable[pa.RecordBatch], fewest: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows in batches of at least `fewest` rows or `_JOINED_BYTES`; the last batch may be smaller."""
    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows, size = rows + len(batch), size + unpacked_bytes(batch)
        if rows >= fewest or size >= _JOINED_BYTES:
            yield _one(waiting)
            waiting, rows, size = [], 0, 0
    if rows:
        yield _one(waiting)


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    # `concat_batches` would copy a single batch.
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def kept_rows(batch: pa.RecordBatch, is_rejected: np.ndarray, part: PartWriter) -> Iterator[tuple[int, dict[str, Any]]]:
    """Count the rejected rows of a batch in the books of the part. Yield the rejected rows whose text must be
    stored: the first of each file and reason.

    A row is yielded as its index in the batch, and a dictionary of file, reason and the columns `given_…` that the
    query adds for rejected rows.
    """
    is_kept = np.zeros(len(batch), dtype=bool)
    for file, reason, places in grouped(batch, is_rejected):
        is_kept[places[: part.count_rejected(file, reason, len(places))]] = True
    names = [name for name in batch.schema.names if name in ("file", "reason") or name.startswith("given_")]
    rows = batch.select(names).filter(pa.array(is_kept)).to_pylist()
    return zip(map(int, np.flatnonzero(is_kept)), rows, strict=True)


def grouped(batch: pa.RecordBatch, is_rejected: np.ndarray) -> Iterator[tuple[int, str, list[int]]]:
    """Yield each pair of file and rejection reason in a batch with the indexes of its rows, sorted by the first row."""
    rows = pl.DataFrame({name: pl.from_arrow(batch.column(name)) for name in ("file", "reason")})
    rejected = rows.with_row_index("place").filter(pl.Series(is_rejected))
    return rejected.group_by("file", "reason", maintain_order=True).agg("place").iter_rows()
