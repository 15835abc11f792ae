"""Reads landed files as rows of text, by sections 2 and 5 of the contract: which file is damaged, and the text of each
value.

`records.py` gives fields their meaning.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
FORMATS = {
    ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson", ".log": "ndjson",
    ".csv": "csv", ".parquet": "parquet",
}  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Around an object, and all that a blank line holds.
WHITE = " \t\r\n\v\f"
# A whole string, or the last character of another value, and the comma between it and a closing bracket.
VALUE_END = re.compile(r'("(?:[^"\\]|\\.)*"|[^"\s{\[,:])([ \t\r\n]*,(?=[ \t\r\n]*[}\]]))?')
# A cell by what cuts cells, the separator or the end of the row behind it.
CSV_CELLS = {
    mark: re.compile(rf'(?:"((?:[^"]|"")*)"|((?!")[^{mark}\r\n]*))({mark}|\r?\n|\Z)') for mark in (",", ";", "\t")
}
SEPARATOR_LINE = re.compile(r'\A(sep=[^\r\n]?|"sep=[^\r\n]?")[ \t]*(\r?\n|\Z)', re.IGNORECASE)

# The text of each value by name; None is absent.
Fields = dict[str, str | None]
# Line or row number, and the fields; None if the line is not one JSON object, or not a row.
RawRow = tuple[int, Fields | None]


class Bare(str):
    """A JSON number, `NaN` or `Infinity`, as its text."""


class Members(list[tuple[str, object]]):
    """The members of a JSON object in their order, including repeated keys."""


class DamagedError(Exception):
    """A file is cut or corrupt, so no record of it counts."""


class UnreadError(Exception):
    """No source reads the file: its name has no known ending, or it is packed Parquet."""


def utc_time(ms: int) -> datetime:
    """Return the time in UTC of Unix ms."""
    return EPOCH + timedelta(milliseconds=ms)


def log_files(landing: Path) -> Iterator[Path]:
    """Yield every file below `landing` that the contract does not ignore."""
    for folder, folders, names in os.walk(landing):
        folders[:] = [name for name in folders if not _left_alone(Path(folder, name))]
        yield from (Path(folder, name) for name in names if not _left_alone(Path(folder, name)))


def _left_alone(path: Path) -> bool:
    return path.name.startswith((".", "_")) or path.name.endswith((".tmp", ".part", ".crc")) or path.is_symlink()


def raw_rows(path: Path, kind: str | None = None) -> Iterator[RawRow]:
    """Yield line number and fields of each row of a file. The fields are None if the row cannot be read.

    `kind` is the format that a source names; without it, the file's name decides.

    Raises:
        DamagedError, UnreadError: no row of the file can be read.
    """
    if path.name.endswith(ARCHIVES):
        # No random log under such a name contains a record.
        raise DamagedError
    packing = path.suffix if path.suffix in (".gz", ".zst") else ""
    kind = kind or FORMATS.get(path.with_suffix("").suffix if packing else path.suffix)
    if kind is None or (kind == "parquet" and packing):
        raise UnreadError
    data = path.read_bytes()
    if packing:
        data = _gunzip(data) if packing == ".gz" else _unzstd(data)
    if kind == "parquet":
        return _parquet_rows(data)
    if kind == "csv":
        return _csv_rows(_csv_text(data))
    data = data.removeprefix(b"\xef\xbb\xbf")
    return _line_rows(data, is_json=kind == "ndjson")


def _gunzip(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedError from error


def _unzstd(data: bytes) -> bytes:
    """Unpack Zstandard data of one or more frames; raise DamagedError if a frame is corrupt or cut."""
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


def _line_rows(data: bytes, *, is_json: bool) -> Iterator[RawRow]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip(WHITE.encode()):
            yield number, _json_fields(line) if is_json else {"line": line.decode().rstrip("\r")}


def _json_fields(line: bytes) -> Fields | None:
    """Return the fields of a line as texts; None if it is not one JSON object, or is nested deeper than Python can
    read.
    """
    try:
        text = VALUE_END.sub(r"\1", line.decode().strip(WHITE))
        value = json.loads(
            text, parse_int=_whole, parse_float=_fraction, parse_constant=Bare, object_pairs_hook=Members
        )
        json.dumps(value, ensure_ascii=False).encode()  # It fails on an escape of half a character.
        return first_of_each((key, _text(one)) for key, one in value) if isinstance(value, Members) else None
    except (ValueError, RecursionError):
        return None


def first_of_each(pairs: Iterable[tuple[str, str | None]]) -> Fields:
    """Return the pairs as a dict. If a name occurs several times, its first pair counts, even if the value is None."""
    fields: Fields = {}
    for name, text in pairs:
        fields.setdefault(name, text)
    return fields


def _whole(digits: str) -> Bare:
    return Bare("0" if digits == "-0" else digits)


def _fraction(written: str) -> Bare:
    """Return the number `written`, which has a fraction or an exponent, as the shortest text of its double.

    A number that is too large for a double stays as written.
    """
    return Bare(written if abs(float(written)) == float("inf") else repr(float(written)))


def _text(value: object) -> str | None:
    """Return a JSON value as text: a string without quotes, any other value as JSON, None for null."""
    return None if value is None else str(value) if isinstance(value, str) else _json_text(value)


def _json_text(value: object) -> str:
    """Return a value as JSON without blanks, in which only necessary characters are escaped."""
    if isinstance(value, Bare):
        return str(value)
    if isinstance(value, Members):
        return "{" + ",".join([f"{_json_text(key)}:{_json_text(one)}" for key, one in value]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([_json_text(one) for one in value]) + "]"
    return json.dumps(value, ensure_ascii=False)


def _csv_text(data: bytes) -> str:
    """Return the text of a CSV file, with a surrogate for each byte that cannot be decoded.

    The encoding is UTF-16 if the file begins with its byte order mark. It is GB18030 if no line with bytes beyond ASCII
    is UTF-8, else UTF-8.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "surrogatepass").removeprefix("\ufeff")
    lines = data.splitlines(keepends=True)
    is_gb18030 = all(line.isascii() or _decoded(line, "utf-8") is None for line in lines)
    texts = [_decoded(line, "gb18030") if is_gb18030 else None for line in lines]
    text = "".join(
        line.decode(errors="surrogateescape") if text is None else text for line, text in zip(lines, texts, strict=True)
    )
    return text.removeprefix("\ufeff")


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _csv_rows(text: str) -> Iterator[RawRow]:
    named = SEPARATOR_LINE.match(text)
    text, first_line = (text[named.end() :], 2) if named else (text, 1)
    # The header is cut by what cuts it into most cells, by the first of those.
    mark = max(CSV_CELLS, key=lambda mark: len(next(_csv_cells(text, mark), (0, []))[1]))
    header: list[str] | None = None
    for line, cells in _csv_cells(text, mark, first_line):
        if header is None:
            header = cells
        elif len(cells) != len(header) or not _is_utf8("".join(cells)):
            yield line, None
        else:
            yield line, first_of_each((name, cell or None) for name, cell in zip(header, cells, strict=True))


def _csv_cells(text: str, mark: str, line: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each row by RFC 4180, with `mark` between cells. A row with wrong quotes has no
    cells.

    `line` is the number of the first line.
    """
    at = 0
    while at < len(text):
        start, cells, separator = at, list[str](), mark
        while separator == mark:
            cell = CSV_CELLS[mark].match(text, at)
            if cell is None:
                cells, at = [], (text.find("\n", at) + 1) or len(text)
                break
            cells.append(cell[2] if cell[1] is None else cell[1].replace('""', '"'))
            at, separator = cell.end(), cell[3]
        if text[start:at].strip(WHITE):
            yield line, cells
        line += text.count("\n", start, at)


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _parquet_rows(data: bytes) -> Iterator[RawRow]:
    try:
        table = pq.read_table(io.BytesIO(data))
    except pa.ArrowException as error:
        raise DamagedError from error
    columns = {field.name: _parquet_texts(field.name, table.column(field.name)) for field in table.schema}
    for row in range(table.num_rows):
        yield row + 1, {name: texts[row] for name, texts in columns.items()}


def _parquet_texts(name: str, column: pa.ChunkedArray) -> list[str | None]:
    """Return the values of a column as text.

    Timestamps of `event_time` are written as RFC 3339: in UTC if they have a zone, otherwise without an offset.
    """
    kind = column.type
    if pa.types.is_timestamp(kind) and name == "event_time":
        form = "%Y-%m-%dT%H:%M:%S.%f" + ("Z" if kind.tz else "")
        ticks = column.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()).to_pylist()
        return [None if ms is None else utc_time(ms).strftime(form) for ms in ticks]
    return [None if value is None else _parquet_text(value) for value in column.to_pylist()]


def _parquet_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else f"{value:f}"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
