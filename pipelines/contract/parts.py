"""The event part: the schema of its files, and its books. Every engine writes the same."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from pipelines.contract.record import FIELD_NAMES

_TEXT = pa.string()


# `file` is the place of the file in its part. A hash is its two halves as signed numbers, NULL both or none; hashes
# have the order of their unsigned numbers.
EVENT_SCHEMA = pa.schema(
    [("file", pa.int32()), ("event_id", _TEXT), ("event_time", pa.timestamp("us")), ("day", pa.date32())]
    + [(name, _TEXT) for name in FIELD_NAMES[2:12]]
    + [(name, pa.int64()) for name in ("device_high", "device_low", "phone_high", "phone_low")]
    + [("phone_mask", _TEXT), ("latency_ms", pa.int32())]
    + [(name, _TEXT) for name in FIELD_NAMES[15:]]
)


REJECT_SCHEMA = pa.schema([("file", pa.int32()), ("line", pa.int64()), ("reason", _TEXT), ("record", _TEXT)])


# The parts of one file each, which the reader still writes.
OLD_EVENT_SCHEMA = pa.schema(
    [("line", pa.int64()), ("event_id", _TEXT), ("event_time", pa.timestamp("us")), ("day", pa.date32())]
    + [(name, _TEXT) for name in FIELD_NAMES[2:10]]
    + [("has_carrier", pa.bool_())]
    + [(name, _TEXT) for name in FIELD_NAMES[10:12]]
    + [("device_hash", pa.uuid()), ("phone_hash", pa.uuid()), ("phone_mask", _TEXT), ("latency_ms", pa.int32())]
    + [(name, _TEXT) for name in FIELD_NAMES[15:]]
)


OLD_REJECT_SCHEMA = pa.schema([("line", pa.int64()), ("reason", _TEXT), ("record", _TEXT)])


@dataclass
class PartBooks:
    """The books of one read file: `records_read` = `accepted` + `rejected`, `skipped` stand beside."""

    records_read: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    days: dict[date, int] = field(default_factory=dict)
    nulled: Counter[str] = field(default_factory=Counter)
