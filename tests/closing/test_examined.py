"""What the checks look at is a matter of the manifest: days just closed, days that got much since, files since then."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.closing.examined import closed_days, examined_days, files_since_closing
from pipelines.store.manifest import DayEntry, DayRows, FileEntry, Manifest
from tests.support import DAY, DataFolder, records

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


def test_the_days_of_the_last_publication_are_examined_seven_at_most() -> None:
    assert examined_days(Manifest(), DAY) == [DAY]
    assert examined_days(Manifest(closed_before=back(2)), DAY) == [YESTERDAY, DAY]
    assert len(examined_days(Manifest(closed_before=back(40)), DAY)) == 7


@pytest.mark.parametrize(("late", "is_examined"), [(0, False), (40, False), (60, True), (1000, True)])
def test_a_closed_day_that_got_much_since_is_examined_again(late: int, is_examined: bool) -> None:
    again = file("again.ndjson", YESTERDAY, DAY, {YESTERDAY: DayRows(accepted=late or 1000, late=late)})
    manifest = Manifest(files=[again], days={YESTERDAY: entry(1000), DAY: entry(1000)}, closed_before=YESTERDAY)
    assert examined_days(manifest, DAY) == ([YESTERDAY, DAY] if is_examined else [DAY])
    assert closed_days(manifest, DAY) == [DAY]


def test_a_restated_day_is_examined_until_the_next_one_is_closed() -> None:
    # Read when DAY was closed already, by a run later on the same morning.
    again = file("again.ndjson", DAY, DAY, {back(3): DayRows(accepted=900, late=900)})
    manifest = Manifest(files=[again], days={back(n): entry(1000) for n in range(9)}, closed_before=YESTERDAY)
    assert examined_days(manifest, DAY) == [back(3), DAY]
    tomorrow = DAY + timedelta(days=1)
    manifest.closed_before = DAY
    assert examined_days(manifest, tomorrow) == [back(3), tomorrow]
    manifest.closed_before = tomorrow
    assert examined_days(manifest, DAY + timedelta(days=2)) == [DAY + timedelta(days=2)]


def test_what_comes_in_small_deliveries_is_added_up() -> None:
    pieces = [file(f"{n}.ndjson", DAY, DAY, {back(2): DayRows(accepted=20, late=20)}) for n in range(5)]
    manifest = Manifest(files=pieces, days={back(n): entry(1000) for n in range(9)}, closed_before=YESTERDAY)
    assert examined_days(manifest, DAY) == [back(2), DAY]


def test_of_many_restated_days_the_newest_are_examined() -> None:
    late = file("late.ndjson", DAY, DAY, {back(n): DayRows(accepted=500, late=500) for n in range(2, 30)})
    manifest = Manifest(files=[late], days={back(n): entry(1000) for n in range(30)}, closed_before=back(2))
    assert examined_days(manifest, DAY) == [back(n) for n in (6, 5, 4, 3, 2, 1, 0)]
    manifest.closed_before = back(30)
    assert examined_days(manifest, DAY) == [back(n) for n in (6, 5, 4, 3, 2, 1, 0)]


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


def test_a_run_with_nothing_new_says_the_same_of_a_restated_day(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for days in range(17, 1, -1):
        folder.land(f"{back(days)}.ndjson", records(60, back(days)))
    folder.tables(back(2))
    folder.land(f"{YESTERDAY}.ndjson", records(60, YESTERDAY))
    folder.tables(YESTERDAY)
    folder.land(f"{DAY}.ndjson", records(60))
    folder.land("again.ndjson", records(60, YESTERDAY, prefix="again"))
    folder.tables(DAY)
    failed = "SELECT check_name, day, detail_en FROM check_results WHERE NOT passed"
    first = folder.rows(failed)
    assert ("volume_jump", YESTERDAY) in [row[:2] for row in first]
    run = folder.manifest.run
    folder.tables(DAY)
    assert folder.rows(failed) == first
    assert folder.manifest.run == run
    folder.land("next.ndjson", records(60, DAY + timedelta(days=1)))
    folder.tables(DAY + timedelta(days=1))
    assert YESTERDAY not in [row[1] for row in folder.rows(failed)]
