"""The heavy step in DuckDB, first half: one landed file into an event part."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import polars_hash as plh
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.common.errors import AuthmeterError, DamagedFileError
from pipelines.common.machine_limits import is_disk_full
from pipelines.common.sql import sql
from pipelines.contract.masking import masked_text, personal_places
from pipelines.contract.parts import OLD_EVENT_SCHEMA, OLD_REJECT_SCHEMA, PartBooks
from pipelines.contract.record import FIELD_NAMES, MALFORMED
from pipelines.reading.field_views import create_lines_view, fields_query
from pipelines.reading.landing import LIMITS, LandedFile, UnpackLimits
from pipelines.reading.lines import BROKEN, LineCounts, LineSet
from pipelines.reading.parquet_process import ParquetProcess
from pipelines.reading.raw_batches import RawStream, file_columns
from pipelines.reading.records import Accepted, Reading, Rejected, Text, parse_json, read_record
from pipelines.reading.rejected_text import rejected_text
from pipelines.reading.sources import Format, SourceMapping

# Hashes do not compress: a stronger codec would only cost time.
_CODEC = "zstd"
_PART = "read_parquet(?, hive_partitioning = false)"
# Lines that the exact reading takes at once: so many, or so many characters of them.
_FETCH_ROWS = 10_000
_FETCH_CHARACTERS = 8 << 20
_ODD_LINES = 1_000_000
# One column of a part for each field that a record may give, but for the carrier, which is never NULL.
_GIVEN_COLUMNS = (
    "event_id",
    "event_time",
    *FIELD_NAMES[2:9],
    *FIELD_NAMES[10:12],
    "device_hash",
    "phone_hash",
    *FIELD_NAMES[14:],
)


class DuckDBReader:
    """Reads landed files into parts over one open workbench."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        key: str,
        limits: UnpackLimits = LIMITS,
        *,
        keeps_lines: bool = False,
    ) -> None:
        """With `keeps_lines` every event says its line; else only what was set aside does, which costs less."""
        self._keeps_lines = keeps_lines
        self._limits = limits
        self._parquet = ParquetProcess()
        connection.execute("SET VARIABLE keeps_lines = ?", [keeps_lines])
        self._connection = connection
        self._with_extra_keys: set[str] = set()
        _add_keyed_hash(connection, key)
        connection.execute(sql("pipelines.engines.duckdb", "macros"))

    def read(self, file: LandedFile, mapping: SourceMapping, reading: Reading, target: Path) -> PartBooks:
        """Reads one file into the empty folder `target`: `events.parquet`, and where needed `exact.parquet`
        (events that only the exact reading could judge) and `rejects.parquet` (line, reason, masked record).

        Raises:
            DamagedFileError: the file is cut or corrupt, or cannot be what its name says.
            UsageError: an expression of the mapping cannot be used.
            AuthmeterError: the part cannot be written, whatever the file.
        """
        books, odd_lines = self._read_plain(file, mapping, reading, target / "events.parquet")
        if odd_lines:
            self._read_exactly(file, mapping, reading, target, books)
        books.records_read = books.accepted + books.rejected
        return books

    def _read_plain(
        self, file: LandedFile, mapping: SourceMapping, reading: Reading, part: Path
    ) -> tuple[PartBooks, int]:
        """The fast pass: everything plainly good goes to `part`, of all else the lines; gives how many these are."""
        form = mapping.format_for(file.path)
        has_extra_keys = mapping.name in self._with_extra_keys
        counts = self._write_plain(file, mapping, form, reading, part, has_extra_keys=has_extra_keys)
        # A key that comes twice shows in no value. So keys are counted: where a JSON file has more of them than
        # fields were found, it is read again with an eye on the keys of each line, and so are the source's next files.
        is_json_record = form == "ndjson" and not mapping.fields
        if is_json_record and not has_extra_keys and counts.key_marks != self._fields_found(part):
            self._with_extra_keys.add(mapping.name)
            counts = self._write_plain(file, mapping, form, reading, part, has_extra_keys=True)
        ((odd_lines,),) = self._ask(f"SELECT count(*) FILTER (day IS NULL) FROM {_PART}", part)
        days = dict(
            self._ask(f"SELECT day, count(*) FROM {_PART} WHERE day IS NOT NULL GROUP BY ALL ORDER BY ALL", part)
        )
        accepted = sum(days.values())
        return PartBooks(accepted=accepted, skipped=counts.records - accepted - odd_lines, days=days), odd_lines

    def _write_plain(
        self,
        file: LandedFile,
        mapping: SourceMapping,
        form: Format,
        reading: Reading,
        part: Path,
        *,
        has_extra_keys: bool,
    ) -> LineCounts:
        with self._fields(file, mapping, form, has_extra_keys=has_extra_keys) as stream:
            parameters = {
                "source_zone": reading.source_zone,
                "business_zone": reading.business_zone,
                "fixed_offset_ms": reading.fixed_offset_ms,
                "oldest": reading.oldest.replace(tzinfo=None),
                "newest": reading.newest.replace(tzinfo=None),
            }
            self._connection.sql(sql("pipelines.engines.duckdb", "typed_fields"), params=parameters).write_parquet(
                str(part), compression=_CODEC
            )
            return stream.counts

    @contextmanager
    def _fields(
        self,
        file: LandedFile,
        mapping: SourceMapping,
        form: Format,
        *,
        has_extra_keys: bool = False,
        only: LineSet | None = None,
    ) -> Iterator[RawStream]:
        """The views `lines` and `fields` over a file, or over some of its lines, good for one query."""
        stream = RawStream(file, form, self._limits, self._parquet, mapping.personal_columns, only)
        self._connection.register("raw", stream.reader)
        try:
            self._connection.execute("SET VARIABLE has_extra_keys = ?", [has_extra_keys])
            create_lines_view(self._connection, mapping, form, stream.schema)
            query = fields_query(self._connection, mapping, form)
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW fields AS {query}")
            yield stream
        except (duckdb.OutOfMemoryException, MemoryError):
            raise
        except (duckdb.Error, pa.ArrowException) as error:
            words = masked_text(str(error).splitlines()[0])
            # The file itself comes through the stream: what DuckDB cannot read or write is ours.
            if stream.failure is None and isinstance(error, duckdb.IOException):
                if is_disk_full(error):
                    raise
                raise AuthmeterError(
                    f"The store cannot be written: {words}",
                    where="warehouse/ in the data folder",
                    why="What was read could not be kept; the last good report still stands.",
                    do="Mend the rights of that folder, or its disk, and run again.",
                ) from None
            raise stream.failure or DamagedFileError(f"The file cannot be read: {words}", where=file.path) from None
        finally:
            self._connection.unregister("raw")

    def _read_exactly(
        self,
        file: LandedFile,
        mapping: SourceMapping,
        reading: Reading,
        target: Path,
        books: PartBooks,
    ) -> None:
        """The second pass: judges the lines that the fast pass set aside, one by one."""
        form = mapping.format_for(file.path)
        is_json_record = not mapping.fields and form in ("ndjson", "parquet")
        query = (
            "SELECT line, record, flaw FROM lines"
            if is_json_record
            else f"SELECT line, record, flaw, {', '.join(FIELD_NAMES)} FROM fields"
        )
        # A join would not do: DuckDB knows nothing of the stream's size, and would put all of it into memory.
        odd = self._odd_lines(target / "events.parquet")
        events = pq.ParquetWriter(target / "exact.parquet", OLD_EVENT_SCHEMA, compression=_CODEC)
        rejects = pq.ParquetWriter(target / "rejects.parquet", OLD_REJECT_SCHEMA, compression=_CODEC)
        with events, rejects, self._fields(file, mapping, form, only=odd) as stream:
            personal = personal_places(file_columns(stream.schema), mapping.personal_columns) if form == "csv" else []
            cursor = self._connection.execute(query)
            while rows := _some_rows(cursor):
                accepted, rejected = [], []
                for line, record, flaw, *texts in rows:
                    result = _judge(
                        record, flaw, texts, reading, is_json=form == "ndjson", is_mapped=not is_json_record
                    )
                    if isinstance(result, Rejected):
                        masked = rejected_text(record, texts, personal)
                        rejected.append({"line": line, "reason": result.reason, "record": masked})
                    else:
                        result.event["line"] = line if self._keeps_lines else None
                        accepted.append(result)
                _write_events(events, accepted, books)
                rejects.write_table(pa.Table.from_pylist(rejected, schema=OLD_REJECT_SCHEMA))
                books.rejected += len(rejected)

    def _odd_lines(self, part: Path) -> LineSet:
        ((last,),) = self._ask(f"SELECT max(line) FROM {_PART} WHERE day IS NULL", part)
        odd = LineSet(last)
        lines = self._connection.sql(f"SELECT line FROM {_PART} WHERE day IS NULL", params=[str(part)])
        for batch in lines.to_arrow_reader(_ODD_LINES):
            odd.add(batch.column(0).to_numpy())
        return odd

    def _fields_found(self, part: Path) -> int:
        """How many raw fields the events of a part had; a number is read from the file's own statistics."""
        given = ", ".join(f"count({name})" for name in _GIVEN_COLUMNS)
        has_carrier = "count(*) FILTER (day IS NOT NULL AND has_carrier)"
        return sum(self._ask(f"SELECT {given}, {has_carrier} FROM {_PART}", part)[0])

    def _ask(self, query: str, part: Path) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, [str(part)]).fetchall()


def _some_rows(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """The next rows, few where they are long: each holds the text of a line, and that may be megabytes."""
    rows: list[tuple[Any, ...]] = []
    characters = 0
    while len(rows) < _FETCH_ROWS and characters < _FETCH_CHARACTERS and (row := cursor.fetchone()):
        rows.append(row)
        characters += sum(len(value) for value in row if isinstance(value, str))
    return rows


def _judge(
    record: str, flaw: int, texts: list[str | None], reading: Reading, *, is_json: bool, is_mapped: bool
) -> Accepted | Rejected:
    if flaw == BROKEN:
        return Rejected(MALFORMED)
    parsed = parse_json(record) if is_json or not is_mapped else {}
    if parsed is None:
        return Rejected(MALFORMED)
    if is_mapped:
        parsed = {name: None if text is None else Text(text) for name, text in zip(FIELD_NAMES, texts, strict=True)}
    return read_record(parsed, reading)


def _write_events(writer: pq.ParquetWriter, accepted: list[Accepted], books: PartBooks) -> None:
    for event, nulled in accepted:
        books.nulled.update(nulled)
        books.days[event["day"]] = books.days.get(event["day"], 0) + 1
    books.accepted += len(accepted)
    rows = [event for event, _ in accepted]
    writer.write_table(pa.Table.from_pylist(rows, schema=OLD_EVENT_SCHEMA))


def _add_keyed_hash(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """Registers `keyed_hash(text)`: HMAC-SHA-256 in hex. The key never stands in SQL."""

    def keyed_hash(texts: pa.ChunkedArray) -> pa.Array:
        frame = pl.DataFrame({"text": pl.Series(pl.from_arrow(texts))})
        hashed = frame.select(plh.col("text").chash.hmac_sha256(key=key)).to_series()
        return hashed.to_arrow().cast(pa.string())

    # The stub of DuckDB wants an enumeration here; at run time the name of the kind is taken.
    connection.create_function("keyed_hash", keyed_hash, ["VARCHAR"], "VARCHAR", type="arrow")  # type: ignore[call-overload]
