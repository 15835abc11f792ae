"""Sorts the members of an archive into files that are read and members that are refused, with the reason.

Zip and tar archives are opened in `zip_archives.py` and `tar_archives.py`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.common.errors import DamagedFileError
from pipelines.common.files.near_names import has_ignored_name
from pipelines.reading.files.landing import LandedFile, is_archive

MAX_MEMBERS = 10_000
"""Archives with more members than this, folders included, are refused."""
PIECE_BYTES = 1 << 20
# `reasons.py` has the words for users of each of these findings.
ENCRYPTED = "The member is encrypted."
LINK = "The member is a link or a special file."
OUTSIDE = "The member has a name that leads out of the archive."
TWICE = "The member has the same name as another one."
NESTED = "The member is an archive itself."
UNKNOWN_PACKING = "The member is packed in an unsupported way."
_DRIVE = re.compile(r"[A-Za-z]:")


class FoundMember(NamedTuple):
    """A member: name as text, size, place (see `MemberFile`), checksum, and the reason if it is refused, else empty."""

    name: str
    bytes: int
    place: int
    sha256: str
    finding: str = ""


def refusal_of(name: str) -> str:
    """Return the reason to refuse a member because of its name; empty if there is none."""
    if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in re.split(r"[/\\]", name):
        return OUTSIDE
    return NESTED if is_archive(name) else ""


def refused(name: str, size: int, place: int, finding: str) -> FoundMember:
    """Return a refused member. Its checksum is computed from its name, size and finding, as its bytes may be
    unreadable.
    """
    known = "\n".join((name, str(size), finding))
    return FoundMember(name, size, place, hashlib.sha256(known.encode("utf-8", "surrogatepass")).hexdigest(), finding)


def plain_name(name: str) -> str:
    """Return a member's name as a path without `.` and empty parts. Names that lead out of the archive stay as they
    are.
    """
    if refusal_of(name) == OUTSIDE:
        return name
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def is_ignored_name(name: str) -> bool:
    """Whether a member is ignored because its own name or the name of a folder in its path marks it as hidden or
    unfinished. Files under landing with such names are ignored as well.
    """
    return refusal_of(name) != OUTSIDE and any(map(has_ignored_name, plain_name(name).split("/")))


def files_of(file: LandedFile, found: Iterable[FoundMember]) -> list[FoundMember]:
    """Return the members with plain names (see `plain_name`), sorted by name. Members that share a name become one
    refused member.

    Raises:
        DamagedFileError: `found` is empty, because the archive has no files, or only ignored files.
    """
    named = [member._replace(name=plain_name(member.name)) for member in found]
    counts = Counter(member.name for member in named)
    taken = dict(_each_once(named, counts))
    if not taken:
        raise DamagedFileError(
            "The archive has no file in it.",
            where=file.path,
            why="The logs that it should contain are missing.",
            do="Deliver it again with its logs, or delete it.",
        )
    return [taken[name] for name in sorted(taken)]


def _each_once(named: list[FoundMember], counts: Counter[str]) -> Iterator[tuple[str, FoundMember]]:
    for member in named:
        if counts[member.name] == 1:
            yield member.name, member
        else:
            yield member.name, refused(member.name, member.bytes, member.place, TWICE)


def require_member_limit(file: LandedFile, count: int) -> None:
    """Raise DamagedFileError if `count`, the number of members of an archive, exceeds `MAX_MEMBERS`."""
    if count > MAX_MEMBERS:
        raise DamagedFileError(
            f"The archive has more than {MAX_MEMBERS:,} members.",
            where=file.path,
            why="None of its records count: an archive made to fill memory or disk would block all other files.",
            do="Pack fewer logs into one archive, or unpack it here.",
        )
