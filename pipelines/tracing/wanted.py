"""The id that a trace looks for: a device, phone, attempt or event.

Devices and phones are hashed like the stored ones. The id is excluded from `repr`, and so from messages and tracebacks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pipelines.contract.record.fields import PERSONAL_FIELDS
from pipelines.contract.record.masking import MASK, masked_value

FIELD_OF: Final[Mapping[str, str]] = {
    "device": "device_id", "phone": "phone", "attempt": "attempt_id", "event": "event_id"
}  # fmt: skip
"""The record field of each kind of id."""


@dataclass(frozen=True)
class Wanted:
    """An id to find: its kind, a key of `FIELD_OF`, and its text as given."""

    kind: str
    text: str = field(repr=False)

    @property
    def is_hashed(self) -> bool:
        """Whether ids of this kind are stored only as hashes."""
        return FIELD_OF[self.kind] in PERSONAL_FIELDS

    @property
    def condition(self) -> str:
        """The SQL condition for a stored record with this id; `values` returns its variables."""
        if self.is_hashed:
            halves = (f"{self.kind}_{half} = getvariable('wanted_{half}')" for half in ("high", "low"))
            return " AND ".join(halves)
        return f"{FIELD_OF[self.kind]} = getvariable('wanted_text')"

    def values(self, key: str | None) -> dict[str, object]:
        """Return the values of the SQL variables in `condition`, by name. `key` is needed if the id is hashed."""
        if not self.is_hashed:
            return {"wanted_text": self.text}
        # Imported lazily: ids that are not hashed need no Polars, which takes a tenth of a second.
        import polars as pl

        from pipelines.contract.record.personal_hashes import hash_halves

        halves = hash_halves(pl.DataFrame({self.kind: [self.text]}), str(key))
        return {f"wanted_{half}": halves[f"{self.kind}_{half}"].item() for half in ("high", "low")}

    def masked(self, text: str | None) -> str | None:
        """Return a text of a record for printing: `***` if it is this id, else masked by `masked_value`."""
        if text is None:
            return None
        return MASK if text == self.text else masked_value(text, [self.text])
