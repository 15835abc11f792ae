"""Parquet files: their rows come from a process of its own, since some corrupt files end the one that reads them."""

import json
from collections.abc import Iterator
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.contract.parts import PartBooks
from pipelines.contract.record import FIELD_NAMES
from pipelines.engines.duckdb.reading_job import FileRows, ReadingJob, Stream, registered, rejected_rows
from pipelines.reading.raw_relations import parquet_rows
from pipelines.reading.record_query import GIVEN, record_query
from pipelines.reading.rejected_text import rejected_line


def read_parquet(job: ReadingJob, batches: Iterator[pa.RecordBatch]) -> list[PartBooks]:
    """Reads the rows of one file into a part; gives its books. A rejected row has no text: its fields stand for it."""
    first = next(batches, None)
    if first is None:
        with job.part(1) as part:
            return part.books
    stream = Stream(_renamed(chain([first], batches)), _schema(first.schema))
    rows = FileRows(1)
    fields = ", ".join(f"'{name}': {name}" for name in FIELD_NAMES)
    with job.part(1) as part, registered(job.connection, "rows", stream):

        def reject(batch: pa.RecordBatch, is_rejected: np.ndarray) -> None:
            for place, row in rejected_rows(batch, is_rejected):
                given = {name: text for name, text in row["given_fields"].items() if text is not None}
                text = rejected_line(json.dumps(given, ensure_ascii=False), (row["given_device"], row["given_phone"]))
                part.reject(0, int(rows.counts[0]) + place + 1, row["reason"], text)

        wanted = GIVEN | {"given_fields": f"{{{fields}}}"}
        job.draw(record_query(job.mapping, parquet_rows(job.mapping, stream.reader.schema), wanted), part, rows, reject)
    return part.books


def _schema(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_name(f"column {field.name}") for field in schema])


def _renamed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.RecordBatch.from_arrays(batch.columns, schema=_schema(batch.schema))
