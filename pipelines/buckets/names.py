"""Checks the names of objects, and makes the paths in landing from them.

Names that look like options or commands of a shell are allowed, as no name is passed to a shell.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from pipelines.common.files.near_names import has_ignored_name

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# File systems allow 255 bytes. The mark of a second object and of an unfinished file needs some of them.
_LONGEST = 200
_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,10}){1,3}$")


def refusal(name: str) -> bool:
    """Whether a name is unsafe: a part of its path is empty, `.` or `..`, or it has control characters."""
    return bool(_CONTROL.search(name)) or any(part in ("", ".", "..") for part in name.split("/"))


def is_ignored_name(name: str) -> bool:
    """Whether an object is ignored because of a part of its path `name`, by the same rule as landed files."""
    return any(has_ignored_name(part) for part in name.split("/"))


def folded(path: str) -> str:
    """Return the normal form of a path. Two paths have the same form if they name the same file on file systems that
    ignore case or Unicode normalization.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def paths_for(name: str) -> Iterator[str]:
    """Yield three possible paths of an object, best first.

    The first is the object's own name; parts over `_LONGEST` bytes are shortened in all three. The second has a mark
    (digits of a hash) in the file name, in case another object has the first path. In the third, the folder has a mark,
    too, in case a file has the folder's name.
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
    """Shorten one name in a path to at most `_LONGEST` bytes: `~` and digits of a hash replace the end of its stem."""
    if len(part.encode()) <= _LONGEST:
        return part
    suffix = found[0] if (found := _SUFFIX.search(part)) and found.start() else ""
    room = _LONGEST - len(suffix) - 11
    return f"{part.encode()[:room].decode('utf-8', 'ignore')}~{_mark(part)}{suffix}"
