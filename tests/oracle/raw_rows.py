"""The file formats of a landing folder: from bytes to raw rows, by sections 2 and 5 of the contract.

What lives here: which file is read how, what a damaged file is, and what one line, row or cell of it holds.
The meaning of a field does not belong here; that is in `records.py`, with what the project decided where the
contract is silent.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import os
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

FORMATS = {
    ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson", ".log": "ndjson",
    ".csv": "csv", ".parquet": "parquet",
}  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INTEGER = re.compile(r"-?[0-9]+")
CSV_CELL = re.compile(r'(?:"((?:[^"]|"")*)"|((?!")[^,\r\n]*))(,|\r?\n|\Z)')

# Line or row number, and the fields; None for what is not one JSON object, or not a row.
RawRow = tuple[int, dict[str, object] | None]


class Number(str):
    """A number as its text in the file, so that no digit is lost to a float."""


class DamagedError(Exception):
    """A file is cut or corrupt, so nothing of it counts."""


def utc_time(ms: int) -> datetime:
    """The instant of Unix ms."""
    return EPOCH + timedelta(milliseconds=ms)


def log_files(landing: Path) -> Iterator[Path]:
    """Every file below `landing` that is not to be left alone."""
    for folder, folders, names in os.walk(landing):
        folders[:] = [name for name in folders if not _left_alone(Path(folder, name))]
        yield from (Path(folder, name) for name in names if not _left_alone(Path(folder, name)))


def _left_alone(path: Path) -> bool:
    return path.name.startswith((".", "_")) or path.name.endswith((".tmp", ".part", ".crc")) or path.is_symlink()


def raw_rows(path: Path) -> Iterator[RawRow]:
    """Yields (line, raw fields) of one file; None for a line that is not one object, or not a row."""
    data, name = path.read_bytes(), path
    if path.suffix in (".gz", ".zst"):
        data = _gunzip(data) if path.suffix == ".gz" else _unzstd(data)
        name = path.with_suffix("")
    kind = FORMATS[name.suffix]
    if kind == "parquet":
        return _parquet_rows(data)
    data = data.removeprefix(b"\xef\xbb\xbf")
    return _csv_rows(data) if kind == "csv" else _json_rows(data)


def _gunzip(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedError from error


def _unzstd(data: bytes) -> bytes:
    """Frame by frame, as the one-call function stops after the first frame and passes over a cut one."""
    plain = b""
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            plain += frame.decompress(data)
        except zstandard.ZstdError as error:
            raise DamagedError from error
        if not frame.eof:
            raise DamagedError
        data = frame.unused_data
    return plain


def _json_rows(data: bytes) -> Iterator[RawRow]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, _json_object(line)


def _json_object(line: bytes) -> dict[str, object] | None:
    """Strict; nesting over some 900 levels is more than Python reads, so a good line must not go deeper here."""
    try:
        value = json.loads(line.decode(), parse_int=Number, parse_float=Number, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # fails on an escape that stands for half a character
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _csv_rows(data: bytes) -> Iterator[RawRow]:
    header: list[str] | None = None
    for line, cells in _csv_cells(data.decode(errors="surrogateescape")):
        if header is None:
            header = cells
        elif len(cells) != len(header) or not _is_utf8("".join(cells)):
            yield line, None
        else:
            yield line, {name: _csv_value(name, cell) for name, cell in zip(header, cells, strict=True)}


def _csv_cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yields (line, cells) per row of RFC 4180; no cells for a row whose quotes are broken."""
    at, line = 0, 1
    while at < len(text):
        start, cells, separator = at, list[str](), ","
        while separator == ",":
            cell = CSV_CELL.match(text, at)
            if cell is None:
                cells, at = [], (text.find("\n", at) + 1) or len(text)
                break
            cells.append(cell[2] if cell[1] is None else cell[1].replace('""', '"'))
            at, separator = cell.end(), cell[3]
        if text[start:at].strip(" \t\r\n"):
            yield line, cells
        line += text.count("\n", start, at)


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _csv_value(name: str, cell: str) -> object:
    """An empty cell is absent, and `latency_ms` is the one field that CSV may give as text of a number."""
    if name == "latency_ms" and INTEGER.fullmatch(cell):
        return Number(cell)
    return cell or None


def _parquet_rows(data: bytes) -> Iterator[RawRow]:
    try:
        table = pq.read_table(io.BytesIO(data))
    except pa.ArrowException as error:
        raise DamagedError from error
    columns = {field.name: _parquet_values(field.name, table.column(field.name)) for field in table.schema}
    for row in range(table.num_rows):
        yield row + 1, {name: values[row] for name, values in columns.items()}


def _parquet_values(name: str, column: pa.ChunkedArray) -> list[object]:
    """Numbers as their text; the times of `event_time` as RFC 3339, in UTC or, without a zone, without offset."""
    kind = column.type
    if pa.types.is_timestamp(kind) and name == "event_time":
        form = "%Y-%m-%dT%H:%M:%S.%f" + ("Z" if kind.tz else "")
        ticks = column.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()).to_pylist()
        return [None if ms is None else utc_time(ms).strftime(form) for ms in ticks]
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        # A whole number stands for itself, in floats as far as they tell it from the next one.
        sure = math.inf if pa.types.is_decimal(kind) else 2.0 ** {32: 24, 64: 53}[kind.bit_width]
        return [
            None if value is None else Number(int(value) if abs(value) <= sure and value == int(value) else value)
            for value in column.to_pylist()
        ]
    if pa.types.is_integer(kind):
        return [None if value is None else Number(value) for value in column.to_pylist()]
    return list(column.to_pylist())
