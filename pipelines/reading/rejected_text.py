"""Masks rejected records for display. Parsed records show the values of visible fields, in which personal numbers are
masked, and `***` for other values. Other records show their text without possible phone numbers and ids.

`contract/record/masking.py` recognizes phone numbers and ids; `contract/record/fields.py` lists the hidden fields.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.contract.record.fields import FIELD_NAMES, HIDDEN_FIELDS
from pipelines.contract.record.masking import (
    MASK,
    MAX_REJECTED_TEXT,
    is_personal_column,
    masked_text,
    masked_value,
    nested_end,
)
from pipelines.reading.sources.mapping import SourceMapping

_VISIBLE_FIELDS = frozenset(FIELD_NAMES).difference(HIDDEN_FIELDS)
# Longer lines are not read further: the displayed text is cut long before.
_MAX_LINE = 1 << 20
# The next member of a JSON object: its key, and its value or the opening bracket of its value.
_MEMBER = re.compile(
    r"""[\s,{]*+("(?:[^"\\]++|\\.)*+")\s*+:\s*+("(?:[^"\\]++|\\.)*+"|[\[{]|[^\s,"\[\]{}]++)""", re.DOTALL
)
_END = re.compile(r"[\s,{}]*")
_DIGIT = re.compile(r"\d")


def rejected_line(line: str, personal: Iterable[str | None]) -> str:
    """Mask a line that is plain text or malformed. `personal` are the values of its device and phone fields."""
    return masked_text(line.rstrip("\r\n"), _known(personal))


def rejected_object(line: str, hidden: frozenset[str], personal: Iterable[str | None]) -> str:
    """Mask a line that is a JSON object and keep its layout. Lists and objects are masked, whatever their key.

    Args:
        hidden: keys that are masked although they are names of visible fields, because the mapping reads device ids or
            phones from them.
    """
    text, known = line.strip()[:_MAX_LINE], _known(personal)
    pieces: list[str] = []
    place = 0
    while member := _MEMBER.match(text, place):
        name, value = json.loads(member[1], strict=False), member[2]
        is_visible = value == "null" or (name in _VISIBLE_FIELDS and name not in hidden)
        pieces += [
            text[place : member.start(1)],
            _quoted(masked_text(name) if _DIGIT.search(name) else name),
            text[member.end(1) : member.start(2)],
            _visible_value(value, known) if is_visible else _quoted(MASK),
        ]
        place = nested_end(text, member.start(2)) if value in "[{" else member.end()
    pieces.append(text[place:] if _END.fullmatch(text, place) else MASK)
    return "".join(pieces)[:MAX_REJECTED_TEXT]


@dataclass(frozen=True)
class CsvMask:
    """Masks rows of a CSV file: cells at the indexes `hidden`, and those that begin like a JSON list or object."""

    hidden: frozenset[int]
    # Whether the header contains a field of the log format. If not, the header does not show which cells are personal,
    # and the stricter `masked_text` is used.
    has_fields: bool

    def text(self, cells: Sequence[str | None], personal: Iterable[str | None]) -> str:
        """Mask a row with as many cells as the header."""
        row = io.StringIO(newline="")
        csv.writer(row, lineterminator="").writerow(
            MASK if cell and (place in self.hidden or _is_nested(cell)) else cell or ""
            for place, cell in enumerate(cells)
        )
        mask = masked_value if self.has_fields else masked_text
        return mask(row.getvalue(), _known(personal))


def csv_mask(header: Sequence[str], mapping: SourceMapping) -> CsvMask:
    """Return the mask for the rows of a CSV file with this header that the mapping reads."""
    has_fields = not set(FIELD_NAMES).isdisjoint(header)
    return CsvMask(
        frozenset(
            place
            for place, name in enumerate(header)
            if name in mapping.hidden_columns
            or (name not in _VISIBLE_FIELDS if has_fields else is_personal_column(name))
        ),
        has_fields,
    )


def rejected_fields(fields: Mapping[str, str | None], personal: Iterable[str | None]) -> str:
    """Return the masked fields of a record that has no text of its own (a row of Parquet), as a JSON object."""
    known = _known(personal)
    visible = {
        name: MASK if name in HIDDEN_FIELDS or _is_nested(value) else masked_value(value, known)
        for name, value in fields.items()
        if value is not None
    }
    return json.dumps(visible, ensure_ascii=False)[:MAX_REJECTED_TEXT]


def _known(personal: Iterable[str | None]) -> list[str]:
    return [value for value in personal if value]


def _visible_value(value: str, personal: list[str]) -> str:
    """Mask personal numbers in the value of a JSON key. Lists, objects, and texts that begin with a bracket become
    `***`.
    """
    if not value.startswith('"'):
        return value if value not in "[{" and masked_value(value, personal) == value else _quoted(MASK)
    text = json.loads(value, strict=False)
    return _quoted(MASK if _is_nested(text) else masked_value(text, personal))


def _is_nested(value: str) -> bool:
    """Whether a value begins like a JSON list or object, whose content belongs to no field."""
    return value.lstrip()[:1] in ("[", "{")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
