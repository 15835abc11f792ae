"""The result of a trace: subjects, their sessions, and the records of each with how they were counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from pipelines.common.days import Window, local_time
from pipelines.tracing.wanted import Wanted

_TEXTS = ("result_code", "sdk_version", "event_id")
_OTHER_APP = "other app"


@dataclass(frozen=True)
class TracedRecord:
    """One stored record, masked.

    Attributes:
        time: in the business time zone.
        file: the path of its file under `landing/`.
        copy_of: None if the record counts. If it is a copy, the file of the record that counts in its place, or
            `other app` if another app has that record.
    """

    time: datetime
    channel: str
    stage: str
    outcome: str
    result_code: str | None
    platform: str
    carrier: str
    sdk_version: str | None
    event_id: str | None
    device_hash: str | None
    phone_hash: str | None
    file: str
    is_late: bool
    copy_of: str | None
    is_billed: bool
    is_completing: bool
    is_failure: bool


@dataclass(frozen=True)
class TracedSession:
    """One session of a traced subject."""

    # The sessions of a subject are counted from 1, over the whole span.
    number: int
    day: date
    entry_channel: str
    # How the session ended: `direct`, `retry`, `other`, `cut` or `lost`, which are defined as metrics.
    way: str
    signed_in_by: str | None
    by_server: bool
    # The number of the session's records that are not printed.
    records_left_out: int
    records: list[TracedRecord] = field(default_factory=list)


@dataclass(frozen=True)
class TracedSubject:
    """A subject of sessions: a device, or an attempt without a device.

    `device_hash` has the first 16 hex digits of the hash of the device; None for an attempt.
    """

    device_hash: str | None
    sessions: list[TracedSession] = field(default_factory=list)


@dataclass(frozen=True)
class Traced:
    """The result of a trace over a span: subjects with their sessions, and the records outside sessions (`apart`)."""

    app_key: str
    span: Window
    # The number of searched days.
    days: int
    subjects: list[TracedSubject]
    apart: list[TracedRecord]
    # The number of subjects that are not printed.
    left_out: int
    # The number of records outside sessions that are not printed.
    apart_left_out: int

    @property
    def sessions(self) -> list[TracedSession]:
        """The sessions of all subjects."""
        return [session for subject in self.subjects for session in subject.sessions]

    @property
    def printed_days(self) -> set[date]:
        """The days of the printed records."""
        return {session.day for session in self.sessions} | {record.time.date() for record in self.apart}


def subjects_of(
    rows: Iterable[Mapping[str, Any]], wanted: Wanted, files: Mapping[tuple[str, int], str], zone: str
) -> tuple[list[TracedSubject], list[TracedRecord]]:
    """Return the subjects with their sessions and printed records, and the printed records outside sessions.

    Args:
        rows: rows of `printed_records`, of all days in order.
        files: the path of each landed file, by record file and index in the part.
        zone: the business time zone.
    """
    apart: list[TracedRecord] = []
    subjects: dict[str, TracedSubject] = {}
    sessions: dict[tuple[date, int], TracedSession] = {}
    for row in rows:
        record = _record(row, wanted, files, zone)
        if row["session_number"] is None:
            apart.append(record)
            continue
        subject = subjects.setdefault(row["subject"], TracedSubject(row["subject"] if row["is_device"] else None))
        key = (row["day"], row["session_number"])
        if key not in sessions:
            said = (row[name] for name in ("day", "entry_channel", "way", "signed_in_by", "by_server", "left_out"))
            sessions[key] = TracedSession(len(subject.sessions) + 1, *said)
            subject.sessions.append(sessions[key])
        sessions[key].records.append(record)
    return list(subjects.values()), apart


def _record(row: Mapping[str, Any], wanted: Wanted, files: Mapping[tuple[str, int], str], zone: str) -> TracedRecord:
    kept = row["kept_filename"], row["kept_file"]
    copy_of = (files[kept] if row["is_kept_here"] else _OTHER_APP) if row["is_copy"] else None
    values: dict[str, Any] = {name: row[name] for name in TracedRecord.__dataclass_fields__ if name in row}
    values |= {name: wanted.masked(row[name]) for name in _TEXTS}
    values["time"] = local_time(row["event_time"].replace(tzinfo=UTC), zone)
    values["file"] = wanted.masked(files[row["filename"], row["file"]])
    values["copy_of"] = wanted.masked(copy_of)
    return TracedRecord(**values)
