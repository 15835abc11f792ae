"""Computes sign-in sessions and their tables, by section 14 of the contract, from counted records, as plain dict rows.
`counts.py` decides which records count.
"""

# Where the contract is silent, the oracle follows the decisions of the project:
# - Only sign-in records give an attempt its device.
# - Where the contract names the stage `authorize`, a success in stage `login` does not count as one in `authorize`.
#   Only in the steps of the funnel, it counts as both `authorize` and `verify`.
# - If a session has the times of two steps in the wrong order, it is counted in the column `negative`; `p50_ms` and
#   `p95_ms` are of the other sessions.

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lab.oracle.counts import Counted, Row
from lab.oracle.records import Record

ORDER = ("page", "click", "authorize", "verify", "login")
PAIRS = {
    "page_click": ("page", "click"),
    "click_authorize": ("click", "authorize"),
    "authorize_verify": ("authorize", "verify"),
}
WAYS = ("direct", "retry", "other", "cut", "lost")


def is_sign_in(record: Record) -> bool:
    """Whether a counted record is a sign-in record."""
    return record.stage in ORDER and record.channel != "local_verify"


def order(record: Record) -> tuple[int, int, str]:
    """Return the sort key of sign-in records."""
    return record.event_ms, ORDER.index(record.stage), record.event_id


@dataclass
class Session:
    """The records of one session, in order.

    Attributes:
        by_server: the value of `by_server` in `session_books` for the session's app and day.
        ends_near_midnight: whether the session may continue on the next day.
    """

    day: date
    app_key: str
    records: list[Record]
    by_server: bool = False
    ends_near_midnight: bool = False

    def has(self, step: str) -> bool:
        return self.first(step) is not None

    def first(self, step: str) -> Record | None:
        """Return the first successful `one_click` record of a funnel step; None if there is none.

        Stage `login` counts as both `authorize` and `verify`.
        """
        stages = {"authorize": ("authorize", "login"), "verify": ("verify", "login")}.get(step, (step,))
        found = (r for r in self.records if (r.channel, r.outcome) == ("one_click", "success") and r.stage in stages)
        return next(found, None)

    @property
    def completing(self) -> Record | None:
        for record in self.records:
            if record.outcome == "success" and record.stage in ("authorize", "verify", "login"):
                if (record.channel, record.stage) == ("one_click", "authorize") and self.by_server:
                    continue
                return record
        return None

    @property
    def failure(self) -> Record | None:
        """Return the first failed record before the record that signed the session in; None if there is none.

        If no record signed the session in, all its records are searched.
        """
        for record in self.records:
            if record is self.completing:
                return None
            if record.outcome not in ("success", "unchecked"):
                return record
        return None

    @property
    def way(self) -> str:
        done, failure = self.completing, self.failure
        if done is None:
            return "cut" if self.ends_near_midnight else "lost"
        if failure is None:
            return "direct" if done.channel == self.records[0].channel else "other"
        return "retry" if done.channel == failure.channel else "other"

    @property
    def signed_in_by(self) -> str | None:
        return self.completing.channel if self.completing else None

    def value(self, field: str, absent: str | None) -> str | None:
        """Return the first value of a field that is not `absent`, searched in `one_click` records first; else
        `absent`.
        """
        for record in sorted(self.records, key=lambda r: r.channel != "one_click"):
            if getattr(record, field) != absent:
                return str(getattr(record, field))
        return absent

    @property
    def values(self) -> Row:
        return {
            "platform": self.value("platform", "unknown"),
            "carrier": self.value("carrier", "unknown"),
            "sdk_version": self.value("sdk_version", None),
            "scheme_id": self.value("scheme_id", None),
        }


def with_subjects(records: list[Record]) -> list[tuple[str | None, Record]]:
    """Return the sign-in records of one app and day in order, as pairs of subject (None if it has none) and record."""
    devices: dict[str, str] = {}
    records = sorted(records, key=order)
    for record in records:
        if record.device_id is not None and record.attempt_id is not None:
            devices.setdefault(record.attempt_id, f"device {record.device_id}")
    found: list[tuple[str | None, Record]] = []
    for record in records:
        if record.device_id is not None:
            subject: str | None = f"device {record.device_id}"
        elif record.attempt_id is not None:
            subject = devices.get(record.attempt_id, f"attempt {record.attempt_id}")
        else:
            subject = None
        found.append((subject, record))
    return found


def sessions_of(day: date, app_key: str, records: list[Record], minutes: int, zone: ZoneInfo) -> list[Session]:
    """Return the sessions of one app and day. `minutes` is the setting `session_minutes`."""
    longest = minutes * 60_000
    open_sessions: dict[str, Session] = {}
    made: list[Session] = []
    for subject, record in with_subjects(records):
        if subject is None:
            continue
        last = open_sessions.get(subject)
        if last is None or record.event_ms - last.records[-1].event_ms > longest:
            last = open_sessions[subject] = Session(day, app_key, [])
            made.append(last)
        last.records.append(record)
    authorized = [
        one for one in made
        if any((r.channel, r.stage, r.outcome) == ("one_click", "authorize", "success") for r in one.records)
    ]  # fmt: skip
    served = [
        one for one in authorized
        if any(r.channel == "one_click" and r.stage in ("verify", "login") for r in one.records)
    ]  # fmt: skip
    by_server = len(served) > 0 and 10 * len(served) >= len(authorized)
    end = datetime.combine(day + timedelta(days=1), time.min, zone).timestamp() * 1000
    for one in made:
        one.by_server = by_server
        one.ends_near_midnight = one.records[-1].event_ms >= end - longest
    return made


def session_tables(counted: Iterable[Counted], minutes: int, zone: ZoneInfo) -> dict[str, list[Row]]:
    """Return the rows of the six session tables by table name. `minutes` is the setting `session_minutes`."""
    by_app: dict[tuple[date, str], list[Record]] = defaultdict(list)
    for one in counted:
        if is_sign_in(one.record):
            by_app[one.day, one.record.app_key].append(one.record)
    sessions: list[Session] = []
    books: list[Row] = []
    for (day, app_key), records in by_app.items():
        made = sessions_of(day, app_key, records, minutes, zone)
        sessions += made
        books.append(
            {
                "day": day,
                "app_key": app_key,
                "records": len(records),
                "without_subject": sum(subject is None for subject, _ in with_subjects(records)),
                "sessions": len(made),
                "by_server": any(one.by_server for one in made),
            }
        )
    return {
        "session_daily": _session_daily(sessions),
        "session_paths_daily": _session_paths_daily(sessions),
        "session_stops_daily": _session_stops_daily(sessions),
        "funnel_daily": _funnel_daily(sessions),
        "session_times_daily": _session_times_daily(sessions),
        "session_books": books,
    }


def _summed(rows: Iterable[tuple[Row, dict[str, int]]]) -> list[Row]:
    """Sum counts by key, and return one row for each key. `rows` has pairs of key columns and counts."""
    sums: dict[tuple[tuple[str, object], ...], Counter[str]] = {}
    for key, counts in rows:
        of_key = sums.setdefault(tuple(key.items()), Counter(dict.fromkeys(counts, 0)))
        of_key.update(counts)
    return [{**dict(key), **counts} for key, counts in sums.items()]


def _where(one: Session) -> Row:
    return {"day": one.day, "app_key": one.app_key}


def _session_daily(sessions: list[Session]) -> list[Row]:
    return _summed(
        (
            {**_where(one), "entry_channel": one.records[0].channel, **one.values},
            {
                "sessions": 1,
                **{way: int(one.way == way) for way in WAYS},
                "unchecked": int(any(record.outcome == "unchecked" for record in one.records)),
            },
        )
        for one in sessions
    )


def _session_paths_daily(sessions: list[Session]) -> list[Row]:
    rows: list[tuple[Row, dict[str, int]]] = []
    for one in sessions:
        if failure := one.failure:
            done = one.completing
            key = {"failed_channel": failure.channel, "failure": failure.outcome, "way": one.way}
            is_within = done is not None and done.event_ms - failure.event_ms <= 60_000
            rows.append(
                (
                    {**_where(one), **key, "signed_in_by": one.signed_in_by},
                    {"sessions": 1, "within_minute": int(is_within)},
                )
            )
    return _summed(rows)


def _session_stops_daily(sessions: list[Session]) -> list[Row]:
    rows: list[tuple[Row, dict[str, int]]] = []
    for one in sessions:
        if one.way == "lost":
            last = one.records[-1]
            key = {"channel": last.channel, "stage": last.stage, "outcome": last.outcome}
            rows.append(({**_where(one), **key}, {"sessions": 1}))
    return _summed(rows)


def _funnel_daily(sessions: list[Session]) -> list[Row]:
    rows: list[tuple[Row, dict[str, int]]] = []
    for one in sessions:
        if any(record.channel == "one_click" for record in one.records):
            is_signed_in = one.signed_in_by == "one_click"
            counts = {"sessions": 1}
            counts |= {step: int(one.has(step)) for step in ("page", "click", "authorize", "verify")}
            counts |= {pair: int(one.has(first) and one.has(other)) for pair, (first, other) in PAIRS.items()}
            counts |= {"page_signed_in": int(one.has("page") and is_signed_in), "signed_in": int(is_signed_in)}
            rows.append(({**_where(one), **one.values}, counts))
    return _summed(rows)


def _session_times_daily(sessions: list[Session]) -> list[Row]:
    times: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    for one in sessions:
        pairs = [(pair, one.first(first), one.first(other)) for pair, (first, other) in PAIRS.items()]
        if one.signed_in_by == "one_click":
            pairs.append(("page_signed_in", one.first("page"), one.completing))
        for pair, first, other in pairs:
            if first is not None and other is not None and first is not other:
                for app_key in (one.app_key, "*"):
                    times[one.day, app_key, pair].append(other.event_ms - first.event_ms)
    rows: list[Row] = []
    for (day, app_key, step), found in times.items():
        forward = sorted(ms for ms in found if ms >= 0)
        rows.append(
            {
                "day": day, "app_key": app_key, "step": step, "sessions": len(forward),
                "p50_ms": _percentile(forward, 50), "p95_ms": _percentile(forward, 95),
                "negative": len(found) - len(forward),
            }
        )  # fmt: skip
    return rows


def _percentile(values: list[int], percent: int) -> int | None:
    """Return a percentile of sorted values by nearest rank; None if there are no values."""
    return values[-(-percent * len(values) // 100) - 1] if values else None
