"""How a CSV file is laid out: the names in its header, what ends its lines, and how many cells it has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.reading.blocks import BOM
from pipelines.reading.csv_cells import cells_of
from pipelines.reading.unpacking import ByteStream

# More columns than this are no header of a log.
MAX_COLUMNS = 10_000
# A header longer than this is none; its line end is looked for no further.
_MAX_HEADER_BYTES = 1 << 20
_QUOTED_OR_END = re.compile(rb'"[^"]*"|\r\n|[\r\n]')
_BLANK_LINES = re.compile(rb"\A(?:[ \t\x0b\x0c]*[\r\n])+")


@dataclass(frozen=True)
class CsvLayout:
    """The names of the columns, none where there is no header; and what ends the header's line."""

    names: tuple[str, ...]
    line_end: bytes


def csv_layout(stream: ByteStream) -> CsvLayout:
    """Reads the header. Of a name that comes twice the first counts; too many names are none."""
    head, line_end = _header(stream)
    cells: Sequence[str] = cells_of(head.decode("utf-8", "replace")) or ()
    if len(cells) > MAX_COLUMNS or not head.strip():
        cells = ()
    return CsvLayout(tuple(cells), line_end)


def _header(stream: ByteStream) -> tuple[bytes, bytes]:
    """The first line that is not blank, without its end, and that end."""
    head, buffer = b"", memoryview(bytearray(1 << 16))
    while True:
        count = stream.readinto(buffer) or 0
        head += buffer[:count]
        text = _BLANK_LINES.sub(b"", head.removeprefix(BOM))
        ends = (found for found in _QUOTED_OR_END.finditer(text) if found[0][:1] != b'"')
        # Behind a return that is the last byte so far, a line feed may follow.
        if (end := next(ends, None)) and (end.end() < len(text) or not count):
            return text[: end.start()], end[0]
        if not count or len(head) > _MAX_HEADER_BYTES:
            return (text if not count else b""), b"\n"


def marks(stream: ByteStream) -> tuple[int, int]:
    """How many lines a file has, and how many commas outside of quotes; the last line may lack its line end."""
    lines = commas = 0
    is_quoted, last = False, b"\n"
    buffer = memoryview(bytearray(1 << 20))
    while count := stream.readinto(buffer):
        piece = bytes(buffer[:count])
        data = np.frombuffer(piece, np.uint8)
        lines, last = lines + piece.count(b"\n"), piece[-1:]
        is_comma = data == ord(",")
        if is_quoted or b'"' in piece:
            quoted = np.bitwise_xor.accumulate((data == ord('"')).view(np.uint8))
            is_comma &= quoted == is_quoted
            is_quoted ^= bool(quoted[-1])
        commas += int(np.count_nonzero(is_comma))
    return lines + (last != b"\n"), commas
