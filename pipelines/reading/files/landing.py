"""Lists the files of the landing folder and opens them.

`unpacking.py` unpacks compressed files, `sources/sources.py` chooses the mapping of each file, and the manifest
(`store/manifest.py`) lists the files that were read already.
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
from pipelines.common.files.near_names import has_ignored_name
from pipelines.common.text import name_as_text

TEXT_SUFFIXES = (".ndjson", ".jsonl", ".json", ".log", ".csv")
COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz", ".lz4", ".snappy")
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tzst", *(f".tar{packed}" for packed in COMPRESSIONS))
MEMBER = "!"
"""Separates the path of an archive from that of its member."""
IGNORED_KINDS = "links, special files, and names that start with . or _ or end in .tmp, .part or .crc"
"""The files that `scan` ignores, in words."""
# The marks that log rotation adds at the end of a name or before its last suffix: a day, optionally with a time and a
# number, Unix time, or a number that is not part of a version or an address. A whole name is never a mark.
_TIME = r"[-_.T]?[0-2]\d(?:[-_.:]?[0-5]\d){0,2}"
_MARK = rf"(?:[-._]20\d\d-?[01]\d(?:-?[0-3]\d)?(?:{_TIME})?(?:[-.]\d{{1,3}})?|[-._]1\d{{9}}|(?<!\d)\.\d{{1,3}})"
# Bounded, as a mark can match in several ways: a long name of nothing but dates would take forever.
_MARKS = rf"(?<=[^/]){_MARK}{{1,4}}"
_MARKS_BEHIND = re.compile(rf"{_MARKS}$")
_MARKS_WITHIN = re.compile(rf"{_MARKS}(?=\.[A-Za-z]\w*$)")


@dataclass(frozen=True)
class LandedFile:
    """One regular file under landing."""

    # Relative to landing, with `/`, and always valid text. Bytes that are no UTF-8 are written as `\xNN`, and the
    # backslash of names that contain such an escape is escaped too, so that no two files have the same path.
    path: str
    # The path in the file system.
    full: Path
    bytes: int
    # Size, modification time and inode: changes whenever the file may have changed.
    stamp: str

    @property
    def known_sha256(self) -> str:
        """The checksum if it is available without reading the file; else empty."""
        return ""

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """Open the file's own bytes.

        Raises:
            DamagedFileError: the path is a special file now, such as a pipe.
            OSError: the file cannot be read, or the path is a link or a folder now.
        """
        # O_NOFOLLOW and `fstat`, because the path may have been replaced since the scan.
        descriptor = os.open(self.full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb", buffering=0) as raw:
            if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
                raise DamagedFileError("It is no longer a regular file.", where=self.path)
            yield raw


def scan(landing: Path, unreadable: set[str], ignored: set[str] | None = None) -> Iterator[LandedFile]:
    """Yield every landed file, sorted by path. Hidden and temporary files, links and special files are ignored.

    Folders that cannot be read are added to `unreadable` by their path (`.` for landing itself), and ignored files to
    `ignored`. For an ignored folder only its own path is added.
    """
    ignored = set() if ignored is None else ignored
    found: list[LandedFile] = []
    # A list instead of recursion, as folders can be nested deeper than Python's call stack.
    folders = [(landing, "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as listed:
                entries = list(listed)
        except (FileNotFoundError, NotADirectoryError):
            # It was removed, or replaced by a file, during the scan; or there is no landing.
            continue
        except OSError:
            unreadable.add(prefix.rstrip("/") or ".")
            continue
        for entry in entries:
            try:
                _sort_out(entry, prefix, found, folders, ignored)
            except FileNotFoundError:
                # The file was removed during the scan.
                continue
            except OSError:
                unreadable.add(prefix.rstrip("/") or ".")
    yield from sorted(found, key=lambda file: file.path)


def has_any_file(landing: Path) -> bool:
    """Whether a landing folder contains any file, ignored ones included."""
    return any(not path.is_dir() for path in landing.rglob("*"))


def _sort_out(
    entry: os.DirEntry[str], prefix: str, found: list[LandedFile], folders: list[tuple[Path, str]], ignored: set[str]
) -> None:
    path = prefix + name_as_text(entry.name)
    if has_ignored_name(path):
        ignored.add(path)
        return
    if entry.is_dir(follow_symlinks=False):
        folders.append((Path(entry.path), f"{path}/"))
    elif entry.is_file(follow_symlinks=False):
        info = entry.stat(follow_symlinks=False)
        found.append(LandedFile(path, Path(entry.path), info.st_size, _stamp(info)))
    else:
        ignored.add(path)


def _stamp(info: os.stat_result) -> str:
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"


def current_stamp(file: LandedFile) -> str | None:
    """Return the stamp that the file has now, which differs from `file.stamp` if the file changed.

    Return None if the file was removed, or its size and time can no longer be read.
    """
    try:
        return _stamp(file.full.lstat())
    except OSError:
        return None


def is_archive(path: str) -> bool:
    """Whether a path has the suffix of an archive. Marks of log rotation after the suffix are ignored."""
    name = path.lower()
    # The first test is fast and excludes most paths. The marks contain an upper-case T.
    return (".zip" in name or ".t" in name) and _MARKS_BEHIND.sub("", path).lower().endswith(ARCHIVES)


def is_zip(path: str) -> bool:
    """Whether a path has the suffix of a zip archive. Marks of log rotation after the suffix are ignored."""
    return _MARKS_BEHIND.sub("", path).lower().endswith(".zip")


def parts_of(path: str) -> tuple[str, str]:
    """Split a member's path into the paths of its archive and within it; other files: an empty text and the path."""
    found = path.find(MEMBER)
    while found >= 0:
        if is_archive(path[:found]):
            return path[:found], path[found + 1 :]
        found = path.find(MEMBER, found + 1)
    return "", path


def name_of(path: str) -> str:
    """Return the name of a file or member without its folders."""
    return parts_of(path)[1].rpartition("/")[2]


def compression_of(path: str) -> str:
    """Return the compression suffix of a path, such as `.gz`, in lower case; empty if it has none. Marks of log
    rotation after the suffix are ignored.
    """
    ending = _MARKS_BEHIND.sub("", path).lower()
    return next((suffix for suffix in COMPRESSIONS if ending.endswith(suffix)), "")


def bare_name(path: str) -> str:
    """Return the path without marks of log rotation and without a compression suffix: `auth.log` for `auth.log.2.gz`,
    `auth.log-20261124` and `auth-2026-11-24.log.zst`. A member's archive is stripped the same way.
    """
    archive, member = parts_of(path)
    bare = _MARKS_WITHIN.sub("", _name_in_front(member))
    return f"{bare_name(archive)}{MEMBER}{bare}" if archive else bare


def names_before_rotation(path: str) -> tuple[str, ...]:
    """Return the paths that a file may have had before log rotation; none if its name has no mark of rotation. Each
    path is returned without and with the suffix of the file's compression. For a member, the mark may be in its own
    name, in the name of its archive, or in both.
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
    """Return the path without marks of rotation at its end and without the suffix of its compression."""
    packed = _MARKS_BEHIND.sub("", path)
    return _MARKS_BEHIND.sub("", packed[: len(packed) - len(compression_of(path))])


def has_suffix(path: str) -> bool:
    """Whether a file's name has a suffix besides compression and rotation. Always true for members, as each would have
    to be unpacked to recognize its format.
    """
    return bool(parts_of(path)[0]) or "." in name_of(bare_name(path))


def sha256_of(file: LandedFile) -> str:
    """Return the SHA-256 of the file's own bytes, in hex."""
    if file.known_sha256:
        return file.known_sha256
    with file.opened() as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def checksum_of(file: LandedFile) -> str:
    """Return the SHA-256; empty if the file cannot be read."""
    try:
        return sha256_of(file)
    except (OSError, DamagedFileError):
        return ""


def is_within(path: str, folders: Collection[str]) -> bool:
    """Whether a path under landing is within one of the folders; the folder `.` is landing itself, as in `scan`."""
    return any(folder == "." or path.startswith(f"{folder}/") for folder in folders)
