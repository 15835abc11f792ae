"""Finds the header, separator and line end of a CSV file, and counts its lines and separators."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.reading.files.blocks import BOM
from pipelines.reading.files.packings import ByteStream
from pipelines.reading.formats.csv_cells import SEPARATORS, cells_of

# A first line with more columns than this is no header.
MAX_COLUMNS = 10_000
# A first line longer than this is no header; its line end is not searched further.
_MAX_HEADER_BYTES = 1 << 20
_QUOTED_OR_END = re.compile(rb'"[^"]*"|\r\n|[\r\n]')
# A line that declares the separator to a spreadsheet. It is skipped, as the header shows the separator too.
_SEPARATOR_LINE = re.compile(rb'\A(?:sep=[^\r\n]?|"sep=[^\r\n]?")[ \t]*(?:\r\n|[\r\n]|\Z)', re.IGNORECASE)
_BLANK_LINES = re.compile(rb"\A(?:[ \t\x0b\x0c]*[\r\n])+")


@dataclass(frozen=True)
class CsvLayout:
    """The layout of a CSV file, as its header shows it."""

    # The cells of the first line that is not blank, also if this line is a record. Empty if the file is blank, or if
    # the line is too long or has too many cells for a header.
    names: tuple[str, ...]
    line_end: bytes
    separator: str = ","
    # Whether a line `sep=`, which declares the separator, precedes the header.
    has_separator_line: bool = False


def csv_layout(stream: ByteStream) -> CsvLayout:
    """Return the layout that the header of a CSV file shows.

    The separator is the character that splits the header into the most cells; if several do, the first in `SEPARATORS`.
    """
    head, line_end, has_separator_line = _header(stream)
    cut: dict[str, Sequence[str]] = {mark: cells_of(head.decode("utf-8", "replace"), mark) or () for mark in SEPARATORS}
    separator = max(cut, key=lambda mark: len(cut[mark]))
    cells = cut[separator]
    if len(cells) > MAX_COLUMNS or not head.strip():
        cells = ()
    return CsvLayout(tuple(cells), line_end, separator, has_separator_line)


def is_wide(line: str) -> bool:
    """Whether a line is too long for a header, or has too many cells by some separator."""
    return len(line) > _MAX_HEADER_BYTES or any(line.count(mark) >= MAX_COLUMNS for mark in SEPARATORS)


def _header(stream: ByteStream) -> tuple[bytes, bytes, bool]:
    """Return a CSV header (the first line not blank), its line end, and whether a line `sep=` precedes it."""
    head, buffer = b"", memoryview(bytearray(1 << 16))
    while True:
        count = stream.readinto(buffer) or 0
        head += buffer[:count]
        text, is_separator_line = _SEPARATOR_LINE.subn(b"", head.removeprefix(BOM))
        text = _BLANK_LINES.sub(b"", text)
        ends = (found for found in _QUOTED_OR_END.finditer(text) if found[0][:1] != b'"')
        # A carriage return at the end of the buffer may be followed by a line feed.
        if (end := next(ends, None)) and (end.end() < len(text) or not count):
            return text[: end.start()], end[0], bool(is_separator_line)
        if not count or len(head) > _MAX_HEADER_BYTES:
            return (text if not count else b""), b"\n", bool(is_separator_line)


def count_lines_and_separators(stream: ByteStream, separator: str) -> tuple[int, int]:
    """Count the lines of a file, including a last line without line end, and the separators outside of quotes."""
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
