"""Log rotation moves content to other paths: nothing is lost, counted twice, late or held."""

from __future__ import annotations

import gzip
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.checks import CheckResult
from pipelines.ingest import ingest
from pipelines.ingest.content_decisions import ContentDecisions
from tests.data.rotated_logs import RotatedLog
from tests.support import (
    DAY,
    CopyOf,
    DataFolder,
    Row,
    days_before,
    lines,
    morning_after,
    record,
    records,
    write_line_source,
)

DAYS = [DAY + timedelta(days=n) for n in range(5)]
NUMBERS = ("usage_daily", "channel_daily", "channel_detail_daily", "outcome_daily", "latency_daily", "login_trend",
           "login_trend_summary")  # fmt: skip
OPTIONS = ("compress", "delaycompress", "copytruncate", "nocreate", "dateext")
CASES: dict[str, dict[str, Any]] = {
    "logrotate's defaults": {"rotate": 4}, "one file kept": {"rotate": 1}, "compress": {"compress": True},
    "delaycompress": {"compress": True, "delaycompress": True}, "dateext": {"dateext": True},
    "dateext, delaycompress": {"dateext": True, "compress": True, "delaycompress": True},
    "copytruncate": {"copytruncate": True}, "copytruncate, compress": {"copytruncate": True, "compress": True},
    "nocreate": {"nocreate": True}, "extension": {"extension": True, "compress": True, "delaycompress": True},
    "another suffix": {"name": "auth.jsonl"},
}  # fmt: skip


def hours(day: date, first: int, last: int, app: str = "shop") -> list[Row]:
    """Return a record for each hour of a day from `first` up to the hour before `last`."""
    return [
        record(f"{app}-{day}-{hour}", day, event_time=f"{day}T{hour:02}:30:00+08:00", app_key=app)
        for hour in range(first, last)
    ]


def held(folder: DataFolder) -> list[CheckResult]:
    return [check for check in folder.warnings if check.check_name in ("held_files", "damaged_files")]


def books(folder: DataFolder) -> list[tuple[date, int, int, int, bool]]:
    """Return each closed day with its accepted, duplicate and late records, and whether its figures were restated."""
    manifest = folder.manifest
    late, restated = manifest.late_records, {day for (day,) in folder.restated("day")}
    return [
        (day, entry.accepted, entry.accepted - entry.counted, late[day], day in restated)
        for day, entry in sorted(manifest.days.items())
    ]


def test_logs_that_are_rotated_after_each_run_lose_nothing(folder: DataFolder) -> None:
    # Each has records of its own app, so that no log makes up for what another loses.
    logs = {
        f"app{number}": RotatedLog(folder.store.landing / str(number), **{"rotate": 2} | options)
        for number, options in enumerate(CASES.values())
    }
    for day in DAYS[:3]:
        tomorrow = day + timedelta(days=1)
        for app, log in logs.items():
            log.write(hours(day, 3, 24, app))
            # The night's run sees the first hours of the next day, too, and the log grows till it is rotated.
            log.write(hours(tomorrow, 0, 2, app))
        folder.roll_up(day)
        for app, log in logs.items():
            log.write(hours(tomorrow, 2, 3, app))
            log.turn(f"{tomorrow:%Y%m%d}")
    folder.roll_up(DAYS[3])
    # All records of an app are in one row of a day.
    rows = folder.stored("outcome_daily", "app_key, day, records")
    for case, app in zip(CASES, logs, strict=True):
        counted = {day: records for key, day, records in rows if key == app}
        assert counted == {DAY: 21, **dict.fromkeys(DAYS[1:3], 24), DAYS[3]: 3}, case
    assert books(folder)[1:-1] == [(day, 24 * len(CASES), 0, 0, False) for day in DAYS[1:3]]
    assert {entry.status for entry in folder.manifest.files} == {"read", "replaced"}
    assert held(folder) == []
    assert folder.restated("day") == []


def history(seed: int, folder: DataFolder) -> list[Row]:
    """Write a log with random options, rotate and read it at random times, and return all written records."""
    draw = random.Random(seed)
    options = {name: draw.random() < 0.4 for name in OPTIONS}
    log = RotatedLog(folder.store.landing, rotate=draw.randint(1, 5), extension=draw.random() < 0.2, **options)
    # Any reader loses a log that was rotated and deleted between two runs. If all logs that the last run read are
    # deleted, a run cannot detect that they were rotated.
    most = log.rotate - (log.nocreate and not log.copytruncate)
    written: list[Row] = []
    unseen, last_day = 0, DAYS[-1]
    for day in DAYS:
        for hour in range(0, 24, 3):
            if unseen < most and draw.random() < 0.2:
                log.turn(f"{day:%Y%m%d}{hour:02}")
                unseen += 1
            if draw.random() < 0.6:
                rows = [row for row in hours(day, hour, hour + 3) if draw.random() < 0.7]
                log.write(rows)
                written += rows
            if draw.random() < 0.15:
                folder.ingest(days_before(day, 1), at(day, hour))
                unseen = 0
        if day == last_day or draw.random() < 0.7:
            (folder.tables if day == last_day else folder.roll_up)(day, at(day + timedelta(days=1), 2))
            unseen = 0
    return written


def at(day: date, hour: int) -> datetime:
    """Return the instant of an hour of a day in Shanghai."""
    return morning_after(days_before(day, 1)) + timedelta(hours=hour - 2)


@pytest.mark.lab
@settings(max_examples=2)
@given(st.integers(0, 2**32 - 1))
def test_whatever_is_rotated_when_the_tables_are_those_of_one_delivery(seed: int) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        rotated, at_once = DataFolder(Path(one)), DataFolder(Path(other))
        rows = history(seed, rotated)
        at_once.land("auth.log", rows)
        at_once.tables(DAYS[-1], at(DAYS[-1] + timedelta(days=1), 2))
        assert held(rotated) == []
        for table in NUMBERS:
            assert rotated.rows(f"FROM {table}") == at_once.rows(f"FROM {table}"), table
        assert books(rotated) == books(at_once)


def test_what_is_moved_is_not_read_again(folder: DataFolder) -> None:
    log = RotatedLog(folder.store.landing)
    for day in DAYS[:2]:
        log.write(records(3, day))
        folder.roll_up(day)
        log.turn("")
    log.write(records(3, DAYS[2]))
    assert [entry.path for entry in folder.ingest(DAYS[2]).read] == ["auth.log"]
    before = {day: entry.folder for day, entry in folder.manifest.days.items()}
    folder.roll_up(DAYS[2])
    assert {day: entry.folder for day, entry in folder.manifest.days.items() if day in before} == before
    assert [entry.path for entry in folder.manifest.live_files()] == ["auth.log", "auth.log.1", "auth.log.2"]


def test_logs_without_a_suffix_whose_new_content_does_not_begin_as_json(folder: DataFolder) -> None:
    logs = {name: folder.land(name, records(3, prefix=name)) for name in ("auth", "login")}
    folder.roll_up()
    for (name, log), new in zip(logs.items(), (b"", b"starting\n"), strict=True):
        log.rename(log.with_name(f"{name}.1"))
        folder.land(name, new)
    folder.land("other.log", records(1, DAYS[1]))
    folder.roll_up(DAYS[1])
    assert books(folder) == [(DAY, 6, 0, 0, False), (DAYS[1], 1, 0, 0, False)]
    assert [check.check_name for check in folder.warnings] == ["unread_files"]


def test_a_log_that_is_rotated_after_its_mapping_changed_counts_once(folder: DataFolder) -> None:
    write_line_source(folder.root, "line")
    log = folder.land("auth.txt", b"one\ntwo\n")
    folder.roll_up()
    write_line_source(folder.root, "'id of ' || line")
    log.rename(folder.store.landing / "auth.txt.1")
    folder.land("auth.txt", b"three\n")
    folder.ingest()
    # The first reading made the stored records, as in a file that did not move.
    assert folder.accepted() == {DAY: 3}
    assert folder.statuses("auth.txt") == ["replaced", "read"]
    assert held(folder) == []


def hold_a_log(folder: DataFolder) -> None:
    """Let a run read a log, replace its content, and let the next run hold the new content."""
    folder.land("auth.log", records(3))
    folder.roll_up()
    folder.land("auth.log", records(2, DAYS[1]))
    folder.roll_up(DAYS[1])
    assert folder.statuses("auth.log") == ["read", "held"]


@pytest.fixture
def held_log(copy_of: CopyOf) -> DataFolder:
    """Return a copy of the folder that `hold_a_log` fills."""
    return copy_of(hold_a_log)


def test_a_log_whose_old_content_comes_later_is_held_till_then(held_log: DataFolder) -> None:
    held_log.land("kept/auth-of-the-day.log", records(3) + records(1, prefix="more"))
    held_log.ingest(DAYS[1])
    assert held_log.statuses("auth.log") == ["replaced", "read"]
    assert held_log.accepted() == {DAY: 4, DAYS[1]: 2}
    assert held(held_log) == []


@pytest.mark.parametrize("more", [0, 2], ids=["as held", "grown"])
def test_a_log_whose_held_content_was_rotated_is_held_no_more(held_log: DataFolder, more: int) -> None:
    held_log.land("auth.log.1", records(2, DAYS[1]) + records(more, DAYS[1], "more"))
    held_log.land("auth.log", records(1, DAYS[2]))
    held_log.ingest(DAYS[2])
    assert held_log.accepted() == {DAY: 3, DAYS[1]: 2 + more, DAYS[2]: 1}
    # Only the records that the log did not give while it was held are late.
    assert held_log.manifest.late_records == ({DAYS[1]: more} if more else {})
    assert held(held_log) == []


def test_a_log_that_comes_a_run_after_its_held_content_was_rotated_is_not_held(held_log: DataFolder) -> None:
    log = held_log.store.landing / "auth.log"
    log.rename(log.with_name("auth.log.1"))
    held_log.roll_up(DAYS[2])
    held_log.land("auth.log", records(1, DAYS[3]))
    held_log.ingest(DAYS[3])
    assert held_log.accepted() == {DAY: 3, DAYS[1]: 2, DAYS[3]: 1}
    assert held_log.manifest.late_records == {}
    assert held(held_log) == []


def test_a_log_that_is_held_before_its_rotated_content_comes_is_released_then(held_log: DataFolder) -> None:
    held_log.land("auth.log", records(1, DAYS[2]))
    held_log.roll_up(DAYS[2])
    assert held_log.statuses("auth.log") == ["read", "replaced", "held"]
    held_log.land("auth.log.1", records(2, DAYS[1]))
    held_log.ingest(DAYS[3])
    assert held_log.accepted() == {DAY: 3, DAYS[1]: 2, DAYS[2]: 1}
    assert held_log.manifest.late_records == {}
    assert held(held_log) == []


def test_only_the_first_copy_of_a_held_content_at_a_rotated_name_is_in_time(held_log: DataFolder) -> None:
    held_log.land("auth.log.1", records(2, DAYS[1]))
    held_log.land("auth.log.2", records(2, DAYS[1]))
    held_log.land("auth.log", records(1, DAYS[2]))
    held_log.roll_up(DAYS[2])
    assert books(held_log)[1] == (DAYS[1], 4, 2, 2, True)
    assert held(held_log) == []


def test_a_rotation_before_the_current_content_releases_nothing(folder: DataFolder) -> None:
    log = RotatedLog(folder.store.landing)
    log.write(records(3))
    folder.roll_up()
    log.turn("")
    log.write(records(3, DAYS[1]))
    folder.roll_up(DAYS[1])
    for day in DAYS[2:4]:
        folder.land("auth.log", records(2, day))
        folder.ingest(day)
        assert folder.statuses("auth.log")[-1] == "held"
    assert [check.check_name for check in held(folder)] == ["held_files"]


def test_a_log_stays_held_whose_rotated_content_comes_later_and_grew_until_it_is_rotated(held_log: DataFolder) -> None:
    held_log.land("auth.log", records(2, DAYS[2]))
    held_log.roll_up(DAYS[2])
    held_log.land("auth.log.1", records(2, DAYS[1]) + records(1, DAYS[1], "more"))
    held_log.roll_up(DAYS[2])
    assert [check.check_name for check in held(held_log)] == ["held_files"]
    held_log.land("auth.log.2", records(2, DAYS[1]) + records(1, DAYS[1], "more"))
    held_log.land("auth.log.1", records(2, DAYS[2]))
    held_log.land("auth.log", records(1, DAYS[3]))
    held_log.ingest(DAYS[3])
    assert held_log.accepted() == {DAY: 3, DAYS[1]: 3, DAYS[2]: 2, DAYS[3]: 1}
    assert held(held_log) == []


def test_two_logs_that_held_the_same_do_not_vouch_for_each_other(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.land("b.ndjson", records(3))
    folder.roll_up()
    folder.land("a.ndjson", records(1, DAYS[1], "a"))
    folder.land("b.ndjson", records(1, DAYS[1], "b"))
    folder.ingest(DAYS[1])
    assert folder.statuses("a.ndjson") == folder.statuses("b.ndjson") == ["read", "held"]
    assert [check.check_name for check in held(folder)] == ["held_files"]


def test_content_that_was_read_elsewhere_is_taken_and_what_stood_there_counts_on(folder: DataFolder) -> None:
    folder.land("now.log", records(3))
    folder.land("before.log", records(2, prefix="old"))
    folder.roll_up()
    (folder.store.landing / "now.log").replace(folder.store.landing / "before.log")
    folder.land("now.log", records(1, DAYS[1]))
    folder.roll_up(DAYS[1])
    assert folder.counted() == {DAY: 5, DAYS[1]: 1}
    assert books(folder) == [(DAY, 5, 0, 0, False), (DAYS[1], 1, 0, 0, False)]
    assert held(folder) == []


def test_a_copy_counts_as_duplicates_also_where_the_first_is_deleted(folder: DataFolder) -> None:
    file = folder.land("a.ndjson", records(3))
    folder.roll_up()
    folder.land("copy.ndjson", records(3))
    file.unlink()
    folder.roll_up()
    assert [(accepted, duplicates, late) for _, accepted, duplicates, late, _ in books(folder)] == [(6, 3, 3)]


def test_a_name_of_rotation_alone_takes_nothing_away(folder: DataFolder) -> None:
    folder.land("auth.log.1", records(3))
    folder.land("auth.log", records(2, prefix="b"))
    folder.roll_up()
    folder.land("auth.log.1", records(2))
    folder.ingest(DAYS[1])
    assert folder.statuses("auth.log.1") == ["read", "held"]
    assert folder.files("auth.log.1")[-1].finding == f"{DAY}: -1"
    assert "auth.log.1 (2026-03-10: -1)" in held(folder)[0].detail.en


def test_an_empty_file_that_was_read_elsewhere_takes_nothing_away(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.land("b.ndjson", b"")
    folder.roll_up()
    folder.land("a.ndjson", b"")
    folder.land("b.ndjson", records(1, prefix="b"))
    folder.ingest(DAYS[1])
    assert folder.statuses("a.ndjson") == ["read", "held"]
    assert folder.accepted() == {DAY: 4}


def test_records_of_a_rotated_log_that_a_killed_run_read_are_not_late(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = RotatedLog(folder.store.landing)
    log.write(records(3))
    folder.roll_up()
    log.write(records(1, DAYS[1]))
    log.turn("")
    log.write(records(2, DAYS[1], prefix="n"))
    with monkeypatch.context() as killed:

        def dies(reading: object) -> None:
            raise KeyboardInterrupt

        # A long run commits the first files before it has read the last.
        killed.setattr(ingest, "_BYTES_PER_COMMIT", 0)
        killed.setattr(ContentDecisions, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            folder.ingest(DAYS[1])
    assert folder.statuses("auth.log.1") == ["read"]
    folder.roll_up(DAYS[1])
    assert books(folder) == [(DAY, 3, 0, 0, False), (DAYS[1], 3, 0, 0, False)]


def test_a_poor_log_that_was_renamed_is_warned_of_in_each_run(folder: DataFolder) -> None:
    folder.land("good.log", records(2, prefix="g"))
    file = folder.land("auth.log", records(2) + records(200, prefix="x", channel="none"))
    folder.roll_up()
    file.rename(file.with_name("auth.log.1"))
    folder.roll_up()
    assert [check.check_name for check in folder.warnings] == ["rejected_share", "mostly_rejected"]
    before = folder.manifest
    folder.roll_up()
    assert folder.manifest == before


def test_invalid_values_at_a_path_with_two_contents_are_published(folder: DataFolder) -> None:
    """Rotation deleted the earlier contents of `auth.log.1`, whose records still count. Each content has an invalid
    value of the same field, and a rejected record at the same line.
    """
    log = RotatedLog(folder.store.landing, rotate=1)
    for day in DAYS[:3]:
        log.write([record("bad", day, stage="none"), *records(2, day, latency_ms=-1)])
        folder.ingest(day)
        log.turn(f"{day:%Y%m%d}")
    folder.tables(DAYS[3])
    live = folder.rows("SELECT path, sha256 FROM input_files WHERE status = 'read' AND accepted = 2 ORDER BY ALL")
    assert [path for path, _ in live] == ["auth.log.1"] * 3
    assert folder.rows("FROM nulled_fields") == [("auth.log.1", "latency_ms", 6)]
    rejected = folder.rows("SELECT path, line, sha256, rejected FROM rejected_records")
    assert rejected == [(path, 1, sha256, 1) for path, sha256 in live]


def test_a_rotated_log_that_is_packed_again_to_earlier_bytes_is_not_late(folder: DataFolder) -> None:
    """Records that a path had in time stay so, also if its new bytes were read before at another path."""
    first, second = (gzip.compress(lines(records(3, DAYS[0])), mtime=packed_at) for packed_at in (1, 2))
    mornings: list[dict[str, bytes]] = [
        {"auth.log": lines(records(3, DAYS[0]))},
        {"auth.log": lines(records(2, DAYS[1])), "auth.log.1.gz": first},
        {"auth.log": lines(records(2, DAYS[2])), "auth.log.1.gz": gzip.compress(lines(records(2, DAYS[1]))),
         "auth.log.2.gz": second},
        {"auth.log.2.gz": first},
    ]  # fmt: skip
    for day, files in zip(DAYS, mornings, strict=False):
        for path, content in files.items():
            folder.land(path, content)
        folder.roll_up(day)
    assert books(folder) == [(DAYS[0], 3, 0, 0, False), (DAYS[1], 2, 0, 0, False), (DAYS[2], 2, 0, 0, False)]
