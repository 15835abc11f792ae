"""Landing files to accepted records and rejects, by section 2 of the contract, without code of the product.

What lives here: the typing of each field, the reasons of rejects, the books of each file. File formats are in
`raw_rows.py`, counting in `counts.py`. A new field or a new rule of a field goes here; metrics do not.

Where the contract is silent, the project decided, and this module follows:
- An `outcome` that is there but not in the list is `invalid:outcome`, also beside a good result_code; a
  result_code that is neither string nor number is `invalid:result_code`, also beside a good outcome. The text
  of a number is as in the file. An empty string is a code of length 0; in other required fields it is
  invalid.
- JSON is strict RFC 8259: one object a line, no trailing comma, no NaN, no raw control character, valid
  UTF-8, no escape of half a surrogate pair. Of a repeated key the last one counts. A byte order mark at the
  start of a file is ignored, and a line of white space only is blank.
- Times are `YYYY-MM-DD(T|t| )HH:MM:SS[.digits](Z|z|+HH:MM|-HH:MM)`, hour 00-23, minute and second 00-59,
  offset hour 00-23; digits beyond the millisecond are cut, not rounded. Without offset, of two equal wall
  clock times the first counts. A number is a time or an event id only as an integer, without fraction or
  exponent.
- Lengths count Unicode characters. 1-128 holds for every optional string; a vendor of length 0 is broken.
- A CSV row with more or fewer cells than the header is malformed. `line` is the physical line where the row
  starts (the header is 1), in Parquet the row number from 1.
- Names that are left alone are those of folders as well as of files.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.oracle.raw_rows import EPOCH, INTEGER, DamagedError, Number, log_files, raw_rows

CHANNELS = ("one_click", "local_verify", "wechat", "qq", "weibo")
STAGES = ("prefetch", "page", "click", "authorize", "verify", "login")
OUTCOMES = (
    "success", "mismatch", "unknown", "cancelled", "switched", "unsupported",
    "carrier_error", "config_error", "timeout", "limited", "quota_exhausted", "error",
)  # fmt: skip
PLATFORMS = ("android", "ios", "ipad", "harmony", "h5")
RETENTION_DAYS = 400
DAY_MS = 86_400_000

APP_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
PACKAGE = re.compile(r"[A-Za-z0-9._-]{1,128}")
MILLISECONDS = re.compile(r"-?[0-9]{1,18}")  # longer ones are no time at all
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?"
)


class Record(NamedTuple):
    """An accepted record as its log says it, in the order of the contract; None is absent or broken."""

    event_id: str
    event_ms: int
    app_key: str
    channel: str
    stage: str
    outcome: str | None
    result_code: str | None
    vendor: str | None
    platform: str | None
    carrier: str
    scheme_id: str | None
    package_name: str | None
    device_id: str | None
    phone: str | None
    latency_ms: int | None
    sdk_version: str | None
    os_version: str | None
    attempt_id: str | None
    account_id: str | None


class Limits(NamedTuple):
    """The zone of times without offset, and the first and last Unix ms that a run takes."""

    zone: ZoneInfo
    oldest_ms: int
    newest_ms: int


class Reject(NamedTuple):
    """One rejected record and its place."""

    path: str
    line: int
    reason: str


class Books(NamedTuple):
    """One row of `input_files`, without what depends on the run."""

    path: str
    status: str
    records_read: int
    accepted: int
    rejected: int
    skipped: int


class Landing(NamedTuple):
    """All that a landing folder gives."""

    records: list[Record]
    rejects: list[Reject]
    files: list[Books]


class RejectedError(Exception):
    """A required field breaks its rule; the text is the reason."""


def limits(as_of: date, clock_ms: int, zone: ZoneInfo) -> Limits:
    """The limits of a run for the day `as_of` at the time `clock_ms`."""
    oldest = as_of - timedelta(days=RETENTION_DAYS)
    midnight = datetime(oldest.year, oldest.month, oldest.day, tzinfo=zone)
    return Limits(zone, unix_ms(midnight), clock_ms + 2 * DAY_MS)


def unix_ms(moment: datetime) -> int:
    """Unix ms of a time with a zone; of two equal wall clock times the first, as `fold` is 0."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def read_landing(landing: Path, bounds: Limits) -> Landing:
    """Reads every file of a landing folder that is not to be left alone."""
    found = Landing([], [], [])
    for path in sorted(log_files(landing)):
        name = path.relative_to(landing).as_posix()
        try:
            rows = list(raw_rows(path))
        except DamagedError:
            found.files.append(Books(name, "damaged", 0, 0, 0, 0))
            continue
        rejects: list[Reject] = []
        for line, raw in rows:
            try:
                found.records.append(to_record(raw, bounds))
            except RejectedError as broken:
                rejects.append(Reject(name, line, str(broken)))
        found.rejects.extend(rejects)
        found.files.append(Books(name, "read", len(rows), len(rows) - len(rejects), len(rejects), 0))
    return found


def to_record(raw: dict[str, object] | None, bounds: Limits) -> Record:
    """Types one raw record; raises RejectedError with the reason of the first broken required field."""
    if raw is None:
        raise RejectedError("malformed")
    return Record(
        event_id=_event_id(_required(raw, "event_id")),
        event_ms=_event_ms(_required(raw, "event_time"), bounds),
        app_key=_matching(_required(raw, "app_key"), APP_KEY) or _invalid("app_key"),
        channel=_listed(_required(raw, "channel"), CHANNELS) or _invalid("channel"),
        stage=_listed(_required(raw, "stage"), STAGES) or _invalid("stage"),
        outcome=_outcome(raw),
        result_code=_result_code(raw.get("result_code")),
        vendor=_text(raw.get("vendor")),
        platform=_listed(raw.get("platform"), PLATFORMS),
        carrier=_carrier(raw.get("carrier")),
        scheme_id=_text(raw.get("scheme_id")),
        package_name=_matching(raw.get("package_name"), PACKAGE),
        device_id=_text(raw.get("device_id")),
        phone=_text(raw.get("phone")),
        latency_ms=_latency_ms(raw.get("latency_ms")),
        sdk_version=_text(raw.get("sdk_version")),
        os_version=_text(raw.get("os_version")),
        attempt_id=_text(raw.get("attempt_id")),
        account_id=_text(raw.get("account_id")),
    )


def _required(raw: dict[str, object], field: str) -> object:
    if raw.get(field) is None:
        raise RejectedError(f"missing:{field}")
    return raw[field]


def _invalid(field: str) -> str:
    raise RejectedError(f"invalid:{field}")


def _is_string(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def _text(value: object) -> str | None:
    return str(value) if _is_string(value) and 1 <= len(str(value)) <= 128 else None


def _matching(value: object, pattern: re.Pattern[str]) -> str | None:
    return str(value) if _is_string(value) and pattern.fullmatch(str(value)) else None


def _listed(value: object, allowed: tuple[str, ...]) -> str | None:
    return str(value) if _is_string(value) and value in allowed else None


def _event_id(value: object) -> str:
    if isinstance(value, Number) and INTEGER.fullmatch(value):
        value = str(value)
    return _text(value) or _invalid("event_id")


def _event_ms(value: object, bounds: Limits) -> int:
    ms: int | None = None
    if isinstance(value, Number):
        ms = int(value) if MILLISECONDS.fullmatch(value) else None
    elif isinstance(value, str):
        ms = int(value) if re.fullmatch("[0-9]{13}", value) else _rfc3339_ms(value, bounds.zone)
    if ms is None or ms > bounds.newest_ms:
        raise RejectedError("invalid:event_time")
    if ms < bounds.oldest_ms:
        raise RejectedError("too_old:event_time")
    return ms


def _rfc3339_ms(value: str, zone: ZoneInfo) -> int | None:
    parts = TIME.fullmatch(value)
    if parts is None:
        return None
    year, month, day, hour, minute, second = map(int, parts.group(1, 2, 3, 4, 5, 6))
    fraction, utc, sign, offset_hour, offset_minute = parts.group(7, 8, 9, 10, 11)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC if utc or sign else zone)
    except ValueError:
        return None
    ms = unix_ms(moment) + int((fraction or "").ljust(3, "0")[:3])
    if sign is None:
        return ms
    offset_ms = (int(offset_hour) * 60 + int(offset_minute)) * 60_000
    return ms + offset_ms if sign == "-" else ms - offset_ms


def _outcome(raw: dict[str, object]) -> str | None:
    if raw.get("outcome") is not None:
        return _listed(raw["outcome"], OUTCOMES) or _invalid("outcome")
    if raw.get("result_code") is None:
        raise RejectedError("missing:outcome")
    return None


def _result_code(value: object) -> str | None:
    return value if value is None else str(value) if isinstance(value, str) else _invalid("result_code")


def _carrier(value: object) -> str:
    word = str(value).upper() if _is_string(value) else ""
    for carrier in ("CMCC", "CUCC", "CTCC"):
        short = carrier[:2]
        if word in (carrier, short) or word.startswith(f"{short}_"):
            return carrier
    return "unknown"


def _latency_ms(value: object) -> int | None:
    small = isinstance(value, Number) and re.fullmatch("-?[0-9]{1,6}", value)
    return int(str(value)) if small and 0 <= int(str(value)) <= 600_000 else None
