"""A bench for the reading of files: bytes and a source mapping in, events, rejects and books out. No store, no run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from pipelines.contract.parts import PartBooks
from pipelines.contract.settings import Settings
from pipelines.engines.duckdb.reader import DuckDBReader
from pipelines.reading.landing import LandedFile
from pipelines.reading.records import Reading
from pipelines.reading.sources import SourceMapping
from pipelines.store.database import workbench
from tests.support import KEY, Row

CANONICAL = SourceMapping(name="canonical", files=("*",))


def limits(business_zone: str = "Asia/Shanghai", source_zone: str = "Asia/Shanghai") -> Reading:
    """What the run for 10 March 2026 may accept: from 400 days before it to two days after its morning."""
    oldest, newest = datetime(2025, 2, 2, 16, tzinfo=UTC), datetime(2026, 3, 12, 18, 30, tzinfo=UTC)
    return Reading(business_zone, source_zone, oldest, newest, KEY)


@dataclass(frozen=True)
class ReadFile:
    """What a file gave: typed events, rejects (line, reason, text) by line, and its books."""

    events: list[Row]
    rejects: list[tuple[int, str, str]]
    books: PartBooks

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """Line and reason of each reject."""
        return [reject[:2] for reject in self.rejects]

    def event(self, event_id: str) -> Row:
        """The one event of that id."""
        (found,) = [event for event in self.events if event["event_id"] == event_id]
        return found


class ReadingBench:
    """Reads bytes as if they were landed files."""

    def __init__(self, reader: DuckDBReader, root: Path) -> None:
        self._reader, self._root = reader, root

    def read(
        self, content: bytes, name: str = "a.ndjson", mapping: SourceMapping = CANONICAL, reading: Reading | None = None
    ) -> ReadFile:
        """Reads one file of that name."""
        with TemporaryDirectory(dir=self._root) as folder:
            file, target = Path(folder) / "file", Path(folder) / "part"
            file.write_bytes(content)
            target.mkdir()
            books = self._reader.read(LandedFile(name, file, len(content), ""), mapping, reading or limits(), target)
            events = [
                row
                for part in ("events", "exact")
                for row in _rows(target / f"{part}.parquet")
                if row["day"] is not None
            ]
            rejects = sorted((row["line"], row["reason"], row["record"]) for row in _rows(target / "rejects.parquet"))
            return ReadFile(sorted(events, key=lambda row: row["event_id"]), rejects, books)


def _rows(file: Path) -> list[Row]:
    return pq.read_table(file).to_pylist() if file.exists() else []


@contextmanager
def reading_bench() -> Iterator[ReadingBench]:
    """A bench that is good for many files."""
    with TemporaryDirectory(prefix="authmeter-readings-") as folder:
        root = Path(folder).resolve()
        with workbench(Settings(threads=2), root / "tmp", [root]) as connection:
            yield ReadingBench(DuckDBReader(connection, KEY), root)
