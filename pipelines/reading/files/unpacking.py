"""The bytes of a text file: unpacked by its suffix, verified up to the last one, and within the limits of growth."""

import gzip
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import FileIO
from typing import Protocol

from pipelines.common.errors import DamagedFileError
from pipelines.reading.files.landing import LandedFile, compression_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What these begin is no text, whatever the name says: telling it once is of more use than rejecting it line by line.
_NO_TEXT = {
    rb"PAR1\x15": "a Parquet file",
    rb"\x1f\x8b\x08": "a gzip file",
    rb"\x28\xb5\x2f\xfd": "a Zstandard file",
    rb"\xfd7zXZ\x00": "an xz file",
    rb"BZh[1-9]1AY&SY": "a bzip2 file",
    rb"7z\xbc\xaf\x27\x1c": "a 7z archive",
    rb"PK\x03\x04": "a zip archive or an Office file",
    rb"\x89PNG\r\n": "a picture",
    rb"\xff\xd8\xff|GIF8[79]a": "a picture",
    rb"%PDF-\d": "a PDF file",
    rb"SQLite format 3\x00": "a SQLite database",
    rb"\x7fELF": "a program",
    rb"Obj\x01": "an Avro file",
    rb"\xff\xfe|\xfe\xff": "text in UTF-16, where UTF-8 is wanted",
}
HEAD_MARK_BYTES = 16
_PIECE_BYTES = 1 << 20
# Up to so many bytes a file may unpack to whatever its own size is: short logs of one line repeated pack very well.
FREE_BYTES = 100_000_000


@dataclass(frozen=True)
class UnpackLimits:
    """How far a packed file may grow before it is refused: logs pack up to about 40 to 1, bombs 1,000 to 1 and more."""

    ratio: int = 200
    bytes: int = 100_000_000_000


LIMITS = UnpackLimits()


class ByteStream(Protocol):
    """A binary stream that fills a buffer: a file, or a decompressor over one."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


def unpacked(file: LandedFile, raw: FileIO, limits: UnpackLimits) -> Iterator[memoryview]:
    """The bytes of a packed file, in pieces that are good until the next one is drawn; verified with the last one.

    Raises:
        DamagedFileError: the file is cut or corrupt, or unpacks to more than the limits allow.
    """
    guard, buffer = GrowthGuard(file, limits), memoryview(bytearray(_PIECE_BYTES))
    try:
        with _opened(file, raw) as stream:
            while count := stream.readinto(buffer):
                guard.grew(count)
                yield buffer[:count]
    except (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
        raise damaged(file.path, _in_words(error)) from None


def _opened(file: LandedFile, raw: FileIO) -> gzip.GzipFile | zstd.ZstdFile:
    name, mark, opener = _PACKED[compression_of(file.path)]
    require_mark(file, raw, mark, name)
    return opener(raw)


def _open_gzip(raw: FileIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=raw)


# What it is, what it begins with, and what opens it, by the suffix. A Zstandard file may begin with a frame to be
# skipped.
_PACKED: dict[str, tuple[str, bytes, Callable[[FileIO], gzip.GzipFile | zstd.ZstdFile]]] = {
    ".gz": ("gzip", rb"\x1f\x8b", _open_gzip),
    ".zst": ("Zstandard", rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", zstd.ZstdFile),
}


def _in_words(error: Exception) -> str:
    text = str(error)
    if isinstance(error, EOFError):
        return "it ends too early"
    if "CRC check failed" in text or "Incorrect length" in text or "doesn't match checksum" in text:
        return "a checksum is wrong"
    return "what is packed is broken"


def require_mark(file: LandedFile, raw: FileIO, mark: bytes, kind: str) -> None:
    """Looks at the beginning of a file that should be of a kind.

    Raises:
        DamagedFileError: there is nothing in it, or it does not begin with the kind's mark, a pattern.
    """
    head = os.pread(raw.fileno(), HEAD_MARK_BYTES, 0)
    if not head:
        raise damaged(file.path, "there is nothing in it")
    if not re.match(mark, head):
        raise _misnamed(file, f"no {kind} file")


def require_text(file: LandedFile, head: bytes) -> None:
    """Looks at the first `HEAD_MARK_BYTES` of what should be a text.

    Raises:
        DamagedFileError: it begins as something else does.
    """
    if kind := next((kind for mark, kind in _NO_TEXT.items() if re.match(mark, head)), None):
        raise _misnamed(file, kind)


def _misnamed(file: LandedFile, kind: str) -> DamagedFileError:
    return DamagedFileError(
        f"The file is not what its name says: it is {kind}.",
        where=file.path,
        why="Nothing of it counts: it cannot be read as what it is named.",
        do="Deliver it under the name of its kind, or as UTF-8 text.",
    )


class GrowthGuard:
    """Watches what a packed file unpacks to."""

    def __init__(self, file: LandedFile, limits: UnpackLimits) -> None:
        self._file, self._unpacked = file, 0
        by_ratio = max(FREE_BYTES, file.bytes * limits.ratio)
        self._most = min(by_ratio, limits.bytes)
        self._setting = "max_unpacked_gb" if limits.bytes < by_ratio else "max_unpack_ratio"

    def grew(self, count: int) -> None:
        """Adds bytes.

        Raises:
            DamagedFileError: there are more than the limits allow.
        """
        self._unpacked += count
        if self._unpacked > self._most:
            raise DamagedFileError(
                f"The file unpacks to more than {self._most:,} bytes, from {self._file.bytes:,}: no log packs so well.",
                where=self._file.path,
                why="Nothing of it counts: a file made to fill memory or disk would keep all others from being read.",
                do=f"If it is a log, raise {self._setting} in authmeter.toml, then `authmeter reread`.",
            )


def damaged(path: str, finding: str) -> DamagedFileError:
    """The error of a file that is cut or corrupt."""
    return DamagedFileError(
        f"The file is cut or corrupt: {finding}",
        where=path,
        why="Nothing of it counts, since what is missing cannot be known.",
        do="Deliver the whole file again under the same name.",
    )
