"""The landing folder: which files are there, and the bytes of each.

What is in a packed file is in `unpacking.py`, what a file's records mean in `sources.py`; which files were read already
is known to `store.py`.
"""

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from pipelines.common.errors import DamagedFileError
from pipelines.common.near_names import has_name_left_alone
from pipelines.common.text import name_as_text

TEXT_SUFFIXES = (".ndjson", ".jsonl", ".json", ".log", ".csv")
COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz", ".lz4", ".snappy")
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tzst", *(f".tar{packed}" for packed in COMPRESSIONS))
MEMBER = "!"
"""What separates the path of an archive from that of its member."""
LEFT_ALONE = "links, special files, and names that start with . or _ or end in .tmp, .part or .crc"
"""What `scan` does not give, in words."""
# What log rotation puts behind a name, or into it before its last suffix: a day, with or without a time and a number
# behind it, Unix time, or a number, which is none of a version or an address; never a whole name.
_TIME = r"[-_.T]?[0-2]\d(?:[-_.:]?[0-5]\d){0,2}"
_MARK = rf"(?:[-._]20\d\d-?[01]\d(?:-?[0-3]\d)?(?:{_TIME})?(?:\.\d{{1,3}})?|[-._]1\d{{9}}|(?<!\d)\.\d{{1,3}})"
# A bound, as a mark can be read in several ways: a long name of nothing but dates would take forever.
_MARKS = rf"(?<=[^/]){_MARK}{{1,4}}"
_MARKS_BEHIND = re.compile(rf"{_MARKS}$")
_MARKS_WITHIN = re.compile(rf"{_MARKS}(?=\.[A-Za-z]\w*$)")


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

    @property
    def known_sha256(self) -> str:
        """The checksum where it is known without reading; else empty."""
        return ""

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """Opens the file's own bytes; see `raw_file`."""
        # O_NOFOLLOW and the look at the opened file: what was scanned may be something else by now.
        descriptor = os.open(self.full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb", buffering=0) as raw:
            if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
                raise DamagedFileError("It is no regular file any more.", where=self.path)
            yield raw


def scan(landing: Path, unreadable: set[str], passed_over: set[str] | None = None) -> Iterator[LandedFile]:
    """Every landed file in order of path. Hidden, temporary, linked and special files are left alone.

    A folder that cannot be read is left out, and its path (`.` for landing itself) goes to `unreadable`; the paths of
    what is left alone go to `passed_over`, of a folder its own.
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


def has_any_file(landing: Path) -> bool:
    """Whether anything but folders lies in a landing folder, what is left alone included."""
    return any(not path.is_dir() for path in landing.rglob("*"))


def _sort_out(
    entry: os.DirEntry[str],
    prefix: str,
    found: list[LandedFile],
    folders: list[tuple[Path, str]],
    passed_over: set[str],
) -> None:
    path = prefix + name_as_text(entry.name)
    if has_name_left_alone(path):
        passed_over.add(path)
        return
    if entry.is_dir(follow_symlinks=False):
        folders.append((Path(entry.path), f"{path}/"))
    elif entry.is_file(follow_symlinks=False):
        info = entry.stat(follow_symlinks=False)
        found.append(LandedFile(path, Path(entry.path), info.st_size, _stamp(info)))
    else:
        passed_over.add(path)


def _stamp(info: os.stat_result) -> str:
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"


def current_stamp(file: LandedFile) -> str | None:
    """The stamp that the file has now; another one than `file.stamp`: it changed meanwhile; None: it is gone."""
    try:
        return _stamp(file.full.lstat())
    except FileNotFoundError:
        return None


def is_archive(path: str) -> bool:
    """Whether a path under landing is that of an archive, by its suffix."""
    name = path.lower()
    # Most paths need no look at what rotation put into them.
    return (".zip" in name or ".t" in name) and _MARKS_BEHIND.sub("", name).endswith(ARCHIVES)


def is_zip(path: str) -> bool:
    """Whether a path under landing is that of a zip archive, by its suffix."""
    return _MARKS_BEHIND.sub("", path).lower().endswith(".zip")


def parts_of(path: str) -> tuple[str, str]:
    """The path of an archive and that of its member; of any other file an empty text and its path."""
    found = path.find(MEMBER)
    while found >= 0:
        if is_archive(path[:found]):
            return path[:found], path[found + 1 :]
        found = path.find(MEMBER, found + 1)
    return "", path


def name_of(path: str) -> str:
    """The name of a file, or of a member, without its folders."""
    return parts_of(path)[1].rpartition("/")[2]


def compression_of(path: str) -> str:
    """The suffix of a compression, in lower case; empty without one."""
    ending = _MARKS_BEHIND.sub("", path).lower()
    return next((suffix for suffix in COMPRESSIONS if ending.endswith(suffix)), "")


def bare_name(path: str) -> str:
    """The path without what log rotation puts into a name, and without the suffix of a compression: `auth.log` of
    `auth.log.2.gz`, `auth.log-20261124` and `auth-2026-11-24.log.zst`. Of a member, so is the name of its archive.
    """
    archive, member = parts_of(path)
    bare = _MARKS_WITHIN.sub("", _name_in_front(member))
    return f"{bare_name(archive)}{MEMBER}{bare}" if archive else bare


def names_before_rotation(path: str) -> tuple[str, ...]:
    """The paths that log rotation may have made this one of, without and with the suffix of its compression; none
    where the name has nothing that rotation puts into it. Of a member, it or its archive may have been rotated.
    """
    archive, member = parts_of(path)
    if archive:
        archives, members = ((one, *names_before_rotation(one)) for one in (archive, member))
        return tuple(f"{one}{MEMBER}{other}" for one in archives for other in members)[1:]
    bare, compression = bare_name(path), compression_of(path)
    if len(path) == len(bare) + len(compression):
        return ()
    names = dict.fromkeys((_name_in_front(path), bare))
    return tuple(name for front in names for name in dict.fromkeys((front, front + compression)) if name != path)


def _name_in_front(path: str) -> str:
    """The path without what rotation and compression put behind it."""
    packed = _MARKS_BEHIND.sub("", path)
    return _MARKS_BEHIND.sub("", packed[: len(packed) - len(compression_of(path))])


def has_suffix(path: str) -> bool:
    """Whether a file's name has a suffix beside those of compression and rotation; members of archives count as having
    one, as each would have to be unpacked to see what it is.
    """
    return bool(parts_of(path)[0]) or "." in name_of(bare_name(path))


def sha256_of(file: LandedFile) -> str:
    """The SHA-256 of the file as it lies there, in hex."""
    if file.known_sha256:
        return file.known_sha256
    with raw_file(file) as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def checksum_of(file: LandedFile) -> str:
    """The SHA-256; empty where the file cannot be read."""
    try:
        return sha256_of(file)
    except (OSError, DamagedFileError):
        return ""


def is_within(path: str, folders: Collection[str]) -> bool:
    """Whether a path under landing lies in one of the folders, as `scan` names them."""
    return any(folder == "." or path.startswith(f"{folder}/") for folder in folders)


@contextmanager
def raw_file(file: LandedFile) -> Iterator[FileIO]:
    """The file's own bytes.

    Raises:
        DamagedFileError: it is no regular file any more.
        OSError: it cannot be read.
    """
    with file.opened() as raw:
        yield raw
