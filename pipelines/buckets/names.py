"""Which file of landing an object becomes. A key is a text of any form; a file's name is not.

Names that a shell would take for options or commands are files like any other: nothing here is run.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from pipelines.common.near_names import has_name_left_alone

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# File systems take 255 bytes; a twin's mark and the names of unfinished files need some of them.
_LONGEST = 200
_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,10}){1,3}$")


def refusal(name: str) -> bool:
    """Whether a name could leave its folder, or steer a terminal: empty parts, `.` and `..`, control characters."""
    return bool(_CONTROL.search(name)) or any(part in ("", ".", "..") for part in name.split("/"))


def is_left_alone(name: str) -> bool:
    """Whether an object is left alone as a landed file of its name, or in a folder of such a name, is."""
    return any(has_name_left_alone(part) for part in name.split("/"))


def folded(path: str) -> str:
    """What two paths have in common that are one file where case, or the form of accents, does not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def paths_for(name: str) -> Iterator[str]:
    """The paths that an object can come to, best first: its own, one with a mark for another object whose file has
    that name, and one in a folder of its own where a file has the name of its folder.
    """
    parts = [_cut(part) for part in name.split("/")]
    folder, file, mark = "/".join(parts[:-1]), parts[-1], _mark(name)
    yield "/".join(parts)
    suffix = found[0] if (found := _SUFFIX.search(file)) and found.start() else ""
    twin = f"{file.removesuffix(suffix)}~{mark}{suffix}"
    yield f"{folder}/{twin}" if folder else twin
    yield f"{_cut(folder.replace('/', '~'))}~{_mark(folder)}/{twin}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _cut(part: str) -> str:
    """A part that a file system takes: a longer one loses its middle, and gets a mark in its place."""
    if len(part.encode()) <= _LONGEST:
        return part
    suffix = found[0] if (found := _SUFFIX.search(part)) and found.start() else ""
    room = _LONGEST - len(suffix) - 11
    return f"{part.encode()[:room].decode('utf-8', 'ignore')}~{_mark(part)}{suffix}"
