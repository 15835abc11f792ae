"""The landing folder: which files are there, and their bytes, verified while they are read.

What a file's records mean is in `sources.py`; which files were read already is known to `store.py`.
"""

import gzip
import hashlib
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipelines.errors import DamagedFileError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT_SUFFIXES = (".ndjson", ".jsonl", ".json", ".log", ".csv")
COMPRESSIONS = (".gz", ".zst")
_LEFT_ALONE_STARTS = (".", "_")
_LEFT_ALONE_ENDS = (".tmp", ".part", ".crc")


class ByteStream(Protocol):
    """A binary stream that fills a buffer: a file, or a decompressor over one."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


@dataclass(frozen=True)
class LandedFile:
    """One regular file under landing.

    `path` is relative to landing, with `/`, and always valid text: bytes of a name that are no UTF-8 are
    written as `\\xNN`. `stamp` changes whenever the file may have changed: size, time of change, inode.
    """

    path: str
    full: Path
    bytes: int
    stamp: str


def scan(landing: Path, unreadable: set[str]) -> Iterator[LandedFile]:
    """Every landed file in order of path. Hidden, temporary, linked and special files are left alone.

    A folder that cannot be read is left out, and its path (`.` for landing itself) goes to `unreadable`.
    """
    if landing.is_dir():
        yield from sorted(_walk(landing, "", unreadable), key=lambda file: file.path)


def _walk(folder: Path, prefix: str, unreadable: set[str]) -> Iterator[LandedFile]:
    # What goes away while it is looked at is none of this run's.
    try:
        with os.scandir(folder) as listed:
            entries = list(listed)
    except FileNotFoundError:
        return
    except OSError:
        unreadable.add(prefix.rstrip("/") or ".")
        return
    for entry in entries:
        if entry.name.startswith(_LEFT_ALONE_STARTS) or entry.name.endswith(_LEFT_ALONE_ENDS):
            continue
        name = os.fsencode(entry.name).decode("utf-8", "backslashreplace")
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), f"{prefix}{name}/", unreadable)
            elif entry.is_file(follow_symlinks=False):
                info = entry.stat(follow_symlinks=False)
                yield LandedFile(f"{prefix}{name}", Path(entry.path), info.st_size, _stamp(info))
        except FileNotFoundError:
            continue
        except OSError:
            unreadable.add(prefix.rstrip("/") or ".")


def _stamp(info: os.stat_result) -> str:
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"


def current_stamp(file: LandedFile) -> str | None:
    """The stamp that the file has now; another one than `file.stamp`: it changed meanwhile; None: it is gone."""
    try:
        return _stamp(file.full.lstat())
    except FileNotFoundError:
        return None


def bare_name(path: str) -> str:
    """The path without the suffix of a compression."""
    return path.removesuffix(".gz").removesuffix(".zst")


def sha256_of(file: LandedFile) -> str:
    """The SHA-256 of the file as it lies there, in hex."""
    with open(file.full, "rb", buffering=0) as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


@contextmanager
def opened(file: LandedFile) -> Iterator[ByteStream]:
    """The file's bytes, decompressed by its suffix and verified up to the last one.

    Raises:
        DamagedFileError: while reading, where the file is cut or corrupt, or is not what its suffix says.
    """
    # O_NOFOLLOW and the look at the opened file: what was scanned may be something else by now.
    descriptor = os.open(file.full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb", buffering=0) as raw:
        if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
            raise DamagedFileError("It is no regular file any more.", where=file.path)
        try:
            if file.path.endswith(".gz"):
                # The gzip module takes no bytes for no members.
                if not os.fstat(raw.fileno()).st_size:
                    raise EOFError("it is empty, which no gzip file is")
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield unpacked
            elif file.path.endswith(".zst"):
                with zstd.ZstdFile(raw) as unpacked:
                    yield unpacked
            else:
                yield raw
        except (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
            raise damaged(file.path, str(error)) from None


def damaged(path: str, finding: str) -> DamagedFileError:
    """The error of a file that is cut or corrupt."""
    return DamagedFileError(
        f"The file is cut or corrupt: {finding}",
        where=path,
        why="Nothing of it counts, since what is missing cannot be known.",
        do="Deliver the whole file again under the same name.",
    )
