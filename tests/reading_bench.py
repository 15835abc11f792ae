"""Reads bytes with a source mapping into events, rejects and books, for tests that need neither a store nor a run."""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from uuid import UUID

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contract.record.parts import PartBooks
from pipelines.contract.settings.settings import Settings
from pipelines.engines.duckdb.reader import DuckDBReader
from pipelines.engines.duckdb.reading_job import FileRows, ReadingJob, kept_rows
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.formats.lines import SCHEMA, line_batches
from pipelines.reading.raw_relations import json_texts
from pipelines.reading.reading import Reading
from pipelines.reading.record_query import record_query
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.store.database import workbench
from tests.support import KEY, Row

CANONICAL = SourceMapping(name="canonical", files=("*",))


def limits(business_zone: str = "Asia/Shanghai", source_zone: str = "Asia/Shanghai") -> Reading:
    """Return the zones and accepted times of a run for 10 March 2026.

    Times are accepted from 3 February 2025, 00:00, to 13 March 2026, 02:30, in Shanghai.
    """
    oldest, newest = datetime(2025, 2, 2, 16, tzinfo=UTC), datetime(2026, 3, 12, 18, 30, tzinfo=UTC)
    return Reading.of_zones(business_zone, source_zone, oldest, newest)


@dataclass(frozen=True)
class ReadFile:
    """The result of reading one file.

    `rejects` has line, reason and text of each reject that is kept; `rejected` has the number of all rejects by reason.
    """

    records: pa.Table
    rejects: list[tuple[int, str, str]]
    rejected: dict[str, int]
    books: PartBooks

    @cached_property
    def events(self) -> list[Row]:
        """The events sorted by `event_id`. Their hashes are UUIDs."""
        return sorted((_with_hashes(row) for row in self.records.to_pylist()), key=lambda row: row["event_id"])

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """Line and reason of each reject that is kept."""
        return [reject[:2] for reject in self.rejects]

    def event(self, event_id: str) -> Row:
        """Return the only event with this id."""
        (found,) = [event for event in self.events if event["event_id"] == event_id]
        return found


class ReadingBench:
    """Reads bytes as if they were landed files."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, root: Path) -> None:
        self._connection, self._reader, self._root = connection, DuckDBReader(connection, KEY, root), root

    def read(
        self, content: bytes, name: str = "a.ndjson", mapping: SourceMapping = CANONICAL, reading: Reading | None = None
    ) -> ReadFile:
        """Read one file with this name and content."""
        with TemporaryDirectory(dir=self._root) as folder:
            file, target = Path(folder) / "file", Path(folder) / "part"
            file.write_bytes(content)
            target.mkdir()
            landed = LandedFile(name, file, len(content), "")
            (books,) = self._reader.read([landed], mapping, reading or limits(), target)
            return _read(target, books)

    def read_into(self, target: Path, content: bytes) -> PartBooks:
        """Read `content` as NDJSON into the new folder `target`, and return the books of the file."""
        target.mkdir()
        with NamedTemporaryFile(dir=self._root) as file:
            Path(file.name).write_bytes(content)
            landed = LandedFile("a.ndjson", Path(file.name), len(content), "")
            (books,) = self._reader.read([landed], CANONICAL, limits(), target)
        return books

    def read_together(self, contents: list[bytes], mapping: SourceMapping) -> list[PartBooks]:
        """Read JSON files into one part, and return the books of each."""
        with TemporaryDirectory(dir=self._root) as folder:
            landed, target = [], Path(folder) / "part"
            target.mkdir()
            for number, content in enumerate(contents):
                file = Path(folder) / f"{number}.ndjson"
                file.write_bytes(content)
                landed.append(LandedFile(file.name, file, len(content), ""))
            return self._reader.read(landed, mapping, limits(), target)

    def read_texts(self, content: bytes, reading: Reading) -> ReadFile:
        """Read JSON lines by the query for single lines.

        The reader uses this query only if its query for whole files rejects a line.
        """
        with TemporaryDirectory(dir=self._root) as folder:
            job = ReadingJob(self._connection, CANONICAL, reading, KEY, Path(folder))
            lines = pa.Table.from_batches(line_batches(io.BytesIO(content)), SCHEMA)
            self._connection.register("texts", lines.add_column(0, "file", pa.array([0] * len(lines), pa.int32())))

            def reject(batch: pa.RecordBatch, is_rejected: np.ndarray) -> None:
                for _, row in kept_rows(batch, is_rejected, part):
                    part.keep_rejected(0, row["given_line"], row["reason"], "")

            with job.part(1) as part:
                query = record_query(CANONICAL, json_texts(CANONICAL), reading.channels, {"given_line": '"row line"'})
                job.read_rows(query, part, FileRows(1), reject)
            return _read(Path(folder), part.books[0])


def _read(part: Path, books: PartBooks) -> ReadFile:
    records, rows = _table(part / "records.parquet"), _table(part / "rejects.parquet").to_pylist()
    rejects = sorted((row["line"], row["reason"], row["record"]) for row in rows)
    rejected: Counter[str] = Counter()
    for row in rows:
        rejected[row["reason"]] += row["rejected"]
    return ReadFile(records, rejects, dict(rejected), books)


def _with_hashes(row: Row) -> Row:
    """Return an event without `file`, and with each hash as one UUID instead of two integers."""
    halves = {name: (row.pop(f"{name}_high"), row.pop(f"{name}_low")) for name in ("device", "phone")}
    del row["file"]
    return row | {
        f"{name}_hash": None if high is None else UUID(bytes=struct.pack(">qq", high, low))
        for name, (high, low) in halves.items()
    }


def _table(file: Path) -> pa.Table:
    return pq.read_table(file) if file.exists() else pa.table({})


@contextmanager
def reading_bench() -> Iterator[ReadingBench]:
    with TemporaryDirectory(prefix="authmeter-readings-") as folder:
        root = Path(folder).resolve()
        with workbench(Settings(threads=2), root / "tmp", [root], keeps_order=True) as connection:
            yield ReadingBench(connection, root)
