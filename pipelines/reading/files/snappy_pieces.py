"""Unpacks the three forms of Snappy files with cramjam: the framed form, the form that Hadoop's BlockCompressorStream
writes, and the raw form, which is a single block.

A framed block has a checksum. Neither framed nor Hadoop files have an end mark, so a file cut exactly between two
blocks looks complete.
"""

import os
import re
from collections.abc import Iterator
from io import FileIO

from pipelines.reading.files.growth import GrowthGuard

FRAMED = rb"\xff\x06\x00\x00sNaPpY"
_STREAM_MARK = b"\xff\x06\x00\x00sNaPpY"
# Chunks of this kind and above need not be understood; padding is one of them.
_SKIPPABLE = 0x80
# The limit of a raw block, which is unpacked in memory as a whole.
MAX_RAW_BYTES = 1 << 30
# The first bytes of literals, which are the Snappy elements that contain their data.
_LITERALS = {bytes([kind]) for kind in range(0, 256, 4)}
# A length of 128 or more, in groups of 7 bits.
_LENGTH = re.compile(rb"[\x80-\xff]{1,4}[\x01-\x7f]")
# The largest number of bytes that one byte of a Snappy element unpacks to, rounded up.
_MOST_PER_BYTE = 24


class BrokenSnappyError(ValueError):
    """The compressed data is not valid Snappy."""


def snappy_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[bytes]:
    """Unpack a Snappy file of any form. Raw and Hadoop blocks are checked against the growth limits before memory is
    allocated.

    Raises:
        BrokenSnappyError, EOFError: the file is corrupt, or cut.
    """
    # Imported lazily: only Snappy files need it.
    from cramjam import DecompressionError

    head = os.pread(raw.fileno(), len(_STREAM_MARK), 0)
    form = _raw
    if head == _STREAM_MARK:
        form = _framed
    elif head[:1] == b"\x00" and len(head) > 1:
        # The big-endian length of a block of less than 16 MB. In the raw form, the zero would mean an empty file.
        form = _hadoop
    try:
        yield from form(raw, guard)
    except DecompressionError as error:
        raise BrokenSnappyError(str(error)) from None


def is_raw_snappy(raw: FileIO, head: bytes) -> bool:
    """Whether a file is one raw block. A raw block has no mark, so the file must have a possible beginning and size,
    and unpack without error.

    A block that unpacks to less than 128 bytes is not recognized, because it can begin like a text.

    Args:
        head: the first bytes of the file: at least 6, unless the file is shorter.
    """
    found = _LENGTH.match(head)
    # The first element contains bytes: there is nothing before it to copy.
    if not found or head[found.end() : found.end() + 1] not in _LITERALS:
        return False
    size = os.fstat(raw.fileno()).st_size
    length = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(found[0]))
    if size > MAX_RAW_BYTES or not size - 32 - size // 7 <= length <= min(MAX_RAW_BYTES, _MOST_PER_BYTE * size):
        return False
    from cramjam import DecompressionError, snappy

    try:
        snappy.decompress_raw(os.pread(raw.fileno(), size, 0))
    except DecompressionError:
        return False
    return True


def _framed(raw: FileIO, guard: GrowthGuard) -> Iterator[bytes]:
    from cramjam import snappy

    while head := raw.read(4):
        chunk = _whole(raw, int.from_bytes(_rest(head, raw, 4)[1:], "little"))
        kind = head[0]
        if kind == _STREAM_MARK[0]:
            if chunk != _STREAM_MARK[4:]:
                raise BrokenSnappyError("it begins like another format")
        elif kind in (0, 1):
            piece = bytes(snappy.decompress(_STREAM_MARK + head + chunk))
            guard.grew(len(piece))
            yield piece
        elif kind < _SKIPPABLE:
            raise BrokenSnappyError("it has a chunk of an unknown kind")


def _hadoop(raw: FileIO, guard: GrowthGuard) -> Iterator[bytes]:
    while head := raw.read(4):
        left = int.from_bytes(_rest(head, raw, 4), "big")
        while left:
            piece = _unpacked(_whole(raw, int.from_bytes(_whole(raw, 4), "big")), left, guard)
            left -= len(piece)
            yield piece


def _raw(raw: FileIO, guard: GrowthGuard) -> Iterator[bytes]:
    yield _unpacked(_whole(raw, os.fstat(raw.fileno()).st_size), MAX_RAW_BYTES, guard)


def _unpacked(block: bytes, most: int, guard: GrowthGuard) -> bytes:
    """Unpack a raw block. The unpacked length that the block declares must be at most `most`, and possible for its
    size.
    """
    from cramjam import snappy

    length = snappy.decompress_raw_len(block)
    if length > min(most, _MOST_PER_BYTE * len(block)):
        raise BrokenSnappyError("a block has an impossible length")
    guard.grew(length)
    return bytes(snappy.decompress_raw(block))


def _rest(head: bytes, raw: FileIO, size: int) -> bytes:
    return head + _whole(raw, size - len(head))


def _whole(raw: FileIO, size: int) -> bytes:
    """Read exactly `size` bytes.

    Raises:
        EOFError: the file has fewer bytes left.
        BrokenSnappyError: `size` exceeds the limit of a block.
    """
    if size > MAX_RAW_BYTES:
        raise BrokenSnappyError("a block is too large")
    parts: list[bytes] = []
    while size:
        part = raw.read(size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
