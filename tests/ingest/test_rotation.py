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


# The content of a path after a night: records, packed if its name says so, or bytes; the name of the path that was
# moved there; None if deleted.
Night = dict[str, list[Row] | bytes | str | None]
# A run reads a log, its content is replaced, and the next run holds the new content.
HELD: list[Night] = [{"auth.log": records(3)}, {"auth.log": records(2, DAYS[1])}]
GROWN = records(2, DAYS[1]) + records(1, DAYS[1], "more")
# By app and folder: what each night brings, the nights after which a file is held, and for each day its accepted,
# duplicate and late records, and whether its figures were restated.
NIGHTS: dict[str, tuple[list[Night], list[int], dict[date, tuple[int, int, int, bool]]]] = {
    "held_till_its_old_content_comes": (
        [*HELD, {"kept/auth-of-the-day.log": records(3) + records(1, prefix="more")}], [1],
        {DAY: (4, 0, 4, True), DAYS[1]: (2, 0, 0, True)},
    ),
    # A tool that copies all files again gives the held one a new stamp, too.
    "copied_again_with_its_old_content_moved": (
        [*HELD, {"auth.log": records(2, DAYS[1]), "auth.log.1": records(3)}], [1],
        {DAY: (3, 0, 0, False), DAYS[1]: (2, 0, 0, True)},
    ),
    "copied_again_with_its_old_content_packed": (
        [*HELD, {"auth.log": records(2, DAYS[1]), "auth.log.1.gz": records(3)}], [1],
        {DAY: (3, 0, 0, False), DAYS[1]: (2, 0, 0, True)},
    ),
    "held_till_it_grows_back": (
        [*HELD, {"auth.log": records(3) + records(2, DAYS[1])}], [1],
        {DAY: (3, 0, 0, False), DAYS[1]: (2, 0, 2, True)},
    ),
    "held_till_it_was_taken_back": ([*HELD, {"auth.log": records(3)}], [1], {DAY: (3, 0, 0, False)}),
    # One lost id of a closed day is enough.
    "grown_without_one_of_its_records": (
        [{"auth.log": records(3)}, {"auth.log": records(2) + records(50, prefix="new")}], [1, 2, 3, 4],
        {DAY: (3, 0, 0, False)},
    ),
    "emptied": ([{"auth.log": records(3)}, {"auth.log": b""}], [1, 2, 3, 4], {DAY: (3, 0, 0, False)}),
    "held_till_it_was_rotated": (
        [*HELD, {"auth.log.1": records(2, DAYS[1]), "auth.log": records(1, DAYS[2])}], [1],
        {DAY: (3, 0, 0, False), DAYS[1]: (2, 0, 0, True), DAYS[2]: (1, 0, 0, False)},
    ),
    # Only the record that the log did not give while it was held is late.
    "held_till_it_was_rotated_and_grown": (
        [*HELD, {"auth.log.1": GROWN, "auth.log": records(1, DAYS[2])}], [1],
        {DAY: (3, 0, 0, False), DAYS[1]: (3, 0, 1, True), DAYS[2]: (1, 0, 0, False)},
    ),
    "new_a_run_after_the_held_content_was_rotated": (
        [*HELD, {"auth.log.1": "auth.log"}, {"auth.log": records(1, DAYS[3])}], [1, 2],
        {DAY: (3, 0, 0, False), DAYS[1]: (2, 0, 0, True), DAYS[3]: (1, 0, 0, False)},
    ),
    "held_before_its_rotated_content_comes": (
        [*HELD, {"auth.log": records(1, DAYS[2])}, {"auth.log.1": records(2, DAYS[1])}], [1, 2],
        {DAY: (3, 0, 0, False), DAYS[1]: (2, 0, 0, True), DAYS[2]: (1, 0, 0, True)},
    ),
    # Only the first copy of a held content at a rotated name is in time.
    "held_content_at_two_rotated_names": (
        [*HELD, {
            "auth.log.1": records(2, DAYS[1]), "auth.log.2": records(2, DAYS[1]), "auth.log": records(1, DAYS[2]),
        }], [1],
        {DAY: (3, 0, 0, False), DAYS[1]: (4, 2, 2, True), DAYS[2]: (1, 0, 0, False)},
    ),
    "held_till_its_rotated_content_that_grew_is_rotated": (
        [*HELD, {"auth.log": records(2, DAYS[2])}, {"auth.log.1": GROWN},
         {"auth.log.2": GROWN, "auth.log.1": records(2, DAYS[2]), "auth.log": records(1, DAYS[4])}], [1, 2, 3],
        {DAY: (3, 0, 0, False), DAYS[1]: (3, 0, 3, True), DAYS[2]: (2, 0, 0, True), DAYS[4]: (1, 0, 0, False)},
    ),
    # A rotation before the current content came releases nothing.
    "rotated_before_the_held_content": (
        [{"auth.log": records(3)}, {"auth.log.1": records(3), "auth.log": records(3, DAYS[1])},
         {"auth.log": records(2, DAYS[2])}, {"auth.log": records(2, DAYS[3])}], [2, 3, 4],
        {DAY: (3, 0, 0, False), DAYS[1]: (3, 0, 0, False)},
    ),
    # Two logs that held the same do not vouch for each other.
    "two_logs_with_the_same_content": (
        [{"a.ndjson": records(3), "b.ndjson": records(3)},
         {"a.ndjson": records(1, DAYS[1], "a"), "b.ndjson": records(1, DAYS[1], "b")}], [1, 2, 3, 4],
        {DAY: (6, 3, 0, False)},
    ),
    # Content that was read elsewhere is taken, and the content that it replaces counts on.
    "moved_onto_another_log": (
        [{"now.log": records(3), "before.log": records(2, prefix="old")},
         {"before.log": "now.log", "now.log": records(1, DAYS[1])}], [],
        {DAY: (5, 0, 0, False), DAYS[1]: (1, 0, 0, False)},
    ),
    "copied_and_the_first_deleted": (
        [{"a.ndjson": records(3)}, {"copy.ndjson": records(3), "a.ndjson": None}], [], {DAY: (6, 3, 3, False)},
    ),
    # A name of rotation alone takes nothing away.
    "replaced_at_a_rotated_name": (
        [{"auth.log.1": records(3), "auth.log": records(2, prefix="b")}, {"auth.log.1": records(2)}], [1, 2, 3, 4],
        {DAY: (5, 0, 0, False)},
    ),
    # An empty file that was read elsewhere takes nothing away.
    "emptied_like_another": (
        [{"a.ndjson": records(3), "b.ndjson": b""}, {"a.ndjson": b"", "b.ndjson": records(1, prefix="b")}],
        [1, 2, 3, 4], {DAY: (4, 0, 1, True)},
    ),
}  # fmt: skip


def land_night(folder: DataFolder, app: str, night: Night) -> None:
    for path, content in night.items():
        if isinstance(content, list):
            content = lines(row | {"app_key": app, "event_id": f"{app}-{row['event_id']}"} for row in content)
            content = gzip.compress(content) if path.endswith(".gz") else content
        if isinstance(content, bytes):
            folder.land(f"{app}/{path}", content)
        elif content:
            (folder.store.landing / app / content).replace(folder.store.landing / app / path)
        else:
            (folder.store.landing / app / path).unlink()


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[DataFolder, dict[str, list[int]]]:
    """Run after each night. Return the folder, and by app the nights after which one of its files is held."""
    folder = DataFolder(tmp_path_factory.mktemp("nights") / "data")
    held_after: dict[str, list[int]] = {app: [] for app in NIGHTS}
    for number, day in enumerate(DAYS):
        for app, (brought, *_) in NIGHTS.items():
            land_night(folder, app, brought[number] if number < len(brought) else {})
        folder.roll_up(day)
        for app in {entry.path.split("/")[0] for entry in folder.manifest.files if entry.status == "held"}:
            held_after[app].append(number)
    return folder, held_after


@pytest.mark.parametrize("app", NIGHTS)
def test_a_log_whose_content_was_replaced_is_held_until_it_was_only_rotated(
    nights: tuple[DataFolder, dict[str, list[int]]], app: str
) -> None:
    (folder, held_after), (_, expected_held, expected) = nights, NIGHTS[app]
    files = [entry for entry in folder.manifest.live_files() if entry.path.startswith(f"{app}/")]
    restated = {day for key, day in folder.restated("app_key, day") if key == app}
    found = {}
    for key, day, counted in folder.stored("outcome_daily", "app_key, day, records"):
        if key == app:
            rows = [entry.days[day] for entry in files if day in entry.days]
            accepted = sum(row.accepted for row in rows)
            found[day] = accepted, accepted - counted, sum(row.late for row in rows), day in restated
    assert (held_after[app], found) == (expected_held, expected)


def test_held_logs_are_named_with_the_records_that_their_days_would_lose(
    nights: tuple[DataFolder, dict[str, list[int]]],
) -> None:
    (named,) = held(nights[0])
    assert named.check_name == "held_files"
    assert "replaced_at_a_rotated_name/auth.log.1 (2026-03-10: -1)" in named.detail.en


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
