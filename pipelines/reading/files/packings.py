"""The ways in which a file may be packed: how each is recognized, and the library that unpacks it.

The first bytes of a file go before its name: `a.log` may be a gzip file. What is read of a packed file, and within
which limits, is in `unpacking.py`.
"""

import gzip
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import FileIO
from typing import Any, Protocol

from pipelines.reading.files.growth import GrowthGuard
from pipelines.reading.files.landing import LandedFile, compression_of
from pipelines.reading.files.snappy_pieces import FRAMED, snappy_pieces

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEAD_MARK_BYTES = 16
PIECE_BYTES = 1 << 20
# The dictionary of `xz -9` takes 65 MB; a file may ask for any.
_XZ_MEMORY_BYTES = 256 << 20


class ByteStream(Protocol):
    """A binary stream that fills a buffer: a file, or a decompressor over one."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


Piece = bytes | memoryview


@dataclass(frozen=True)
class Packing:
    """A way of packing.

    Attributes:
        name: in words.
        mark: pattern of the first bytes; empty if there is none.
        pieces: the unpacked bytes, each piece good until the next one is drawn; verified with the last one.
        other_mark: pattern of the first bytes that recognizes a file of another name, if `mark` is too short for that.
    """

    name: str
    mark: bytes
    pieces: Callable[[FileIO, GrowthGuard], Iterator[Piece]]
    other_mark: bytes = b""

    def fits(self, head: bytes) -> bool:
        """Whether a file that is named so may begin with these bytes."""
        return bool(re.match(self.mark, head))

    def is_recognized_by(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is packed so, whatever its name."""
        return bool(re.match(self.other_mark or self.mark, head))


def packing_of(file: LandedFile, raw: FileIO) -> Packing | None:
    """How a file is packed: as its name says, unless its first bytes say otherwise; None where it is not."""
    head = os.pread(raw.fileno(), HEAD_MARK_BYTES, 0)
    by_name = PACKINGS.get(compression_of(file.path))
    if by_name and by_name.mark and by_name.fits(head):
        return by_name
    return next((packing for packing in PACKINGS.values() if packing.is_recognized_by(head)), by_name)


def _gzip_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    with gzip.GzipFile(fileobj=raw) as stream:
        yield from stream_pieces(stream, guard)


def _zstd_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    with zstd.ZstdFile(raw) as stream:
        yield from stream_pieces(stream, guard)


def _lz4_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    # Imported here, as below: a run with nothing new should not load it.
    import pyarrow as pa

    with pa.CompressedInputStream(pa.PythonFile(raw, "r"), "lz4") as stream:
        yield from stream_pieces(stream, guard)


def _bz2_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    from bz2 import BZ2Decompressor

    yield from _streams(raw, guard, BZ2Decompressor)


def _xz_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    from lzma import FORMAT_XZ, LZMADecompressor

    # Streams of xz may have zeros between them.
    yield from _streams(raw, guard, lambda: LZMADecompressor(FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES), b"\0")


def stream_pieces(stream: ByteStream, guard: GrowthGuard) -> Iterator[memoryview]:
    """The bytes of a stream in pieces that are good until the next one is drawn."""
    buffer = memoryview(bytearray(PIECE_BYTES))
    while count := stream.readinto(buffer):
        guard.grew(count)
        yield buffer[:count]


def _streams(raw: FileIO, guard: GrowthGuard, new: Callable[[], Any], padding: bytes = b"") -> Iterator[bytes]:
    """One stream behind the other, by decompressors of the standard library; its files pass over what is behind the
    last one.

    Raises:
        EOFError: the last stream has no end.
    """
    data = raw.read(PIECE_BYTES)
    while data:
        unpacker = new()
        while not unpacker.eof:
            if not data and unpacker.needs_input and not (data := raw.read(PIECE_BYTES)):
                raise EOFError
            piece = unpacker.decompress(data, PIECE_BYTES)
            data = b""
            guard.grew(len(piece))
            yield piece
        data = unpacker.unused_data.lstrip(padding) if padding else unpacker.unused_data
        while not data and (more := raw.read(PIECE_BYTES)):
            data = more.lstrip(padding) if padding else more


# By suffix. A Zstandard or an LZ4 file may begin with a frame to be skipped, of which no name tells whose it is.
PACKINGS: dict[str, Packing] = {
    ".gz": Packing("gzip", rb"\x1f\x8b", _gzip_pieces, rb"\x1f\x8b\x08"),
    ".zst": Packing("Zstandard", rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", _zstd_pieces),
    ".bz2": Packing("bzip2", rb"BZh[1-9]", _bz2_pieces, rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    ".xz": Packing("xz", rb"\xfd7zXZ\x00", _xz_pieces),
    ".lz4": Packing("LZ4", rb"\x04\x22\x4d\x18|[\x50-\x5f]\x2a\x4d\x18", _lz4_pieces),
    # Two of its three forms have no mark.
    ".snappy": Packing("Snappy", b"", snappy_pieces, FRAMED),
}
