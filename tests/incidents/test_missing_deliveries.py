"""What used to come daily and did not is named; what comes now and then, or under other names, is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipelines.incidents.daily_files import dated
from pipelines.incidents.detectors.missing_deliveries import missing_deliveries
from pipelines.store.manifest import DayEntry, DayRows, FileEntry, Manifest
from tests.support import DAY


def file(path: str, day: date, records: int = 100, source: str = "canonical") -> FileEntry:
    return FileEntry(
        path=path, sha256=path, bytes=1, stamp="", source=source, status="read", first_read_at="", closed_through=None,
        accepted=records, records_read=records, days={day: DayRows(accepted=records)},
    )  # fmt: skip


def entry(records: int = 100) -> DayEntry:
    return DayEntry(folder="", content="", fingerprint="", parts=[], accepted=records, counted=records, unmapped=0)


def found(files: dict[int, list[FileEntry]]) -> list[str]:
    """The findings about DAY; files by how many days before it they came."""
    manifest = Manifest(
        files=[one for some in files.values() for one in some],
        days={DAY - timedelta(days=back): entry() for back in files},
    )
    return [finding.en for finding in missing_deliveries(manifest, DAY)]


def days(back: int) -> date:
    return DAY - timedelta(days=back)


def test_a_silent_source_is_named_with_its_day() -> None:
    files = {
        b: [file(f"a/{days(b)}.log", days(b)), file(f"b/{days(b)}.log", days(b), source="gateway")] for b in range(20)
    }
    assert found(files) == []
    del files[0][1]
    assert found(files) == [f"source gateway has no record of {DAY}, usually some 100"]


def test_the_records_that_are_missed_are_those_of_the_weekday() -> None:
    sunday, monday = days(2), days(1)
    for day, usual in ((sunday, "400"), (monday, "1,000")):
        manifest = Manifest(
            files=[
                file(f"{source}/{other}.log", other, 400 if other.weekday() >= 5 else 1000, source)
                for source in ("canonical", "gateway")
                for other in (day - timedelta(days=back) for back in range(30))
                if (source, other) != ("gateway", day)
            ],
            days={day - timedelta(days=back): entry() for back in range(30)},
        )
        assert [finding.en for finding in missing_deliveries(manifest, day)] == [
            f"source gateway has no record of {day}, usually some {usual}"
        ]


def test_a_source_that_keeps_to_its_weekdays_is_missed_on_them_alone() -> None:
    files = {b: [file(f"a/{days(b)}.log", days(b))] for b in range(30)}
    for back in range(1, 30):
        if days(back).weekday() < 5:
            files[back].append(file(f"w/{days(back)}.log", days(back), source="weekly"))
    # DAY is a Tuesday.
    assert any("source weekly" in text for text in found(files))
    files = {b: [one for one in some if b % 7 or one.source != "weekly"] for b, some in files.items()}
    assert not any("source weekly" in text for text in found(files))


def test_a_file_that_is_missing_on_a_quiet_weekday_is_named() -> None:
    files = {
        b: [file(f"{n}/{days(b)}.log", days(b), 400 if days(b).weekday() >= 5 else 1000) for n in "ab"]
        for b in range(30)
        if days(b) <= days(2)
    }
    sunday = days(2)
    assert sunday.weekday() == 6
    del files[2][1]
    manifest = Manifest(
        files=[one for some in files.values() for one in some],
        days={days(back): entry() for back in files},
    )
    assert [finding.en for finding in missing_deliveries(manifest, sunday)] == [
        f"a file that comes every day did not: b/{sunday}.log, usually some 400 records"
    ]


def test_a_missing_file_of_a_daily_set_is_named() -> None:
    files = {b: [file(f"gw{n}/{days(b):%Y%m%d}/13.log", days(b)) for n in (1, 2)] for b in range(20)}
    assert found(files) == []
    del files[0][1]
    assert found(files) == [f"a file that comes every day did not: gw2/{DAY}/13.log, usually some 100 records"]


def test_a_set_that_is_cut_anew_is_whole() -> None:
    files = {b: [file(f"{days(b)}/part-{n}.log", days(b)) for n in (1, 2)] for b in range(1, 20)}
    files[0] = [file(f"{DAY}/all.log", DAY, 200)]
    assert found(files) == []


def test_what_comes_now_and_then_is_not_missed() -> None:
    files = {b: [file(f"a/{days(b)}.log", days(b))] for b in range(20)}
    for back in (1, 4, 9, 13):
        files[back].append(file(f"b/{days(back)}.log", days(back), source="now-and-then"))
    assert found(files) == []


def test_nothing_is_said_before_a_week() -> None:
    assert found({b: [file(f"a/{days(b)}.log", days(b))] for b in range(1, 7)} | {0: []}) == []


def test_of_a_young_folder_what_came_on_every_day_is_missed() -> None:
    files = {b: [file(f"{name}/{days(b)}.log", days(b), source=name) for name in ("a", "b")] for b in range(1, 9)}
    files[0] = [file(f"a/{DAY}.log", DAY, source="a")]
    assert found(files) == [f"source b has no record of {DAY}, usually some 100"]
    # It was not there each day: perhaps it keeps to other days.
    del files[4][1]
    assert found(files) == []


@pytest.mark.parametrize(("gone_for", "is_named"), [(1, True), (2, True), (3, True), (4, False)])
def test_a_file_of_a_daily_set_that_stays_away_is_named_for_days(gone_for: int, is_named: bool) -> None:
    files = {b: [file(f"gw{n}/{days(b):%Y%m%d}/13.log", days(b)) for n in (1, 2)] for b in range(20)}
    for back in range(gone_for):
        del files[back][1]
    assert bool(found(files)) is is_named


@pytest.mark.parametrize(
    ("path", "name", "day"),
    [
        ("a/2026-03-10.log", "a/<day>.log", date(2026, 3, 10)),
        ("20260310/h.log", "<day>/h.log", date(2026, 3, 10)),
        ("2026-03-11/late-2026-03-10.csv", "<day>/late-<day-1>.csv", date(2026, 3, 11)),
        ("2026/03/10/13.log", "<day>/13.log", date(2026, 3, 10)),
    ],
)
def test_a_dated_path_is_named_by_its_day(path: str, name: str, day: date) -> None:
    assert dated(file(path, DAY)) == (name, day)


@pytest.mark.parametrize("path", ["a.log", "2026-02-30.log", "120260310.log", "part-0001-20261310.log"])
def test_a_path_without_a_date_has_no_day(path: str) -> None:
    assert dated(file(path, DAY)) is None
