"""THE ORDER OF COPIES: of the records of one id in a day, the smallest counts, field by field in their order."""

from collections.abc import Iterator

from pipelines.contract.record.fields import FIELD_NAMES, OPTIONAL_FIELDS, PERSONAL_FIELDS


def copy_order() -> str:
    """ORDER BY items that put the copy that counts first: absent before present, devices and phones by their hashes."""
    return ", ".join(item for name in FIELD_NAMES if name != "event_id" for item in _items(name))


def _items(field: str) -> Iterator[str]:
    if field in PERSONAL_FIELDS:
        # The halves of a hash are signed, so that the greater half of the numbers is below 0.
        half = field.removesuffix("_id")
        yield from (f"{half}_high < 0 NULLS FIRST", f"{half}_high", f"{half}_low < 0", f"{half}_low")
    elif field in OPTIONAL_FIELDS or field in ("outcome", "result_code"):
        yield f"{field} NULLS FIRST"
    else:
        yield field
