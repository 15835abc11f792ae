"""What people may see of a rejected record. Of one that can be taken apart: the values under the fields that are shown,
and `***` for any other value. Of the rest: its text without what may be a number of somebody.

What a phone or an id looks like is in `contract/record/masking.py`; which fields are shown, in
`contract/record/fields.py`.
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
    masked_text,
    masked_value,
    names_somebody,
    nested_end,
)
from pipelines.reading.sources.sources import SourceMapping

_VISIBLE_FIELDS = frozenset(FIELD_NAMES).difference(HIDDEN_FIELDS)
# Of a line of megabytes no more is looked at: what is shown of it is cut long before.
_MAX_LINE = 1 << 20
# The next member of a JSON object: its key, and its value, or the bracket with which that begins.
_MEMBER = re.compile(
    r"""[\s,{]*+("(?:[^"\\]++|\\.)*+")\s*+:\s*+("(?:[^"\\]++|\\.)*+"|[\[{]|[^\s,"\[\]{}]++)""", re.DOTALL
)
_END = re.compile(r"[\s,{}]*")
_DIGIT = re.compile(r"\d")


def rejected_line(line: str, personal: Iterable[str | None]) -> str:
    """A line that cannot be taken apart; `personal` are the values under its device and its phone."""
    return masked_text(line.rstrip("\r\n"), _known(personal))


def rejected_object(line: str, hidden: frozenset[str], personal: Iterable[str | None]) -> str:
    """A line that is a JSON object, in its own form. A list or an object is none of our values, whatever its key.

    Args:
        hidden: names that are not shown, though a field has them: what the mapping makes devices and people of.
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
    """What is shown of a row of a CSV file: nothing of the cells at the places `hidden`.

    `has_fields`: whether the header names a field of ours. If not, no cell stands under a name that tells anything.
    """

    hidden: frozenset[int]
    has_fields: bool

    def text(self, cells: Sequence[str | None], personal: Iterable[str | None]) -> str:
        """A row with as many cells as the header."""
        row = io.StringIO(newline="")
        csv.writer(row, lineterminator="").writerow(
            MASK if cell and (place in self.hidden or _is_nested(cell)) else cell or ""
            for place, cell in enumerate(cells)
        )
        mask = masked_value if self.has_fields else masked_text
        return mask(row.getvalue(), _known(personal))


def csv_mask(header: Sequence[str], mapping: SourceMapping) -> CsvMask:
    """The mask of a file with that header, read by that mapping."""
    has_fields = not set(FIELD_NAMES).isdisjoint(header)
    return CsvMask(
        frozenset(
            place
            for place, name in enumerate(header)
            if name in mapping.hidden_columns or (name not in _VISIBLE_FIELDS if has_fields else names_somebody(name))
        ),
        has_fields,
    )


def rejected_fields(fields: Mapping[str, str | None], personal: Iterable[str | None]) -> str:
    """The fields of a record without a text, as a JSON object."""
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
    """A JSON value without a number of somebody; `***` for one that begins with a bracket."""
    if not value.startswith('"'):
        return value if value not in "[{" and masked_value(value, personal) == value else _quoted(MASK)
    text = json.loads(value, strict=False)
    return _quoted(MASK if _is_nested(text) else masked_value(text, personal))


def _is_nested(value: str) -> bool:
    """Whether a value is a JSON list or object: what is in it stands under no field of ours."""
    return value.lstrip()[:1] in ("[", "{")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
