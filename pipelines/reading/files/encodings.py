"""Converts CSV in UTF-16 (with a byte order mark) and in GB18030 to UTF-8. Lines keep their numbers.

Bytes that are invalid in the encoding become or stay invalid UTF-8, so that their row is rejected.
"""

import codecs
from collections.abc import Iterator

from pipelines.reading.files.packings import ByteStream

UTF_8, UTF_16, GB18030 = "UTF-8", "UTF-16", "GB18030"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# The number of bytes that are examined: they are part of a header or a key, so mostly Latin letters.
_FIRST_BYTES = 64
_NO_UTF_8 = b"\xff"
_PIECE_BYTES = 1 << 20


def is_utf_16(head: bytes) -> bool:
    """Whether a text begins with the byte order mark of UTF-16."""
    return head.startswith(_UTF_16_MARKS)


def is_unmarked_utf_16(head: bytes) -> bool:
    """Whether a text looks like UTF-16 without a byte order mark: among its first bytes, most at even offsets are NUL,
    or most at odd offsets, but not both. In UTF-16, one of the two bytes of a Latin letter is NUL.
    """
    first = head[:_FIRST_BYTES]
    if is_utf_16(first):
        return False
    return [first[start::2].count(0) * 2 > len(first[start::2]) for start in (0, 1)].count(True) == 1


def from_utf_16(stream: ByteStream) -> Iterator[bytes]:
    """Convert UTF-16 that begins with a byte order mark to UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
    for piece in _pieces(stream):
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
    try:
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        # The text ends within a character.
        yield _NO_UTF_8


def is_gb18030(stream: ByteStream) -> bool:
    """Whether a text is read as GB18030: among its lines with bytes beyond ASCII, at least one is valid GB18030 and
    none is valid UTF-8. UTF-16 without a byte order mark is excluded, as most of its lines would be valid GB18030.
    """
    is_found = is_looked_at = False
    for piece in _whole_lines(stream):
        if not is_looked_at and is_unmarked_utf_16(piece):
            return False
        is_looked_at = True
        if piece.isascii():
            continue
        for line in piece.splitlines():
            if line.isascii():
                continue
            if is_in(line, UTF_8):
                return False
            is_found = is_found or is_in(line, GB18030)
    return is_found


def from_gb18030(stream: ByteStream) -> Iterator[bytes]:
    """Convert GB18030 to UTF-8; lines that are no GB18030 stay as they are."""
    for piece in _whole_lines(stream):
        try:
            yield _recoded(piece)
        except UnicodeDecodeError:
            for line in piece.splitlines(keepends=True):
                yield _recoded(line) if is_in(line, GB18030) else line


def _recoded(text: bytes) -> bytes:
    return text.decode("gb18030").encode("utf-8", "surrogatepass")


def is_in(text: bytes, encoding: str) -> bool:
    """Whether a text is valid in an encoding."""
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(stream: ByteStream) -> Iterator[bytes]:
    buffer = memoryview(bytearray(_PIECE_BYTES))
    while count := stream.readinto(buffer):
        yield bytes(buffer[:count])


def _whole_lines(stream: ByteStream) -> Iterator[bytes]:
    carry = b""
    for piece in _pieces(stream):
        text = carry + piece
        end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        carry = text[end:]
        if end:
            yield text[:end]
    if carry:
        yield carry
