"""Reads Parquet rows into a part. The rows come from a child process, because some corrupt files crash the process that
reads them.
"""

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.contract.record.parts import PartBooks
from pipelines.engines.base import ROWS_AT_ONCE
from pipelines.engines.duckdb.reading_job import FileRows, ReadingJob, kept_rows
from pipelines.reading.raw_relations import parquet_rows
from pipelines.reading.record_query import GIVEN
from pipelines.reading.rejected_text import rejected_fields


def read_parquet(job: ReadingJob, batches: Iterator[pa.RecordBatch]) -> list[PartBooks]:
    """Read the rows of one file into a part, and return the books of the file. Rejected rows have no text, so their
    masked fields are stored instead.
    """
    rows = FileRows(1)
    with job.part(1) as part:

        def reject(batch: pa.RecordBatch, is_rejected: np.ndarray) -> None:
            for place, row in kept_rows(batch, is_rejected, part):
                text = rejected_fields(row["given_fields"], (row["given_device"], row["given_phone"]))
                part.keep_rejected(0, int(rows.counts[0]) + place + 1, row["reason"], text)

        if (first := next(batches, None)) is not None:
            # Numbered, because names that differ in case alone are the same to the database.
            schema = pa.schema([field.with_name(f"column {place}") for place, field in enumerate(first.schema)])
            raw = parquet_rows(job.mapping, first.schema)
            fields = ", ".join(f"'{name}': {raw.typed.get(name, name)}" for name in FIELD_NAMES)
            query = job.query(raw, GIVEN | {"given_fields": f"{{{fields}}}"})
            named = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in chain([first], batches))
            for count in job.chunks("rows", named):
                # Read as one batch, as the few rows beyond `ROWS_AT_ONCE` would become a row group of their own.
                job.read_rows(query, part, rows, reject, max(count, ROWS_AT_ONCE))
    return part.books
