"""The exact reading of one record: raw values in, a typed event or a reason of rejection out.

`engines/duckdb/sql/typed_fields.sql` does the same for records that are plainly good; whatever it is not sure
of comes here. Both must agree on what both accept: a property test holds them together.
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

from pipelines.common.days import business_day, fixed_offset, local_to_utc
from pipelines.contract.masking import phone_mask
from pipelines.contract.record import (
    APP_KEY_PATTERN,
    CHANNELS,
    FIELD_NAMES,
    MAX_LATENCY_MS,
    MAX_TEXT,
    OUTCOMES,
    PACKAGE_PATTERN,
    PLATFORMS,
    STAGES,
    TOO_OLD,
    carrier_of,
)

_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?"
    r"(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))?",
    re.ASCII,
)
_INTEGER: Final = re.compile(r"-?\d+", re.ASCII)
_MILLIS_TEXT: Final = re.compile(r"\d{13}", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Number(str):
    """A JSON number, as the text that stands in the file."""


class Text(str):
    """A value of a source that knows text only (CSV, a mapping): numbers come as their digits."""


@dataclass(frozen=True)
class Reading:
    """What the reading of a file needs to know beside its bytes.

    Attributes:
        business_zone: where a business day begins and ends.
        source_zone: of times without offset.
        oldest, newest: instants outside are `too_old` and `invalid:event_time`.
        key: of the hashes.
    """

    business_zone: str
    source_zone: str
    oldest: datetime
    newest: datetime
    key: str

    @cached_property
    def fixed_offset_ms(self) -> int | None:
        """The business zone's one offset over all accepted instants, in milliseconds; None where it changes."""
        offset = fixed_offset(self.business_zone, self.oldest, self.newest)
        return None if offset is None else int(offset.total_seconds() * 1000)


class Rejected(NamedTuple):
    """A record that does not count, and why."""

    reason: str


class Accepted(NamedTuple):
    """A typed event, its columns by name as in a part, and the optional fields that became null."""

    event: dict[str, Any]
    nulled: tuple[str, ...]


def parse_json(line: bytes | str) -> dict[str, Any] | None:
    """One JSON object by RFC 8259, numbers as `Number`; None where the line is anything else.

    Of a repeated key the last one counts, as in most readers.
    """
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        value = json.loads(text.strip(" \t\r\n"), parse_int=_integer, parse_float=Number, parse_constant=_no_constant)
        # A lone surrogate is no text: it can be neither stored nor hashed.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _integer(digits: str) -> Number:
    # DuckDB's reader knows no `-0`: a code or id must not depend on which of the two read it.
    return Number("0" if digits == "-0" else digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def read_record(values: Mapping[str, Any], reading: Reading) -> Accepted | Rejected:
    """Types one record.

    Args:
        values: raw value by field name; absent, None, `Text`, or what `parse_json` gives.
        reading: zones, limits, key.
    """
    raw = {name: values.get(name) for name in FIELD_NAMES}
    instant = None
    for name in FIELD_NAMES[:7]:
        value = raw[name]
        if value is None:
            if name == "result_code" or (name == "outcome" and raw["result_code"] is not None):
                continue
            return Rejected(f"missing:{name}")
        if name == "event_time":
            instant = parse_time(value, reading.source_zone)
            if instant is None or instant > reading.newest:
                return Rejected("invalid:event_time")
            if instant < reading.oldest:
                return Rejected(TOO_OLD)
        elif not _REQUIRED_RULES[name](value):
            return Rejected(f"invalid:{name}")
    assert instant is not None
    kept: dict[str, str | None] = {}
    nulled = []
    for name in FIELD_NAMES[7:]:
        value = raw[name]
        good = value is not None and _OPTIONAL_RULES[name](value)
        kept[name] = str(value) if good else None
        # Any word may stand for a carrier: an unknown one is the carrier `unknown`, not a broken field.
        if value is not None and not good and not (name == "carrier" and isinstance(value, str)):
            nulled.append(name)
    return Accepted(_event(raw, instant, kept, reading), tuple(nulled))


def _event(
    raw: Mapping[str, Any], instant: datetime, kept: Mapping[str, str | None], reading: Reading
) -> dict[str, Any]:
    latency = kept["latency_ms"]
    phone = kept["phone"]
    return {
        "event_id": str(raw["event_id"]),
        "event_time": instant.replace(tzinfo=None),
        "day": business_day(instant, reading.business_zone),
        **{name: None if raw[name] is None else str(raw[name]) for name in FIELD_NAMES[2:7]},
        "vendor": kept["vendor"],
        "platform": kept["platform"],
        "carrier": carrier_of(kept["carrier"]),
        "has_carrier": kept["carrier"] is not None,
        "scheme_id": kept["scheme_id"],
        "package_name": kept["package_name"],
        "device_hash": keyed_hash(kept["device_id"], reading.key),
        "phone_hash": keyed_hash(phone, reading.key),
        "phone_mask": None if phone is None else phone_mask(phone),
        "latency_ms": None if latency is None else int(latency),
        **{name: kept[name] for name in FIELD_NAMES[15:]},
    }


def parse_time(value: Any, source_zone: str) -> datetime | None:
    """The instant of an `event_time`, in UTC and whole milliseconds; None where it breaks the rule."""
    try:
        if isinstance(value, Number):
            return _from_millis(int(value)) if _INTEGER.fullmatch(value) else None
        if not isinstance(value, str):
            return None
        if _MILLIS_TEXT.fullmatch(value):
            return _from_millis(int(value))
        found = _TIME.fullmatch(value)
        if not found:
            return None
        year, month, day, hour, minute, second, fraction, zulu, sign, off_hour, off_minute = found.groups()
        millis = int(((fraction or "") + "000")[:3])
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), millis * 1000)  # noqa: DTZ001
        if zulu:
            return local.replace(tzinfo=UTC)
        if sign:
            offset = timedelta(hours=int(off_hour), minutes=int(off_minute))
            return (local - offset if sign == "+" else local + offset).replace(tzinfo=UTC)
        return local_to_utc(local, source_zone)
    except (ValueError, OverflowError):
        return None


def _from_millis(millis: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=millis)


def keyed_hash(text: str | None, key: str) -> UUID | None:
    """The first 128 bits of HMAC-SHA-256 (RFC 4868 truncates so) of a device or phone; None for none."""
    return None if text is None else UUID(bytes=hmac.digest(key.encode(), text.encode(), "sha256")[:16])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number) and 1 <= len(value) <= MAX_TEXT


def _one_of(allowed: tuple[str, ...]) -> Any:
    return lambda value: isinstance(value, str) and not isinstance(value, Number) and value in allowed


def _matches(pattern: str) -> Any:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and not isinstance(value, Number) and bool(compiled.fullmatch(value))


def _is_id(value: Any) -> bool:
    if isinstance(value, Number):
        return bool(_INTEGER.fullmatch(value)) and len(value) <= MAX_TEXT
    return _is_text(value)


def _is_latency(value: Any) -> bool:
    if not isinstance(value, Number | Text) or not _INTEGER.fullmatch(value) or len(value) > MAX_TEXT:
        return False
    return 0 <= int(value) <= MAX_LATENCY_MS


_REQUIRED_RULES: Final = {
    "event_id": _is_id,
    "app_key": _matches(APP_KEY_PATTERN),
    "channel": _one_of(CHANNELS),
    "stage": _one_of(STAGES),
    "outcome": _one_of(OUTCOMES),
    "result_code": lambda value: isinstance(value, str),
}
_OPTIONAL_RULES: Final = dict.fromkeys(FIELD_NAMES[7:], _is_text) | {
    "platform": _one_of(PLATFORMS),
    "package_name": _matches(PACKAGE_PATTERN),
    "latency_ms": _is_latency,
}
