"""Unpacks a packed file or an archive with its library, discards the bytes, and prints their number. Argument: file."""

import bz2
import gzip
import lzma
import sys
import tarfile
import zipfile
from collections.abc import Iterator

import cramjam
import pyarrow as pa

FILE = sys.argv[1]
PIECE = 1 << 20


def pieces() -> Iterator[bytes]:
    """Yield all unpacked bytes of the file."""
    match FILE.rpartition("packed.day.")[2]:
        case "zip":
            with zipfile.ZipFile(FILE) as archive:
                for name in archive.namelist():
                    with archive.open(name) as member:
                        yield from iter(lambda member=member: member.read(PIECE), b"")
        case "tar.gz":
            with tarfile.open(FILE, "r|gz") as archive:
                for info in archive:
                    member = archive.extractfile(info)
                    yield from iter(lambda member=member: member.read(PIECE), b"")
        case "ndjson.snappy":
            with open(FILE, "rb") as packed:
                yield bytes(cramjam.snappy.decompress(packed.read()))
        case "ndjson.lz4":
            with pa.OSFile(FILE) as packed, pa.CompressedInputStream(packed, "lz4") as stream:
                yield from iter(lambda: stream.read(PIECE), b"")
        case other:
            openers = {"ndjson.gz": gzip.open, "ndjson.bz2": bz2.open, "ndjson.xz": lzma.open}
            with openers.get(other, open)(FILE, "rb") as stream:
                yield from iter(lambda: stream.read(PIECE), b"")


print(sum(map(len, pieces())))
