"""Finds the likely reason why few or no records of a file were accepted, from the beginning of the file.

`reasons.py` has the texts of the reasons.
"""

import io
import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.common.errors import DamagedFileError
from pipelines.common.text import printable
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import FIELD_NAMES, OPTIONAL_FIELDS, OUTCOMES, PLATFORMS, STAGES
from pipelines.contract.record.parts import PartBooks
from pipelines.reading.files.blocks import MAX_LINE_BYTES
from pipelines.reading.files.encodings import (
    UTF_8,
    from_gb18030,
    from_utf_16,
    is_gb18030,
    is_in,
    is_unmarked_utf_16,
    is_utf_16,
)
from pipelines.reading.files.first_bytes import HEAD_BYTES, is_spread, json_object
from pipelines.reading.files.growth import LIMITS
from pipelines.reading.files.json_objects import Cutter, one_a_line
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.packings import packing_of
from pipelines.reading.files.unpacking import unpacked
from pipelines.reading.formats.csv_layout import csv_layout, is_wide
from pipelines.reading.reasons.reasons import LOST_WITHIN, NO_HEADER, RULES, Reason
from pipelines.reading.reasons.shippers import shippers_of
from pipelines.reading.sources.mapping import SourceMapping

_HEAD_BYTES = 1 << 20
# The number of lines whose keys are examined.
_LOOKED_AT = 20
_REQUIRED = frozenset(FIELD_NAMES).difference(OPTIONAL_FIELDS)
# The fields that every record has. A record needs only one of the two fields that are left out.
_ALWAYS = _REQUIRED - {"outcome", "result_code"}
_WORDS = frozenset((*CHANNELS, *STAGES, *OUTCOMES, *PLATFORMS))
_INSTANT = re.compile(r"\d{10,}(\.\d+)?|\d{4}-\d\d-\d\d.*")
# Letters are required, as lines of syslog begin with a number in such brackets.
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[!?A-Za-z]")


def likely_reason(file: LandedFile, mapping: SourceMapping, books: PartBooks) -> Reason:
    """Return why few or no records of a file were accepted. If every record was skipped, the reason is the mapping's
    selection of records. Otherwise it is a fault at the beginning of the file, else the most frequent rejection reason
    in the books, else that the file is empty.
    """
    if books.skipped and not books.records_read:
        return Reason("where", mapping.name) if mapping.where else _why_none_within(file, mapping)
    try:
        found = _found(file, mapping)
    except (OSError, DamagedFileError, pa.ArrowException):
        # The file was readable during the run and has changed since.
        found = None
    if found or not books.reasons:
        return found or Reason("empty")
    ((most_often, _),) = books.reasons.most_common(1)
    # The advice of `RULES` is about values in the log. With `fields`, the expressions of the mapping make the values.
    if most_often in RULES and not mapping.fields:
        return Reason(RULES[most_often])
    return Reason("rule", most_often)


def _why_none_within(file: LandedFile, mapping: SourceMapping) -> Reason:
    try:
        head = head_of(file)
    except (OSError, DamagedFileError):
        head = b""
    if b"event_id" not in head:
        return Reason("none_within", mapping.name)
    found = _of_csv(head, mapping) if mapping.format_for(file.path) == "csv" else None
    return found if found == Reason(NO_HEADER) else Reason(LOST_WITHIN, mapping.name)


def _found(file: LandedFile, mapping: SourceMapping) -> Reason | None:
    form = mapping.format_for(file.path)
    if form == "parquet":
        with file.opened() as raw:
            return _by_names(pq.read_schema(raw).names, mapping)
    head = head_of(file, is_json=form == "ndjson")
    if not head.strip():
        return None
    if is_unmarked_utf_16(head):
        return Reason("utf_16")
    if not mapping.fields and _MARKUP.match(head):
        return Reason("markup")
    if form == "csv":
        return _of_csv(head, mapping)
    if not is_in(head, UTF_8):
        return Reason("encoding")
    return _of_json(head.decode().lstrip("\ufeff \t\r\n"), mapping) if form == "ndjson" else None


def head_of(file: LandedFile, *, is_json: bool = False) -> bytes:
    """Return the first MB of a text file, unpacked, cut after a whole line.

    A longer first line is returned whole, or cut after about `MAX_LINE_BYTES`. With `is_json`, JSON arrays and objects
    over many lines are rewritten as one object a line.

    Raises:
        DamagedFileError: this part of the file is cut or corrupt.
        OSError: the file cannot be read.
    """
    head, enough = b"", _HEAD_BYTES
    with file.opened() as raw:
        packing = packing_of(file, raw)
        for piece in unpacked(file, raw, packing, LIMITS) if packing else iter(partial(raw.read, _HEAD_BYTES), b""):
            head += piece
            if len(head) >= enough:
                lines = _lines_of(head, is_json=is_json, is_cut=True)
                if b"\n" in lines or len(head) > MAX_LINE_BYTES:
                    return lines[: lines.rfind(b"\n") + 1] or lines
                enough = 2 * len(head)
    return _lines_of(head, is_json=is_json, is_cut=False)


def _lines_of(head: bytes, *, is_json: bool, is_cut: bool) -> bytes:
    """Return the beginning of a text, with JSON arrays and objects over many lines as one object a line.

    `is_cut` is whether the text goes on after `head`. If so, braces that are open at the end of `head` count as closed
    later, else as never closed.
    """
    if not is_json or not is_spread(head[:HEAD_BYTES]):
        return head
    first = Cutter()
    lines = b"".join(one_a_line(io.BytesIO(head), first))
    second = None if is_cut else first.second()
    return b"".join(one_a_line(io.BytesIO(head), second)) if second else lines


def _of_csv(head: bytes, mapping: SourceMapping) -> Reason | None:
    if is_utf_16(head):
        head = b"".join(from_utf_16(io.BytesIO(head)))
    elif is_gb18030(io.BytesIO(head)):
        head = b"".join(from_gb18030(io.BytesIO(head)))
    elif not is_in(head, UTF_8):
        return Reason("encoding")
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[[")) or is_spread(head):
        return Reason("misnamed")
    names = csv_layout(io.BytesIO(head)).names
    if not names:
        return Reason("wide") if is_wide(text.partition("\n")[0]) else None
    if _REQUIRED.isdisjoint(names) and _is_record(names):
        return Reason(NO_HEADER)
    if len(names) == 1 and len(_REQUIRED.intersection(re.split(r"\W", names[0]))) > 1:
        return Reason("delimiter")
    return _by_names(names, mapping)


def _is_record(cells: Sequence[str]) -> bool:
    """Whether the cells of a CSV file's first row look like the values of a record rather than column names."""
    return any(map(_INSTANT.fullmatch, cells)) or len(_WORDS.intersection(cells)) > 1


def _of_json(text: str, mapping: SourceMapping) -> Reason | None:
    lines = [line for line in islice(text.splitlines(), _LOOKED_AT) if line.strip()]
    # Looking into a line takes some milliseconds, and a year of files that are too old has nothing but whole records.
    others = [] if mapping.fields or mapping.unwrap else [line for line in lines if not _is_whole(line)]
    if shippers := shippers_of(others):
        return Reason("wrapped", ", ".join(shippers))
    records = [found for line in lines if (found := json_object(line)) is not None]
    # The first line may be no JSON in a JSON file: the rest of a cut record, or the greeting of a program.
    if not records and not text.startswith("{"):
        return Reason("no_json")
    return _by_names({name for found in records for name in found}, mapping) if records else None


def _is_whole(line: str) -> bool:
    """Whether a line is an object with all fields in `_ALWAYS`."""
    return (json_object(line) or {}).keys() >= _ALWAYS


def _by_names(names: Iterable[str], mapping: SourceMapping) -> Reason | None:
    """Return a reason that follows from the names of keys or columns. The code is `near` if a required field is missing
    and a name is close to it, `foreign` if no name is a field. Return None in other cases, and if the mapping has
    `fields` or `unwrap`.
    """
    given = set(names)
    missing = [name for name in FIELD_NAMES if name not in given]
    if mapping.fields or mapping.unwrap or _REQUIRED.isdisjoint(missing):
        return None
    near = [(name, wanted) for wanted in missing for name in sorted(given) if _is_near(name, wanted)]
    if any(wanted in _REQUIRED for _, wanted in near):
        return Reason("near", ", ".join(f"{printable(name)} → {wanted}" for name, wanted in near))
    return Reason("foreign") if given.isdisjoint(FIELD_NAMES) else None


def _is_near(name: str, wanted: str) -> bool:
    """Whether `name` equals `wanted`, the name of a field, apart from case, word separators and at most one letter."""
    bare, field = re.sub(r"[^a-z0-9]", "", name.lower()), wanted.replace("_", "")
    if bare == field:
        return True
    pairs = enumerate(zip(bare, field, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), min(len(bare), len(field)))
    # One letter differs, is missing or is added.
    rests = {(bare[same + 1 :], field[same + 1 :]), (bare[same:], field[same + 1 :]), (bare[same + 1 :], field[same:])}
    return any(one == other for one, other in rests)
