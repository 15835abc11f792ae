"""A landed file as a stream of Arrow batches of raw records, whatever its format.

Every stream has `line`, `record` and `flaw` (see `lines.py`); CSV and Parquet add a column per column of the file,
named `column <name>`, so that no name of a file can meet one of ours.
"""

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.reading.csv_rows import csv_batches
from pipelines.reading.landing import LandedFile, UnpackLimits, opened
from pipelines.reading.lines import BATCH_BYTES, BATCH_LINES, SCHEMA, SOUND, LineCounts, LineSet, arrow_of, line_batches
from pipelines.reading.parquet_process import ParquetProcess
from pipelines.reading.sources import Format


class RawStream:
    """A file's batches, drawn once. DuckDB reports an error of the stream in its own words: `failure` keeps ours.

    `personal` names the columns that hold a device or a phone, for what is kept of a broken CSV row. With `only`,
    DuckDB sees no other line.
    """

    def __init__(
        self,
        file: LandedFile,
        form: Format,
        limits: UnpackLimits,
        parquet: ParquetProcess,
        personal: frozenset[str] = frozenset(),
        only: LineSet | None = None,
    ) -> None:
        self.counts = LineCounts()
        self._only = only
        self.failure: Exception | None = None
        self._batches = _batches(file, form, self.counts, limits, personal, parquet)
        first = next(self._batches, None)
        self.schema = first.schema if first is not None else SCHEMA
        self._first = first
        self.reader = pa.RecordBatchReader.from_batches(self.schema, self._drawn())

    def _drawn(self) -> Iterator[pa.RecordBatch]:
        try:
            first, self._first = self._first, None
            for batch in chain([first] if first is not None else [], self._batches):
                if self._only is None:
                    yield batch
                elif (wanted := self._only.has(batch.column("line").to_numpy())).any():
                    yield batch.filter(pa.array(wanted))
        except Exception as error:
            self.failure = error
            raise


def file_columns(schema: pa.Schema) -> list[str]:
    """The names of the file's own columns in a stream of this schema, of CSV and Parquet, in their order."""
    return [name.removeprefix("column ") for name in schema.names if name.startswith("column ")]


def _batches(
    file: LandedFile,
    form: Format,
    counts: LineCounts,
    limits: UnpackLimits,
    personal: frozenset[str],
    parquet: ParquetProcess,
) -> Iterator[pa.RecordBatch]:
    if form == "parquet":
        yield from _parquet_batches(file, counts, limits, parquet)
        return
    with opened(file, limits) as stream:
        if form == "csv":
            yield from csv_batches(stream, counts, personal)
        else:
            yield from line_batches(stream, counts, lenient=form == "lines")


def _parquet_batches(
    file: LandedFile, counts: LineCounts, limits: UnpackLimits, parquet: ParquetProcess
) -> Iterator[pa.RecordBatch]:
    for batch in parquet.batches(file, limits, BATCH_LINES, BATCH_BYTES):
        numbers = np.arange(counts.records + 1, counts.records + 1 + len(batch), dtype=np.int64)
        counts.records += len(batch)
        head = [arrow_of(numbers), pa.nulls(len(batch), pa.string()), arrow_of(np.full(len(batch), SOUND, np.int8))]
        names = [f"column {name}" for name in batch.schema.names]
        yield pa.RecordBatch.from_arrays(head + batch.columns, names=["line", "record", "flaw", *names])
