"""Reads the accepted records and rejects of landing files, by section 2 of the contract, without code of the product:
the rule of each field, the reasons of rejects, the books of each file. `raw_rows.py` reads file formats, `sources.py`
has the source mappings, and `counts.py` counts.
"""

# Where the contract is silent, this module follows the decisions of the project:
# - An `outcome` that is not in the list is `invalid:outcome`, even if the result_code is good. A result_code that
#   breaks its rule is `invalid:result_code`, even if the outcome is good. An empty JSON string is a value, not absence.
# - JSON is RFC 8259, plus the constants, the trailing comma and the repeated key that the contract allows. White space
#   around an object and in blank lines is space, tab, CR, VT and FF; within JSON, VT and FF are not allowed. A byte
#   order mark at the start of a file is ignored. Keys are compared after their escapes are resolved, with their case.
# - A JSON number that is not whole becomes the shortest text of its double, as Python and DuckDB write it; a number
#   that is too large for a double stays as written. Random logs only have numbers in arrays and objects that can be
#   written in one way, and only fractions that a Parquet column can distinguish.
# - Times are `YYYY-MM-DD(T|t| )HH:MM:SS[.digits](Z|z|+HH:MM|-HH:MM)`, hour 00-23, minute and second 00-59, offset hour
#   00-23. A time without offset that a clock shows twice is the first of the two.
# - Lengths count Unicode characters. A latency may have zeros before its digits.
# - A carrier may be any text, also an empty one or one of more than 128 characters. No carrier breaks a rule.
# - A CSV row with more or fewer cells than the header is malformed. `line` is the line of the file on which the row
#   starts (the header is 1); for Parquet it is the row number from 1. The first of several columns with one name
#   counts.
# - Folders are ignored by the same names as files.

from __future__ import annotations

import hmac
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.oracle.raw_rows import EPOCH, DamagedError, Fields, UnreadError, log_files, raw_rows
from lab.oracle.sources import FailedError, Source, source_of

CHANNELS = ("one_click", "local_verify", "wechat", "qq", "weibo", "sms")
STAGES = ("prefetch", "page", "click", "authorize", "verify", "login")
OUTCOMES = (
    "success", "mismatch", "unknown", "cancelled", "switched", "unsupported",
    "carrier_error", "config_error", "timeout", "limited", "quota_exhausted", "error", "unchecked",
)  # fmt: skip
PLATFORMS = ("android", "ios", "ipad", "harmony", "h5")
RETENTION_DAYS = 400
DAY_MS = 86_400_000

APP_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
PACKAGE = re.compile(r"[A-Za-z0-9._-]{1,128}")
LATENCY = re.compile(r"0*([0-9]{1,6})(\.0)?")
UNIX_TIME = re.compile(r"([0-9]{13}|[0-9]{10})(?:\.([0-9]+))?")
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?"
)


class Record(NamedTuple):
    """An accepted record with its values as logged, in the order of the contract. None is an absent or invalid value.

    Devices and phones are hashes, because copies of a record are compared by their hashes.
    """

    event_id: str
    event_ms: int
    app_key: str
    channel: str
    stage: str
    outcome: str | None
    result_code: str | None
    vendor: str | None
    platform: str | None
    carrier: str | None
    scheme_id: str | None
    package_name: str | None
    device_id: str | None
    phone: str | None
    latency_ms: int | None
    sdk_version: str | None
    os_version: str | None
    attempt_id: str | None
    account_id: str | None


OPTIONAL = tuple(name for name in Record._fields[7:] if name != "carrier")


class Limits(NamedTuple):
    """The parameters of a run: the zone of times without offset, the first and last accepted Unix ms, and the hash
    key.
    """

    zone: ZoneInfo
    oldest_ms: int
    newest_ms: int
    key: str


class Reject(NamedTuple):
    """A rejected record: path and line, and the reason. A row of a registry file can be rejected, too."""

    path: str
    line: int
    reason: str


class Books(NamedTuple):
    """One row of `input_files`, without the columns that depend on the run."""

    path: str
    status: str
    records_read: int
    accepted: int
    rejected: int
    skipped: int


class Landing(NamedTuple):
    """The content of a landing folder. `nulled` has the number of optional values that break their rule, by path and
    field.
    """

    records: list[Record]
    rejects: list[Reject]
    files: list[Books]
    nulled: Counter[tuple[str, str]]


class RejectedError(Exception):
    """A record is rejected; the text is the reason."""


def limits(as_of: date, clock_ms: int, zone: ZoneInfo, key: str = "") -> Limits:
    """Return the limits for the records that a run reads. The run publishes `as_of` and starts at `clock_ms`."""
    oldest = as_of - timedelta(days=RETENTION_DAYS)
    midnight = datetime(oldest.year, oldest.month, oldest.day, tzinfo=zone)
    return Limits(zone, unix_ms(midnight), clock_ms + 2 * DAY_MS, key)


def unix_ms(moment: datetime) -> int:
    """Return the Unix ms of a time with a zone; an ambiguous time is the first of its two instants."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def read_landing(landing: Path, bounds: Limits) -> Landing:
    """Read every file of a landing folder that the contract does not ignore."""
    found = Landing([], [], [], Counter())
    for path in sorted(log_files(landing)):
        name = path.relative_to(landing).as_posix()
        source = source_of(name)
        try:
            rows = list(raw_rows(path, source.format if source else None))
        except DamagedError:
            found.files.append(Books(name, "damaged", 0, 0, 0, 0))
            continue
        except UnreadError:
            found.files.append(Books(name, "unread", 0, 0, 0, 0))
            continue
        of_file = bounds._replace(zone=source.zone) if source and source.zone else bounds
        rejects: list[Reject] = []
        accepted = skipped = 0
        for line, raw in rows:
            try:
                fields = _mapped(raw, source)
                if fields is None:
                    skipped += 1
                    continue
                record = to_record(fields, of_file)
            except RejectedError as broken:
                rejects.append(Reject(name, line, str(broken)))
                continue
            accepted += 1
            found.records.append(record)
            found.nulled.update((name, field) for field in _nulled(fields, record))
        found.rejects.extend(rejects)
        found.files.append(Books(name, "read", accepted + len(rejects), accepted, len(rejects), skipped))
    return found


def _nulled(fields: Fields, record: Record) -> list[str]:
    """Return the optional fields that have a value and break their rule. A carrier cannot break its rule."""
    return [name for name in OPTIONAL if fields.get(name) is not None and getattr(record, name) is None]


def _mapped(raw: Fields | None, source: Source | None) -> Fields | None:
    """Return the fields of a log record; None if the source skips it.

    Raises:
        RejectedError: the row cannot be read, or the source's condition fails on it.
    """
    if raw is None:
        raise RejectedError("malformed")
    if source is None:
        return raw
    try:
        is_kept = source.keeps(raw)
    except FailedError:
        raise RejectedError("invalid:where") from None
    return source.fields(raw) if is_kept else None


def to_record(raw: Fields, bounds: Limits) -> Record:
    """Return the record of some raw fields.

    Raises:
        RejectedError: a required field is missing or breaks its rule; the text names the first one.
    """
    return Record(
        event_id=_text(_required(raw, "event_id")) or _invalid("event_id"),
        event_ms=_event_ms(_required(raw, "event_time"), bounds),
        app_key=_matching(_required(raw, "app_key"), APP_KEY) or _invalid("app_key"),
        channel=_listed(_required(raw, "channel"), CHANNELS) or _invalid("channel"),
        stage=_listed(_required(raw, "stage"), STAGES) or _invalid("stage"),
        outcome=_outcome(raw),
        result_code=_result_code(raw.get("result_code")),
        vendor=_text(raw.get("vendor")),
        platform=_listed(raw.get("platform"), PLATFORMS),
        carrier=raw.get("carrier"),
        scheme_id=_text(raw.get("scheme_id")),
        package_name=_matching(raw.get("package_name"), PACKAGE),
        device_id=_hash(raw.get("device_id"), bounds.key),
        phone=_hash(raw.get("phone"), bounds.key),
        latency_ms=_latency_ms(raw.get("latency_ms")),
        sdk_version=_text(raw.get("sdk_version")),
        os_version=_text(raw.get("os_version")),
        attempt_id=_text(raw.get("attempt_id")),
        account_id=_text(raw.get("account_id")),
    )


def _required(raw: Fields, field: str) -> str:
    text = raw.get(field)
    if text is None:
        raise RejectedError(f"missing:{field}")
    return text


def _invalid(field: str) -> str:
    raise RejectedError(f"invalid:{field}")


def _text(text: str | None) -> str | None:
    return text if text and len(text) <= 128 else None


def _matching(text: str | None, pattern: re.Pattern[str]) -> str | None:
    return text if text is not None and pattern.fullmatch(text) else None


def _listed(text: str | None, allowed: tuple[str, ...]) -> str | None:
    return text if text in allowed else None


def _event_ms(text: str, bounds: Limits) -> int:
    ms = time_ms(text, bounds.zone)
    if ms is None or ms > bounds.newest_ms:
        raise RejectedError("invalid:event_time")
    if ms < bounds.oldest_ms:
        raise RejectedError("too_old:event_time")
    return ms


def time_ms(text: str, zone: ZoneInfo) -> int | None:
    """Return the Unix ms of an `event_time`, in `zone` if the text has no offset; None if the text is no time."""
    unix = UNIX_TIME.fullmatch(text)
    return _rfc3339_ms(text, zone) if unix is None else int(unix[1]) if len(unix[1]) == 13 else _seconds_ms(unix)


def _seconds_ms(unix: re.Match[str]) -> int:
    return int(unix[1]) * 1000 + _cut_to_ms(unix[2])


def _cut_to_ms(fraction: str | None) -> int:
    """Return the milliseconds of the digits after the second; finer digits are cut off."""
    return int((fraction or "").ljust(3, "0")[:3])


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
    ms = unix_ms(moment) + _cut_to_ms(fraction)
    if sign is None:
        return ms
    offset_ms = (int(offset_hour) * 60 + int(offset_minute)) * 60_000
    return ms + offset_ms if sign == "-" else ms - offset_ms


def _outcome(raw: Fields) -> str | None:
    if raw.get("outcome") is not None:
        return _listed(raw["outcome"], OUTCOMES) or _invalid("outcome")
    if raw.get("result_code") is None:
        raise RejectedError("missing:outcome")
    return None


def _result_code(text: str | None) -> str | None:
    return None if text is None else _text(text) or _invalid("result_code")


def _hash(text: str | None, key: str) -> str | None:
    given = _text(text)
    return hmac.new(key.encode(), given.encode(), "sha256").hexdigest() if given else None


def _latency_ms(text: str | None) -> int | None:
    whole = LATENCY.fullmatch(text or "")
    return int(whole[1]) if whole and int(whole[1]) <= 600_000 else None
