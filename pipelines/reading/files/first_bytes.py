"""Recognizes JSON by the first bytes of a file, and whether the JSON has one object a line. `packings.py` recognizes
compressed files.

No large library is imported, because this module is also used by runs with nothing new.
"""

import json
import os
import re
from codecs import BOM_UTF8

from pipelines.common.errors import DamagedFileError
from pipelines.reading.files.growth import LIMITS
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.packings import packing_of
from pipelines.reading.files.unpacking import unpacked

HEAD_BYTES = 4 << 10
"""The number of bytes that are examined."""
# An item of an array that is neither an object nor an array.
_SCALAR = rb'"(?:[^"\\\n]|\\.)*"|null|true|false|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?'
# An array that is empty, or whose first object comes after nothing but such items.
_ARRAY = re.compile(rb"\[\s*(?:\]|(?:(?:%s)\s*,\s*)*\{)" % _SCALAR)
# A first line that ends within an object, followed by a line that begins with a whole JSON string or a closing bracket.
# The head may end within the string.
_OVER_LINES = re.compile(rb'(\{[^\n]*[{\[,]?)[ \t\r]*\n\s*(?="(?:[^"\\\n]|\\.)*(?:"|\\?\Z)|[}\]])')


def is_spread(head: bytes) -> bool:
    """Whether a text begins with an array of objects, or with an object over many lines."""
    text = head.removeprefix(BOM_UTF8).lstrip()
    if _ARRAY.match(text):
        return True
    found = _OVER_LINES.match(text)
    return bool(found and found[1].rstrip()[-1:] in b"{[," and json_object(found[1]) is None)


def json_object(text: str | bytes) -> dict[str, object] | None:
    """Return the JSON object that a text contains; None if the text is anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_plain_lines(file: LandedFile) -> bool:
    """Whether a text file can be read line by line as it is: it is not compressed, and it is not JSON that must be
    rewritten as one object a line (`is_spread`).

    Raises:
        OSError: the file cannot be read.
    """
    with file.opened() as raw:
        return not packing_of(file, raw) and not is_spread(os.pread(raw.fileno(), HEAD_BYTES, 0))


def begins_as_json(file: LandedFile) -> bool:
    """Whether a file, unpacked, begins with a JSON object or an array of objects; false if it cannot be read."""
    try:
        with file.opened() as raw:
            packing = packing_of(file, raw)
            pieces = unpacked(file, raw, packing, LIMITS) if packing else iter([raw.read(HEAD_BYTES)])
            head = bytes(next(pieces, b""))[:HEAD_BYTES]
    except (OSError, DamagedFileError):
        return False
    return is_spread(head) or head.removeprefix(BOM_UTF8).lstrip().startswith(b"{")
