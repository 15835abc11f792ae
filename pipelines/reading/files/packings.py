"""The compressions of files: how each is recognized, and the library that unpacks it.

The first bytes of a file have precedence over its name: `a.log` can be a gzip file. `unpacking.py` applies the growth
limits and maps errors to findings.
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
from pipelines.reading.files.snappy_pieces import FRAMED, is_raw_snappy, snappy_pieces

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEAD_MARK_BYTES = 265
"""The number of bytes at the beginning of a file that contain the mark of any format. The mark of tar ends last."""
PIECE_BYTES = 1 << 20
# The dictionary of `xz -9` takes 65 MB; a file can declare any size.
_XZ_MEMORY_BYTES = 256 << 20


class ByteStream(Protocol):
    """A binary stream that fills a buffer, such as a file or a decompressor."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


Piece = bytes | memoryview


@dataclass(frozen=True)
class Packing:
    """A compression.

    Attributes:
        name: for messages.
        mark: pattern of the first bytes of all its files; empty if its files have no common first bytes.
        pieces: function that yields the unpacked bytes of a file in chunks. A chunk is valid until the next one is
            drawn; checksums are verified by the time the last one is drawn.
        other_mark: stricter pattern that recognizes a file whatever its suffix; empty if `mark` is strict enough.
    """

    name: str
    mark: bytes
    pieces: Callable[[FileIO, GrowthGuard], Iterator[Piece]]
    other_mark: bytes = b""

    def fits(self, head: bytes) -> bool:
        """Whether a file with the suffix of this compression can begin with these bytes."""
        return bool(re.match(self.mark, head))

    def is_recognized_by(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes has this compression, whatever its name."""
        return bool(re.match(self.other_mark or self.mark, head))


def packing_of(file: LandedFile, raw: FileIO) -> Packing | None:
    """Return the compression that the first bytes of a file show, else the compression of its suffix.

    If the first bytes and the suffix show no compression, return Snappy if the whole file is one raw block, else None.
    """
    head = os.pread(raw.fileno(), HEAD_MARK_BYTES, 0)
    by_name = PACKINGS.get(compression_of(file.path))
    if by_name and by_name.mark and by_name.fits(head):
        return by_name
    recognized = next((packing for packing in PACKINGS.values() if packing.is_recognized_by(head)), by_name)
    return recognized or (PACKINGS[".snappy"] if is_raw_snappy(raw, head) else None)


def _gzip_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    with gzip.GzipFile(fileobj=raw) as stream:
        yield from stream_pieces(stream, guard)


def _zstd_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    with zstd.ZstdFile(raw) as stream:
        yield from stream_pieces(stream, guard)


def _lz4_pieces(raw: FileIO, guard: GrowthGuard) -> Iterator[Piece]:
    # Imported lazily, as below: a run with nothing new does not need it.
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
    """Yield the bytes of a stream in chunks. A chunk is a view of a buffer, valid until the next one is drawn."""
    buffer = memoryview(bytearray(PIECE_BYTES))
    while count := stream.readinto(buffer):
        guard.grew(count)
        yield buffer[:count]


def _streams(raw: FileIO, guard: GrowthGuard, new: Callable[[], Any], padding: bytes = b"") -> Iterator[bytes]:
    """Unpack concatenated compressed streams, each with a new decompressor from `new`. Bytes of `padding` between
    streams are skipped.

    Raises:
        EOFError: the file ends within a stream.
    """
    # The file classes of the standard library would ignore data after the last stream.
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


# By suffix. A Zstandard or LZ4 file may begin with a skippable frame, which is the same in both formats.
PACKINGS: dict[str, Packing] = {
    ".gz": Packing("gzip", rb"\x1f\x8b", _gzip_pieces, rb"\x1f\x8b\x08"),
    ".zst": Packing("Zstandard", rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", _zstd_pieces),
    ".bz2": Packing("bzip2", rb"BZh[1-9]", _bz2_pieces, rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    ".xz": Packing("xz", rb"\xfd7zXZ\x00", _xz_pieces),
    ".lz4": Packing("LZ4", rb"\x04\x22\x4d\x18|[\x50-\x5f]\x2a\x4d\x18", _lz4_pieces),
    # Two of its three forms have no mark.
    ".snappy": Packing("Snappy", b"", snappy_pieces, FRAMED),
}
