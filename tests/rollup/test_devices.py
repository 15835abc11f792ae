"""Counting the devices and sessions of a day in several ranges gives the same tables as in one."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from pipelines.engines import steps
from pipelines.engines.duckdb import sessions
from pipelines.engines.steps import hash_ranges
from pipelines.rollup import batches
from tests.support import DAY, CopyOf, DataFolder, record


@pytest.mark.parametrize(("records", "ranges"), [(0, 1), (1_000_000, 1), (20_000_000, 5), (100_000_000, 21)])
def test_ranges_hold_every_hash_once(records: int, ranges: int) -> None:
    made = hash_ranges(records, 3 * 10**9)
    assert len(made) == ranges
    assert (made[0][0], made[-1][1]) == (-(1 << 63), (1 << 63) - 1)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(made))
    # Less memory than a range may take gives more ranges.
    assert len(hash_ranges(20_000_000, 10**8)) == 41


BEFORE = DAY - timedelta(days=1)
# A day without a sign-in record, after one with some: nothing is written.
EARLIEST = BEFORE - timedelta(days=1)


def three_days(folder: DataFolder) -> None:
    channels = ("one_click", "qq", "weibo")
    devices: list[dict[str, object]] = [{"device_id": "d"}, {"device_id": "d", "attempt_id": "a"}, {"attempt_id": "a"}]
    land = [
        record(
            f"{n}", (DAY, BEFORE)[n // 400], app_key=f"app{n % 3}", channel=channels[n % 2 + n % 5 // 4],
            stage=("authorize", "page")[n % 7 // 6],
            **{name: f"{text}{n % 40}" for name, text in devices[n % 11 % 3].items()},
        )
        for n in range(800)
    ]  # fmt: skip
    folder.land("a.ndjson", [*land, record("x", EARLIEST, stage="prefetch")])
    folder.roll_up()


@pytest.mark.parametrize("fits", [True, False])
def test_a_day_of_several_ranges_has_the_same_tables(
    fits: bool, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fits` is whether all subjects of a day fit in memory; else they are written to files by range."""
    folder = copy_of(three_days)
    days = frozenset({EARLIEST, BEFORE, DAY})
    contents = {day: folder.manifest.days[day].content for day in days}
    seen = []

    def several(records: int, memory: int) -> list[tuple[int, int]]:
        seen.append(records)
        return hash_ranges(10**7, 10**9)

    monkeypatch.setattr(steps, "hash_ranges", several)
    monkeypatch.setattr(sessions, "hash_ranges", several)
    # The newest day fits in any case: the same connection then makes a table with the name of a view.
    monkeypatch.setattr(sessions, "fit_in_memory", lambda _records, _memory: fits or len(seen) > 4)
    monkeypatch.setattr(batches, "MOST_RECORDS", 1)
    folder.roll_up(forced=days)
    # Once for the subjects of sign-ins, once for the devices.
    assert seen == [1, 1, 400, 400, 400, 400]
    assert {day: folder.manifest.days[day].content for day in days} == contents
    assert folder.stored("channel_daily", "sum(devices)") > [(0,)]
    assert folder.stored("session_books", "sum(sessions)") > [(0,)]
    assert not any(folder.store.temp.rglob("*.parquet"))
