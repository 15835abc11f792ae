"""How a CSV file is laid out: its header, what cuts its cells and ends its lines, and how many of both there are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.reading.files.blocks import BOM
from pipelines.reading.files.packings import ByteStream
from pipelines.reading.formats.csv_cells import SEPARATORS, cells_of

# More columns than this are no header of a log.
MAX_COLUMNS = 10_000
# A header longer than this is none; its line end is looked for no further.
_MAX_HEADER_BYTES = 1 << 20
_QUOTED_OR_END = re.compile(rb'"[^"]*"|\r\n|[\r\n]')
# What tells a spreadsheet what cuts the cells; the header tells it as well.
_SEPARATOR_LINE = re.compile(rb'\A(?:sep=[^\r\n]?|"sep=[^\r\n]?")[ \t]*(?:\r\n|[\r\n]|\Z)', re.IGNORECASE)
_BLANK_LINES = re.compile(rb"\A(?:[ \t\x0b\x0c]*[\r\n])+")


@dataclass(frozen=True)
class CsvLayout:
    """The names of the columns, none where there is no header; what ends the header's line and cuts its cells; and
    whether a line `sep=` stands before it.
    """

    names: tuple[str, ...]
    line_end: bytes
    separator: str = ","
    has_separator_line: bool = False


def csv_layout(stream: ByteStream) -> CsvLayout:
    """Reads the header. Of a name that comes twice the first counts; too many names are none."""
    head, line_end, has_separator_line = _header(stream)
    cut: dict[str, Sequence[str]] = {mark: cells_of(head.decode("utf-8", "replace"), mark) or () for mark in SEPARATORS}
    separator = max(cut, key=lambda mark: len(cut[mark]))
    cells = cut[separator]
    if len(cells) > MAX_COLUMNS or not head.strip():
        cells = ()
    return CsvLayout(tuple(cells), line_end, separator, has_separator_line)


def _header(stream: ByteStream) -> tuple[bytes, bytes, bool]:
    """The first line that is not blank, without its end; that end; and whether a line `sep=` stands before it."""
    head, buffer = b"", memoryview(bytearray(1 << 16))
    while True:
        count = stream.readinto(buffer) or 0
        head += buffer[:count]
        text, is_separator_line = _SEPARATOR_LINE.subn(b"", head.removeprefix(BOM))
        text = _BLANK_LINES.sub(b"", text)
        ends = (found for found in _QUOTED_OR_END.finditer(text) if found[0][:1] != b'"')
        # Behind a return that is the last byte so far, a line feed may follow.
        if (end := next(ends, None)) and (end.end() < len(text) or not count):
            return text[: end.start()], end[0], bool(is_separator_line)
        if not count or len(head) > _MAX_HEADER_BYTES:
            return (text if not count else b""), b"\n", bool(is_separator_line)


def marks(stream: ByteStream, separator: str) -> tuple[int, int]:
    """How many lines a file has, and how many separators outside of quotes; the last line may lack its line end."""
    lines = separators = 0
    is_quoted, last = False, b"\n"
    buffer = memoryview(bytearray(1 << 20))
    while count := stream.readinto(buffer):
        piece = bytes(buffer[:count])
        data = np.frombuffer(piece, np.uint8)
        lines, last = lines + piece.count(b"\n"), piece[-1:]
        is_mark = data == ord(separator)
        if is_quoted or b'"' in piece:
            quoted = np.bitwise_xor.accumulate((data == ord('"')).view(np.uint8))
            is_mark &= quoted == is_quoted
            is_quoted ^= bool(quoted[-1])
        separators += int(np.count_nonzero(is_mark))
    return lines + (last != b"\n"), separators
