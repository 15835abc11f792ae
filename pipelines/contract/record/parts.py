"""The event part: the schema of its files, and its books. All engines write the same parts and books."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from pipelines.contract.record.fields import FIELD_NAMES

_TEXT = pa.string()


# `file` is the place of the file in its part. A hash is stored as its two halves as signed numbers, both NULL or none;
# hashes are sorted by their unsigned numbers.
EVENT_SCHEMA = pa.schema(
    [("file", pa.int32()), ("event_id", _TEXT), ("event_time", pa.timestamp("us")), ("day", pa.date32())]
    + [(name, _TEXT) for name in FIELD_NAMES[2:12]]
    + [(name, pa.int64()) for name in ("device_high", "device_low", "phone_high", "phone_low")]
    + [("phone_mask", _TEXT), ("latency_ms", pa.int32())]
    + [(name, _TEXT) for name in FIELD_NAMES[15:]]
)


# The kept rejected records. `masking_version` is the version of the masking rules; parts of the first versions lack it.
# `rejected` is the number of rejected records that the row counts, see `store/kept_rejects.py`; parts of earlier
# versions lack it and kept every record.
REJECT_SCHEMA = pa.schema(
    {
        "file": pa.int32(),
        "line": pa.int64(),
        "reason": _TEXT,
        "record": _TEXT,
        "masking_version": pa.int32(),
        "rejected": pa.int64(),
    }
)


@dataclass
class PartBooks:
    """The books of one read file.

    Attributes:
        accepted, rejected: the numbers of accepted and of rejected records.
        skipped: the number of lines that the `where` of the file's source mapping does not select.
        days: the number of accepted records by day.
        nulled: the number of invalid values by optional field.
        uses: the conditions of the mapping that are true for at least one record (`reading/sources/mapping_use.py`).
        reasons: the number of rejected records by reason.
    """

    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    days: dict[date, int] = field(default_factory=dict)
    nulled: Counter[str] = field(default_factory=Counter)
    uses: set[str] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    encoding: str = "UTF-8"

    @property
    def records_read(self) -> int:
        """The number of accepted and rejected records; skipped lines are not records."""
        return self.accepted + self.rejected

    @property
    def is_poor(self) -> bool:
        """Whether no record was accepted, or over half were rejected."""
        return not self.accepted or self.rejected > self.accepted
