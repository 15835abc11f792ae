"""Reads tar archives, compressed or not. Members are listed in one pass to the end of the archive."""

import hashlib
import os
import tarfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

from pipelines.common.errors import DamagedFileError
from pipelines.common.text import name_as_text
from pipelines.reading.archives.found_members import (
    LINK,
    PIECE_BYTES,
    UNKNOWN_PACKING,
    FoundMember,
    files_of,
    is_ignored_name,
    refusal_of,
    refused,
    require_member_limit,
)
from pipelines.reading.files.growth import UnpackLimits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.packings import Piece, packing_of
from pipelines.reading.files.unpacking import damaged, unpacked

_BLOCK_BYTES = tarfile.BLOCKSIZE
# `tarfile` holds such a header (long name, extended attributes) in memory; a name is a few kB at most.
_MAX_HEADER_BYTES = 1 << 20
_HEADERS_AHEAD = (
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE,
)  # fmt: skip
# `tarfile` raises these for headers that are broken or nested without end.
_BROKEN_TAR = (tarfile.TarError, ValueError, OverflowError, LookupError, RecursionError)


def members_of_tar(file: LandedFile, raw: FileIO, limits: UnpackLimits) -> list[FoundMember]:
    """Return the members of a tar archive.

    Raises:
        DamagedFileError: the archive is cut or corrupt, has no member or too many, or unpacks to more than the limits
            allow.
    """
    stream = _Stream(_pieces(file, raw, limits))
    # `tarfile` needs only `read` of a stream.
    fileobj: Any = stream
    found: list[FoundMember] = []
    count = 0
    try:
        with tarfile.open(
            fileobj=fileobj, mode="r|", tarinfo=_Member, errors="surrogateescape", bufsize=PIECE_BYTES
        ) as archive:
            for count, member in enumerate(archive, 1):
                require_member_limit(file, count)
                if not member.isdir() and not is_ignored_name(name_as_text(member.name)):
                    found.append(_found(archive, member))
            end = archive.offset
    except _BROKEN_TAR as error:
        if not count:
            raise DamagedFileError(
                "The file is not what its name says: it is not a tar archive.",
                where=file.path,
                why="None of its records count: it cannot be read as its name says.",
                do="Give it the name of its format.",
            ) from error
        raise damaged(
            file.path, "it ends too early" if "end of data" in str(error) else "a header is broken"
        ) from error
    stream.require_end(file, end)
    return files_of(file, found)


def _found(archive: tarfile.TarFile, member: tarfile.TarInfo) -> FoundMember:
    name, size, place = name_as_text(member.name), member.size, member.offset_data
    finding = "" if member.isreg() else LINK
    finding = finding or refusal_of(name) or (UNKNOWN_PACKING if member.issparse() else "")
    if finding:
        return refused(name, size, place, finding)
    sha256, bytes_read = hashlib.sha256(), 0
    content = archive.extractfile(member)
    assert content
    while piece := content.read(PIECE_BYTES):
        sha256.update(piece)
        bytes_read += len(piece)
    if bytes_read < size:
        raise tarfile.ReadError("unexpected end of data")
    return FoundMember(name, size, place, sha256.hexdigest())


class _Member(tarfile.TarInfo):
    """A tar member. Large extended headers are refused, and the map of a sparse member is not read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Parse one header.

        Raises:
            tarfile.HeaderError: the header is broken, or announces an extended header of more than `_MAX_HEADER_BYTES`.
        """
        header = super().frombuf(buf, encoding, errors)
        if header.type in _HEADERS_AHEAD and header.size > _MAX_HEADER_BYTES:
            raise tarfile.HeaderError("too large")
        return header

    def _proc_gnusparse_10(self, next: tarfile.TarInfo, *_: object) -> None:
        # The map may have any number of entries, and sparse members are refused anyway.
        next.sparse = b""


class _Stream:
    """The unpacked bytes of an archive as a stream. It keeps the bytes of the last three reads for `require_end`."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces, self._given = pieces, 0
        self._left = memoryview(b"")
        # `tarfile` reads at most one read ahead of the last member's end.
        self._last: deque[bytes] = deque(maxlen=3)

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes; fewer only at the end."""
        parts: list[bytes] = []
        missing = size
        while missing:
            if not self._left:
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._left = memoryview(piece)
            parts.append(bytes(self._left[:missing]))
            self._left = self._left[missing:]
            missing -= len(parts[-1])
        given = b"".join(parts)
        self._last.append(given)
        self._given += len(given)
        return given

    def require_end(self, file: LandedFile, end: int) -> None:
        """Read to the last byte, which also verifies the checksums of the compression. `end` is the offset at which the
        last member ends.

        Raises:
            DamagedFileError: fewer than 512 bytes follow the last member, or a byte after it is not zero.
        """
        ahead = self._given - end
        rest = b"".join(self._last)[-ahead:] if ahead > 0 else b""
        has_end = len(rest) >= _BLOCK_BYTES
        is_empty = not rest.strip(b"\0")
        while piece := self.read(PIECE_BYTES):
            is_empty = is_empty and not piece.strip(b"\0")
            has_end = has_end or len(piece) >= _BLOCK_BYTES
        if not has_end:
            raise damaged(file.path, "it ends too early")
        if not is_empty:
            raise damaged(file.path, "a header is broken, or something is behind its end")


def _pieces(file: LandedFile, raw: FileIO, limits: UnpackLimits) -> Iterator[Piece]:
    if packing := packing_of(file, raw):
        yield from unpacked(file, raw, packing, limits)
    else:
        while piece := raw.read(PIECE_BYTES):
            yield piece


@contextmanager
def plain_tar(file: LandedFile, raw: FileIO, limits: UnpackLimits, temp: Path | None) -> Iterator[int]:
    """Open a descriptor of the unpacked archive: the file itself, or, if it is compressed, an unnamed copy in `temp`.

    Raises:
        DamagedFileError: a compressed archive is cut or corrupt.
    """
    packing = packing_of(file, raw)
    if packing is None:
        yield raw.fileno()
        return
    with TemporaryFile(dir=temp) as copy:
        for piece in unpacked(file, raw, packing, limits):
            copy.write(piece)
        copy.flush()
        yield copy.fileno()


def pieces_of_tar(descriptor: int, place: int, size: int) -> Iterator[bytes]:
    """Yield a member of an unpacked archive in chunks: `size` bytes from the offset `place` on."""
    while size and (piece := os.pread(descriptor, min(PIECE_BYTES, size), place)):
        yield piece
        place, size = place + len(piece), size - len(piece)
