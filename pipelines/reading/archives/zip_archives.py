"""Reads zip archives. Each member is unpacked to its end and compared with its checksum."""

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from errno import EINVAL
from io import FileIO

from pipelines.common.text import name_as_text
from pipelines.reading.archives.found_members import (
    ENCRYPTED,
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
from pipelines.reading.files.growth import GrowthGuard, UnpackLimits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.unpacking import damaged, require_mark

# The header of a member, or the end record of an empty archive.
_MARK = rb"PK\x03\x04|PK\x05\x06"
BROKEN_ZIP = (zipfile.BadZipFile, struct.error, ValueError, OverflowError, EOFError, zlib.error)
"""`zipfile` raises these for archives that are cut or corrupt."""
_IS_ENCRYPTED, _IS_UTF_8 = 0x1, 0x800
# For other methods, `zipfile` unpacks in memory whatever size is declared: a few kB of bzip2 can become 10 GB.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OF_WINDOWS = 0


def members_of_zip(file: LandedFile, raw: FileIO, limits: UnpackLimits) -> list[FoundMember]:
    """Return the members of a zip archive.

    Raises:
        DamagedFileError: the archive is cut or corrupt, has no member or too many, or unpacks to more than the limits
            allow.
    """
    require_mark(file, raw, _MARK, "zip")
    archive = opened_zip(file, raw)
    listed = archive.infolist()
    require_member_limit(file, len(listed))
    # `zipfile` returns at most the declared bytes of a member.
    GrowthGuard(file, limits).grew(sum(info.file_size for info in listed))
    return files_of(file, _found(archive, listed))


def opened_zip(file: LandedFile, raw: FileIO) -> zipfile.ZipFile:
    """Open a zip archive. Raises DamagedFileError if it is cut or corrupt."""
    try:
        return zipfile.ZipFile(raw)
    except (*BROKEN_ZIP, NotImplementedError, OSError) as error:
        if _is_of_system(error):
            raise
        raise damaged(file.path, "its list of members is incomplete") from error


def pieces_of_zip(archive: zipfile.ZipFile, place: int) -> Iterator[bytes]:
    """Yield, in chunks, the bytes of the member with the index `place`. Its checksum is verified at the end."""
    with archive.open(archive.infolist()[place]) as member:
        while piece := member.read(PIECE_BYTES):
            yield piece


def _found(archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo]) -> Iterator[FoundMember]:
    for place, info in enumerate(listed):
        name = _name(info)
        if name.endswith("/") or is_ignored_name(name):
            continue
        finding = _refusal(info) or refusal_of(name)
        sha256, bytes_read = hashlib.sha256(), 0
        if not finding:
            try:
                for piece in pieces_of_zip(archive, place):
                    sha256.update(piece)
                    bytes_read += len(piece)
                if bytes_read != info.file_size:
                    finding = damaged("", "the packed data is broken").what
            except NotImplementedError:
                finding = UNKNOWN_PACKING
            except (*BROKEN_ZIP, OSError) as error:
                if _is_of_system(error):
                    raise
                is_sum = "CRC" in str(error)
                finding = damaged("", "a checksum is wrong" if is_sum else "the packed data is broken").what
        if finding:
            yield refused(name, info.file_size, place, finding)
        else:
            yield FoundMember(name, info.file_size, place, sha256.hexdigest())


def _is_of_system(error: Exception) -> bool:
    """Whether the system caused an error. `EINVAL` is the archive's fault: an offset in it is outside of the file."""
    return isinstance(error, OSError) and error.errno not in (None, EINVAL)


def _refusal(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _IS_ENCRYPTED:
        return ENCRYPTED
    if info.compress_type not in _PACKINGS:
        return UNKNOWN_PACKING
    # The high bits are the Unix mode; other systems leave them zero.
    return "" if stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG, stat.S_IFDIR) else LINK


def _name(info: zipfile.ZipInfo) -> str:
    """Return the member's name, with `/` between folders."""
    name = _decoded(info)
    # Older Windows programs write `\` between folders.
    return name_as_text(name.replace("\\", "/") if info.create_system == _OF_WINDOWS else name)


def _decoded(info: zipfile.ZipInfo) -> str:
    """Decode a member's name. Without the UTF-8 flag it can be UTF-8, or GB18030 from a Chinese Windows."""
    # `filename` depends on the version of Python: newer ones put another field in its place.
    name = info.orig_filename.partition("\0")[0]
    if info.flag_bits & _IS_UTF_8:
        return name
    raw = name.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
