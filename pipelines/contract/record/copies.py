"""THE ORDER OF COPIES: records with the same id on a day are sorted field by field, and only the first one counts."""

from collections.abc import Iterator

from pipelines.contract.record.fields import FIELD_NAMES, OPTIONAL_FIELDS, PERSONAL_FIELDS


def copy_order() -> str:
    """Return the ORDER BY items that sort the copies of a record; the first copy counts.

    In each field, an absent value sorts before all others, and devices and phones sort by their hashes.
    """
    return ", ".join(item for name in FIELD_NAMES if name != "event_id" for item in _items(name))


def _items(field: str) -> Iterator[str]:
    if field in PERSONAL_FIELDS:
        # The halves of a hash are stored as signed numbers: in unsigned order, negative ones come last.
        half = field.removesuffix("_id")
        yield from (f"{half}_high < 0 NULLS FIRST", f"{half}_high", f"{half}_low < 0", f"{half}_low")
    elif field in OPTIONAL_FIELDS or field in ("outcome", "result_code"):
        yield f"{field} NULLS FIRST"
    else:
        yield field
