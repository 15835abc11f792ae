"""Writes a part: hashes typed records, writes them by column, and counts the books of its files.

Hashing and writing run in a thread of their own, while the next records are read.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contract.record.fields import COUNTED_FIELDS, OPTIONAL_FIELDS, PERSONAL_FIELDS
from pipelines.contract.record.masking import MASKING_VERSION
from pipelines.contract.record.parts import EVENT_SCHEMA, REJECT_SCHEMA, PartBooks
from pipelines.contract.record.personal_hashes import hash_halves
from pipelines.store.kept_rejects import count_rejected, kept_rejects

_CODEC = "zstd"
# Columns with few different words. In the others, trying a dictionary would be wasted time.
_WORDS = (*COUNTED_FIELDS, "os_version")
# Hashes do not compress.
_HALVES = ("device_high", "device_low", "phone_high", "phone_low")
# The most batches that wait while one is written.
_WAITING = 2
# The most kept records that are Python objects at once. More are converted to columns, which take a fraction of the
# memory.
_REJECTS_AT_ONCE = 10_000


class StoreError(Exception):
    """The part cannot be written. The message is the text of the operating system's error."""


class PartWriter:
    """Writes `records.parquet`, and `rejects.parquet` if any record is rejected, into an empty folder."""

    def __init__(self, folder: Path, key: str, files: int) -> None:
        self.books = [PartBooks() for _ in range(files)]
        self._key, self._rejects_file = key, folder / "rejects.parquet"
        self._records = pq.ParquetWriter(
            folder / "records.parquet",
            EVENT_SCHEMA,
            compression={name: "NONE" if name in _HALVES else _CODEC for name in EVENT_SCHEMA.names},
            use_dictionary=list(_WORDS),
            # Statistics are needed to find a day; statistics of texts would cost a tenth of the size of the part.
            write_statistics=["day"],
        )
        self._rejects: list[dict[str, object]] = []
        self._reject_tables: list[pa.Table] = []
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                while self._waiting:
                    self._waiting.popleft().result()
                self._write_rejects()
        finally:
            self._thread.shutdown(cancel_futures=True)
            self._records.close()

    def accept(self, records: pa.RecordBatch) -> None:
        """Add accepted records, with the columns of `record_query`."""
        while len(self._waiting) >= _WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(self._write, records))

    def skip(self, records: pa.RecordBatch) -> None:
        """Count records that the mapping does not select (`SKIPPED`) in the books; they are not written."""
        files, counts = np.unique(records.column("file").to_numpy(), return_counts=True)
        for file, count in zip(files, counts, strict=True):
            self.books[int(file)].skipped += int(count)

    def count_rejected(self, file: int, reason: str, count: int = 1) -> int:
        """Count the next `count` rejected records of a file and reason. Return how many of these must be kept,
        beginning with the first. Must be called in the order of the file's lines.
        """
        self.books[file].rejected += count
        return count_rejected(self.books[file].reasons, reason, count)

    def keep_rejected(self, file: int, line: int, reason: str, text: str) -> None:
        """Keep a rejected record that `count_rejected` has counted; its text must be masked already."""
        self._rejects.append(
            {"file": file, "line": line, "reason": reason, "record": text, "masking_version": MASKING_VERSION}
        )
        if len(self._rejects) >= _REJECTS_AT_ONCE:
            self._gather_rejects()

    def _write(self, records: pa.RecordBatch) -> None:
        try:
            self._write_records(records)
        except OSError as error:
            raise StoreError(str(error)) from error

    def _write_records(self, records: pa.RecordBatch) -> None:
        self._count(records)
        columns = {name: records.column(name) for name in records.schema.names}
        columns |= self._hashes(records)
        self._records.write_batch(
            pa.RecordBatch.from_arrays(
                [columns[field.name].cast(field.type) for field in EVENT_SCHEMA], schema=EVENT_SCHEMA
            )
        )

    def _count(self, records: pa.RecordBatch) -> None:
        """Add accepted records to the books."""
        days = pl.DataFrame({name: pl.from_arrow(records.column(name)) for name in ("file", "day")})
        for file, day, count in days.group_by("file", "day").len().iter_rows():
            books = self.books[file]
            books.accepted += count
            books.days[day] = books.days.get(day, 0) + count
        nulled = records.column("nulled").to_numpy()
        if nulled.any():
            files = records.column("file").to_numpy()[nulled > 0]
            for file, bits in zip(files, nulled[nulled > 0], strict=True):
                self.books[file].nulled.update(name for bit, name in enumerate(OPTIONAL_FIELDS) if bits >> bit & 1)

    def _hashes(self, records: pa.RecordBatch) -> dict[str, pa.Array]:
        texts = pl.DataFrame({name: pl.from_arrow(records.column(name)) for name in PERSONAL_FIELDS})
        halves = hash_halves(texts, self._key)
        return {name: halves[name].to_arrow() for name in _HALVES}

    def _gather_rejects(self) -> None:
        self._reject_tables.append(pa.Table.from_pylist(self._rejects, schema=REJECT_SCHEMA))
        self._rejects.clear()

    def _write_rejects(self) -> None:
        self._gather_rejects()
        rejects = pl.DataFrame(pa.concat_tables(self._reject_tables))
        if len(rejects):
            kept = kept_rejects(rejects, self.books).to_arrow()
            pq.write_table(kept.cast(REJECT_SCHEMA), self._rejects_file, compression=_CODEC)
