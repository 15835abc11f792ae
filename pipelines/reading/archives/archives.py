"""Members of an archive as landed files: each has its own path, its own checksum and its own `PartBooks`.

An archive is listed once, when it is new. A member is unpacked again whenever it is read, to a file without a name. The
unpacked copy of a compressed tar archive is kept while its members are read.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile

from pipelines.reading.archives.found_members import FoundMember
from pipelines.reading.archives.tar_archives import members_of_tar, pieces_of_tar, plain_tar
from pipelines.reading.archives.zip_archives import BROKEN_ZIP, members_of_zip, opened_zip, pieces_of_zip
from pipelines.reading.files.growth import UnpackLimits
from pipelines.reading.files.landing import LandedFile, is_zip
from pipelines.reading.files.unpacking import damaged

# The size limits were checked when the archive was listed.
_ANY_SIZE = UnpackLimits(10**9, 10**18)


@dataclass(frozen=True)
class MemberFile(LandedFile):
    """A member of an archive. `full` and `stamp` are the file and stamp of the archive when it was listed."""

    # The path of the archive under landing, and its size when it was listed.
    archive: str
    archive_bytes: int
    # The index of the member in a zip archive, or the offset of its bytes in the unpacked tar archive.
    place: int
    sha256: str

    @property
    def known_sha256(self) -> str:
        """The checksum that was computed when the archive was listed."""
        return self.sha256

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """Unpack the member to a temporary file without a name, and open that file.

        Raises:
            DamagedFileError: the archive is corrupt, or has changed since it was listed.
        """
        with ExitStack() as stack:
            kept = _kept.get()
            pieces_of = kept.archive_of(self) if kept else stack.enter_context(_opened(self, None))
            copy = stack.enter_context(TemporaryFile(dir=kept.temp if kept else None, buffering=0))
            try:
                for piece in pieces_of(self):
                    copy.write(piece)
            except BROKEN_ZIP as error:
                raise damaged(self.path, str(error)) from None
            if copy.tell() != self.bytes:
                raise damaged(self.path, "its archive has changed since")
            copy.seek(0)
            yield copy


@dataclass(frozen=True)
class RefusedFile(LandedFile):
    """A refused archive or member, whose records do not count. `finding` is the reason.

    If `sha256` is empty, the next run tries the archive again.
    """

    # Empty if the bytes cannot be read, or if the archive has a member with the path of another landed file.
    sha256: str
    finding: str


def found_members(file: LandedFile, limits: UnpackLimits) -> list[FoundMember]:
    """Return the members of an archive, sorted by name, without ignored ones. Each member that is not refused is read
    and verified to its end.

    Raises:
        DamagedFileError: the archive is refused as a whole.
        OSError: the archive cannot be read.
    """
    with file.opened() as raw:
        return members_of_zip(file, raw, limits) if is_zip(file.path) else members_of_tar(file, raw, limits)


@contextmanager
def one_open_archive(temp: Path) -> Iterator[None]:
    """Within the context, keep the archive of the last read member open, so that its other members are read without
    opening it again. `temp` is the folder for unpacked copies.
    """
    kept = _OpenArchive(temp)
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)
        kept.close()


@contextmanager
def _opened(file: MemberFile, temp: Path | None) -> Iterator["_Opened"]:
    """Open the archive of a member, and yield the function that reads members of this archive."""
    archive = LandedFile(file.archive, file.full, file.archive_bytes, file.stamp)
    with ExitStack() as stack:
        raw = stack.enter_context(archive.opened())
        if is_zip(file.archive):
            opened_archive = stack.enter_context(opened_zip(archive, raw))
            yield lambda member: pieces_of_zip(opened_archive, member.place)
        else:
            descriptor = stack.enter_context(plain_tar(archive, raw, _ANY_SIZE, temp))
            yield lambda member: pieces_of_tar(descriptor, member.place, member.bytes)


_Opened = Callable[[MemberFile], Iterator[bytes]]
"""Yields the bytes of a member of an open archive."""


class _OpenArchive:
    """The archive that was opened last. It stays open, so that its next member can be read without opening it again."""

    def __init__(self, temp: Path) -> None:
        self.temp, self._stack = temp, ExitStack()
        self._key: tuple[Path, str] | None = None
        self._opened: _Opened | None = None

    def archive_of(self, file: MemberFile) -> "_Opened":
        """Return the function that reads members of the file's archive. Opens the archive if it is not open yet."""
        if self._opened is None or self._key != (file.full, file.stamp):
            self.close()
            self._opened = self._stack.enter_context(_opened(file, self.temp))
            self._key = file.full, file.stamp
        return self._opened

    def close(self) -> None:
        self._opened = None
        self._stack.close()


_kept: ContextVar[_OpenArchive | None] = ContextVar("kept_archive", default=None)
