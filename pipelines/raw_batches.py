"""A landed file as a stream of Arrow batches of raw records, whatever its format.

Every stream has `line`, `record` and `flaw` (see `lines.py`); CSV and Parquet add a column per column of the file,
named `column <name>`, so that no name of a file can meet one of ours.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.csv_rows import csv_batches
from pipelines.landing import LandedFile, damaged, opened
from pipelines.lines import BATCH_LINES, SCHEMA, SOUND, LineCounts, arrow_of, line_batches
from pipelines.sources import Format


class RawStream:
    """A file's batches, drawn once. DuckDB reports an error of the stream in its own words: `failure` keeps ours.

    `personal` names the columns that hold a device or a phone, for what is shown of a broken CSV row.
    """

    def __init__(self, file: LandedFile, form: Format, personal: frozenset[str] = frozenset()) -> None:
        self.counts = LineCounts()
        self.failure: Exception | None = None
        self._batches = _batches(file, form, self.counts, personal)
        first = next(self._batches, None)
        self.schema = first.schema if first is not None else SCHEMA
        self._first = first
        self.reader = pa.RecordBatchReader.from_batches(self.schema, self._drawn())

    def _drawn(self) -> Iterator[pa.RecordBatch]:
        try:
            if self._first is not None:
                yield self._first
                self._first = None
                yield from self._batches
        except Exception as error:
            self.failure = error
            raise


def _batches(file: LandedFile, form: Format, counts: LineCounts, personal: frozenset[str]) -> Iterator[pa.RecordBatch]:
    if form == "parquet":
        yield from _parquet_batches(file, counts)
        return
    with opened(file) as stream:
        if form == "csv":
            yield from csv_batches(stream, counts, personal)
        else:
            yield from line_batches(stream, counts, lenient=form == "lines")


def _parquet_batches(file: LandedFile, counts: LineCounts) -> Iterator[pa.RecordBatch]:
    try:
        with open(file.full, "rb") as raw, pq.ParquetFile(raw) as parquet:
            names = [f"column {name}" for name in parquet.schema_arrow.names]
            for batch in parquet.iter_batches(batch_size=BATCH_LINES):
                numbers = np.arange(counts.records + 1, counts.records + 1 + len(batch), dtype=np.int64)
                counts.records += len(batch)
                head = [
                    arrow_of(numbers),
                    pa.nulls(len(batch), pa.string()),
                    arrow_of(np.full(len(batch), SOUND, np.int8)),
                ]
                yield pa.RecordBatch.from_arrays(head + batch.columns, names=["line", "record", "flaw", *names])
    except (pa.ArrowException, OSError) as error:
        raise damaged(file.path, str(error).splitlines()[0]) from None
