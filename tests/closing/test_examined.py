"""Tests which days and files the checks examine: the days closed last, and the files read by the run that closed them
or by later runs.
"""

from __future__ import annotations

from datetime import date, timedelta

from pipelines.closing.examined import closed_days, files_since_closing
from pipelines.store.manifest import DayEntry, DayRows, FileEntry, Manifest
from tests.support import DAY

YESTERDAY = DAY - timedelta(days=1)


def file(
    path: str, closed_through: date | None, run_day: date | None = None, days: dict[date, DayRows] | None = None
) -> FileEntry:
    return FileEntry(
        path=path, sha256=path, bytes=1, stamp="", source="canonical", status="read", first_read_at="t1",
        closed_through=closed_through, run_day=run_day, days=days or {},
    )  # fmt: skip


def entry(accepted: int) -> DayEntry:
    return DayEntry(folder="", content="", fingerprint="", parts=[], accepted=accepted, counted=accepted, unmapped=0)


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def test_the_days_of_the_last_publication_are_looked_at_seven_at_most() -> None:
    assert closed_days(Manifest(), DAY) == [DAY]
    assert closed_days(Manifest(closed_before=back(2)), DAY) == [YESTERDAY, DAY]
    assert len(closed_days(Manifest(closed_before=back(40)), DAY)) == 7


def test_the_files_since_the_last_closing_are_those_of_its_run_and_of_later_ones() -> None:
    files = [
        file("before", back(2), YESTERDAY),
        file("its-run", YESTERDAY, DAY),
        file("later", DAY, DAY),
        file("for-an-older-day", DAY, back(5)),
        file("when-nothing-was-published", None, DAY),
        file("the-first-ever", None, back(9)),
    ]
    found = files_since_closing(Manifest(files=files, closed_before=YESTERDAY))
    assert [one.path for one in found] == ["its-run", "later", "for-an-older-day", "when-nothing-was-published"]
    assert files_since_closing(Manifest(files=files)) == files
