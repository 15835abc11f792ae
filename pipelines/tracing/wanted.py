"""What a trace looks for: the records with one device, phone, attempt or event id.

Devices and phones are hashed as the stored ones are. The id itself is in no `repr`, so in no message and no trace of an
error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pipelines.contract.record.fields import PERSONAL_FIELDS
from pipelines.contract.record.masking import MASK, masked_value

FIELD_OF: Final[Mapping[str, str]] = {
    "device": "device_id", "phone": "phone", "attempt": "attempt_id", "event": "event_id"
}  # fmt: skip
"""The field of a record that each kind of id is in."""


@dataclass(frozen=True)
class Wanted:
    """An id of one kind, a key of `FIELD_OF`."""

    kind: str
    text: str = field(repr=False)

    @property
    def is_hashed(self) -> bool:
        """Whether only hashes of such ids are stored."""
        return FIELD_OF[self.kind] in PERSONAL_FIELDS

    @property
    def condition(self) -> str:
        """The SQL condition that a stored record has this id, which `values` gives as variables."""
        if self.is_hashed:
            halves = (f"{self.kind}_{half} = getvariable('wanted_{half}')" for half in ("high", "low"))
            return " AND ".join(halves)
        return f"{FIELD_OF[self.kind]} = getvariable('wanted_text')"

    def values(self, key: str | None) -> dict[str, object]:
        """Return the values of the variables that the condition names.

        Args:
            key: that of the hashes; needed where the ids are hashed.
        """
        if not self.is_hashed:
            return {"wanted_text": self.text}
        # Imported lazily: ids that are not hashed need no Polars, which takes a tenth of a second.
        import polars as pl

        from pipelines.contract.record.personal_hashes import hash_halves

        halves = hash_halves(pl.DataFrame({self.kind: [self.text]}), str(key))
        return {f"wanted_{half}": halves[f"{self.kind}_{half}"].item() for half in ("high", "low")}

    def masked(self, text: str | None) -> str | None:
        """Return a text of a record for people to read, without this id and without numbers of phones."""
        if text is None:
            return None
        return MASK if text == self.text else masked_value(text, [self.text])
