"""The landing folder: which files are there, and their bytes, verified while they are read.

What a file's records mean is in `sources.py`; which files were read already is known to `store.py`.
"""

import gzip
import hashlib
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Protocol

from pipelines.common.errors import DamagedFileError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT_SUFFIXES = (".ndjson", ".jsonl", ".json", ".log", ".csv")
COMPRESSIONS = (".gz", ".zst")
_LEFT_ALONE_STARTS = (".", "_")
_LEFT_ALONE_ENDS = (".tmp", ".part", ".crc")
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
# Up to so many bytes a file may unpack to whatever its own size is: short logs of one line repeated pack very well.
FREE_BYTES = 100_000_000
# A text of a name that could be taken for an escape of ours, see `LandedFile`.
_LIKE_ESCAPE = re.compile(r"\\(?=x[0-9a-f]{2})")


@dataclass(frozen=True)
class UnpackLimits:
    """How far a packed file may grow before it is refused: logs pack up to about 40 to 1, bombs 1,000 to 1 and more."""

    ratio: int = 200
    bytes: int = 100_000_000_000


LIMITS = UnpackLimits()


class ByteStream(Protocol):
    """A binary stream that fills a buffer: a file, or a decompressor over one."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


@dataclass(frozen=True)
class LandedFile:
    """One regular file under landing.

    `path` is relative to landing, with `/`, and always valid text: bytes of a name that are no UTF-8 are
    written as `\\xNN`, and so is the backslash of a name that holds such an escape itself: no two files have one
    path. `stamp` changes whenever the file may have changed: size, time of change, inode.
    """

    path: str
    full: Path
    bytes: int
    stamp: str


def scan(landing: Path, unreadable: set[str], passed_over: set[str] | None = None) -> Iterator[LandedFile]:
    """Every landed file in order of path. Hidden, temporary, linked and special files are left alone.

    A folder that cannot be read is left out, and its path (`.` for landing itself) goes to `unreadable`; the paths of
    links and special files go to `passed_over`.
    """
    passed_over = set() if passed_over is None else passed_over
    found: list[LandedFile] = []
    if landing.is_dir():
        # A list and no recursion: folders may be nested deeper than calls.
        folders = [(landing, "")]
        while folders:
            folder, prefix = folders.pop()
            try:
                with os.scandir(folder) as listed:
                    entries = list(listed)
            except FileNotFoundError:
                continue
            except OSError:
                unreadable.add(prefix.rstrip("/") or ".")
                continue
            for entry in entries:
                try:
                    _sort_out(entry, prefix, found, folders, passed_over)
                except FileNotFoundError:
                    # What goes away while it is looked at is none of this run's.
                    continue
                except OSError:
                    unreadable.add(prefix.rstrip("/") or ".")
    yield from sorted(found, key=lambda file: file.path)


def _sort_out(
    entry: os.DirEntry[str],
    prefix: str,
    found: list[LandedFile],
    folders: list[tuple[Path, str]],
    passed_over: set[str],
) -> None:
    lowered = entry.name.lower()
    if lowered.startswith(_LEFT_ALONE_STARTS) or lowered.endswith(_LEFT_ALONE_ENDS):
        return
    path = prefix + _as_text(entry.name)
    if entry.is_dir(follow_symlinks=False):
        folders.append((Path(entry.path), f"{path}/"))
    elif entry.is_file(follow_symlinks=False):
        info = entry.stat(follow_symlinks=False)
        found.append(LandedFile(path, Path(entry.path), info.st_size, _stamp(info)))
    else:
        passed_over.add(path)


def _as_text(name: str) -> str:
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return b"\\x5c".join(raw.split(b"\\")).decode("utf-8", "backslashreplace")
    return _LIKE_ESCAPE.sub(lambda found: r"\x5c", text)


def _stamp(info: os.stat_result) -> str:
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"


def current_stamp(file: LandedFile) -> str | None:
    """The stamp that the file has now; another one than `file.stamp`: it changed meanwhile; None: it is gone."""
    try:
        return _stamp(file.full.lstat())
    except FileNotFoundError:
        return None


def compression_of(path: str) -> str:
    """The suffix of a compression, in lower case; empty without one."""
    ending = path[-4:].lower()
    return next((suffix for suffix in COMPRESSIONS if ending.endswith(suffix)), "")


def bare_name(path: str) -> str:
    """The path without the suffix of a compression."""
    return path[: len(path) - len(compression_of(path))]


def sha256_of(file: LandedFile) -> str:
    """The SHA-256 of the file as it lies there, in hex."""
    with raw_file(file) as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


@contextmanager
def raw_file(file: LandedFile) -> Iterator[FileIO]:
    """The file's own bytes.

    Raises:
        DamagedFileError: it is no regular file any more.
        OSError: it cannot be read.
    """
    # O_NOFOLLOW and the look at the opened file: what was scanned may be something else by now.
    descriptor = os.open(file.full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb", buffering=0) as raw:
        if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
            raise DamagedFileError("It is no regular file any more.", where=file.path)
        yield raw


@contextmanager
def opened(file: LandedFile, limits: UnpackLimits) -> Iterator[ByteStream]:
    """The bytes of a text file, decompressed by its suffix and verified up to the last one.

    Raises:
        DamagedFileError: while reading, where the file is cut or corrupt, is not what its suffix says, or unpacks to
            more than the limits allow.
    """
    packed = compression_of(file.path)
    with raw_file(file) as raw:
        try:
            if packed == ".gz":
                # The gzip module takes no bytes for no members.
                if not os.fstat(raw.fileno()).st_size:
                    raise EOFError("it is empty, which no gzip file is")
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield _Watched(unpacked, file, limits)
            elif packed == ".zst":
                with zstd.ZstdFile(raw) as unpacked:
                    yield _Watched(unpacked, file, limits)
            else:
                yield _Watched(raw, file, None)
        except (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
            raise damaged(file.path, str(error)) from None


class _Watched:
    """A stream that must begin as a text does, and where `limits` are given must not outgrow them."""

    def __init__(self, stream: ByteStream, file: LandedFile, limits: UnpackLimits | None) -> None:
        self._stream, self._path = stream, file.path
        self._guard = GrowthGuard(file, limits) if limits else None
        self._at_start = True

    def readinto(self, buffer: memoryview, /) -> int | None:
        count = self._stream.readinto(buffer)
        if self._at_start and count:
            self._at_start = False
            head = bytes(buffer[: min(count, 16)])
            if kind := next((kind for mark, kind in _NO_TEXT.items() if re.match(mark, head)), None):
                raise DamagedFileError(
                    f"The file is not what its name says: it is {kind}.",
                    where=self._path,
                    why="Nothing of it counts: read as text, it would be a heap of broken lines.",
                    do="Deliver it under the name of its kind, or as UTF-8 text.",
                )
        if self._guard and count:
            self._guard.grew(count)
        return count


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
