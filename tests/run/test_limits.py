"""The tables of the last 30 days are computed with the current limits, late records included, and older days have no
limits.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.run.verify import verify
from tests.support import DAY, CopyOf, DataFolder, days_before, record

FIRST, OLD = DAY - timedelta(days=29), DAY - timedelta(days=30)
COLUMNS = "day, limit_id, requests::INTEGER, blocked::INTEGER"
ROWS = f"SELECT {COLUMNS} FROM limit_daily"
LIMIT = "limit_id,key,max_requests,window\n{}\n"


def a_limited_device(folder: DataFolder) -> None:
    folder.write("registry/limits.csv", LIMIT.format("one,device,1,day"))
    folder.land("a.ndjson", [
        record(f"{day}-{number}", day, stage="verify", device_id="d")
        for day in (OLD, FIRST, DAY) for number in range(3)
    ])  # fmt: skip
    folder.tables()


@pytest.fixture
def limited(copy_of: CopyOf) -> DataFolder:
    """Return a folder with three records of one device on each of three days: the newest, the oldest whose limits are
    published, and the day before that one.
    """
    return copy_of(a_limited_device)


def test_the_last_thirty_days_are_published(limited: DataFolder) -> None:
    assert limited.rows(ROWS) == [(day, "one", 3, 2) for day in (FIRST, DAY)]
    for table in ("repeat_daily", "repeat_top"):
        assert limited.rows(f"SELECT DISTINCT day FROM {table} ORDER BY day") == [(FIRST,), (DAY,)]


def test_another_limit_is_tried_on_the_last_days_alone(limited: DataFolder) -> None:
    limited.write("registry/limits.csv", LIMIT.format("two,device,2,day"))
    assert limited.tables().days == [FIRST, DAY]
    assert limited.rows(ROWS) == [(day, "two", 3, 1) for day in (FIRST, DAY)]
    assert limited.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert limited.roll_up().days == []
    # The tables of the older day are as they were, and nobody takes them for damaged.
    run = limited.open()
    assert verify(run.store, run.settings, run.registry, None).differences == []


def test_without_the_file_there_are_the_defaults_and_without_a_row_none(limited: DataFolder) -> None:
    def of_the_newest_day() -> list[tuple[object, ...]]:
        limited.roll_up()
        return [row[1:] for row in limited.stored("limit_daily", COLUMNS) if row[0] == DAY]

    limited.write("registry/limits.csv", LIMIT.format("one,device,0,day"))
    assert of_the_newest_day() == []
    (limited.store.registry / "limits.csv").unlink()
    assert of_the_newest_day() == [("device_10_day", 3, 0), ("phone_10_day", 3, 0), ("phone_1_30s", 3, 0)]


def test_the_next_day_takes_its_place_and_late_records_count(limited: DataFolder) -> None:
    after = DAY + timedelta(days=1)
    limited.land("b.ndjson", [record(f"b{day}", day, stage="verify", device_id="d") for day in (DAY, after)])
    limited.tables(after)
    assert limited.rows(ROWS) == [(DAY, "one", 4, 3), (after, "one", 1, 0)]
    assert limited.rows(f"SELECT requests::INTEGER FROM repeat_top WHERE day = DATE '{DAY}'") == [(4,)]


def test_a_day_before_is_no_counter_of_the_next(folder: DataFolder) -> None:
    folder.write("registry/limits.csv", LIMIT.format("one,device,1,86400"))
    times = {"a": f"{days_before(DAY, 1)}T23:59:59.999", "b": f"{DAY}T00:00:00.000", "c": f"{DAY}T23:59:59.999"}
    folder.land(
        "a.ndjson",
        [record(name, stage="verify", device_id="d", event_time=f"{time}+08:00") for name, time in times.items()],
    )
    folder.roll_up()
    assert folder.stored("limit_daily", COLUMNS) == [(days_before(DAY, 1), "one", 1, 0), (DAY, "one", 2, 1)]
