"""Recognizes JSON and CSV by the first bytes of a file, and whether JSON has one object a line. It imports no large
library, because a run with nothing new calls it. `packings.py` recognizes compressed files.
"""

import json
import os
import re
from codecs import BOM_UTF8
from typing import Literal

from pipelines.common.errors import DamagedFileError
from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.reading.files.encodings import is_utf_16
from pipelines.reading.files.growth import LIMITS
from pipelines.reading.files.landing import LandedFile, raw_file
from pipelines.reading.files.packings import packing_of
from pipelines.reading.files.unpacking import unpacked

HEAD_BYTES = 4 << 10
"""The number of bytes that are examined."""
_ARRAY = re.compile(rb"\[\s*[{\]]")
# Narrow, because the header of a CSV file may begin with a brace.
_OBJECT = re.compile(rb"\{\s*(?:[\"}]|\Z)")
_HEADER = re.compile(rb"([^\r\n]+)(?:[\r\n]+|\Z)(?!\s*\{)")
_SEPARATOR = re.compile(rb"[,;\t|\x01]")
_NAME = re.compile(rb"[A-Za-z_]\w*")
# Every record has them; a record has `outcome` or `result_code`.
_NEEDED = frozenset(name.encode() for name in FIELD_NAMES[: FIELD_NAMES.index("outcome")])
# A first line that ends within an object, followed by a line that does not begin an object.
_OVER_LINES = re.compile(rb"(\{[^\n]*[{\[,]?)[ \t\r]*\n\s*(?=[\"}\]])")


def is_spread(head: bytes) -> bool:
    """Whether a text begins with an array of objects, or with an object over many lines."""
    text = _text_of(head)
    if _ARRAY.match(text):
        return True
    found = _OVER_LINES.match(text)
    return bool(found and found[1].rstrip()[-1:] in b"{[," and not _is_json(found[1]))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def is_plain_lines(file: LandedFile) -> bool:
    """Whether a text file can be read by line as it is: neither compressed, nor in UTF-16, nor JSON over many lines,
    nor CSV.

    Raises:
        OSError: the file cannot be read.
    """
    with raw_file(file) as raw:
        head = os.pread(raw.fileno(), HEAD_BYTES, 0)
        return not (packing_of(file, raw) or is_utf_16(head) or is_spread(head) or form_of_head(head) == "csv")


def form_of_head(head: bytes) -> Literal["ndjson", "csv"] | None:
    """Return the format that the first bytes of a text show: `ndjson` for a JSON object or an array of objects, `csv`
    for a header with the needed fields of a log record. None if they do not show one of these.
    """
    text = _text_of(head)
    if _ARRAY.match(text) or _OBJECT.match(text):
        return "ndjson"
    header = _HEADER.match(text)
    names = [cell.strip(b' "') for cell in _SEPARATOR.split(header[1])] if header else []
    return "csv" if _NEEDED.issubset(names) and all(map(_NAME.fullmatch, names)) else None


def _text_of(head: bytes) -> bytes:
    """Return the first bytes of a text as UTF-8, without a byte order mark and blanks before the text."""
    if is_utf_16(head):
        head = head.decode("utf-16", "ignore").encode()
    return head.removeprefix(BOM_UTF8).lstrip()


def begins_as_log(file: LandedFile) -> bool:
    """Whether a file, unpacked, begins as JSON or CSV log records do; false if it cannot be read."""
    try:
        with raw_file(file) as raw:
            packing = packing_of(file, raw)
            pieces = unpacked(file, raw, packing, LIMITS) if packing else iter([raw.read(HEAD_BYTES)])
            head = bytes(next(pieces, b""))[:HEAD_BYTES]
    except (OSError, DamagedFileError):
        return False
    return form_of_head(head) is not None
