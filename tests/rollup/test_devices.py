"""Counting the devices and sessions of a day in several ranges gives the same tables as in one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pipelines.engines import steps
from pipelines.engines.steps import hash_ranges
from tests.support import DAY, DataFolder, record


@pytest.mark.parametrize(("records", "ranges"), [(0, 1), (1_000_000, 1), (20_000_000, 5), (100_000_000, 21)])
def test_ranges_hold_every_hash_once(records: int, ranges: int) -> None:
    made = hash_ranges(records, 3 * 10**9)
    assert len(made) == ranges
    assert (made[0][0], made[-1][1]) == (-(1 << 63), (1 << 63) - 1)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(made))
    # Less memory than a range may take gives more ranges.
    assert len(hash_ranges(20_000_000, 10**8)) == 41


def test_a_day_of_several_ranges_has_the_same_tables(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    channels = ("one_click", "qq", "weibo")
    folder.land(
        "a.ndjson",
        [
            record(
                str(n), app_key=f"app{n % 3}", channel=channels[n % 2 + n % 5 // 4], device_id=f"d{n % 40}",
                stage=("authorize", "page")[n % 7 // 6],
            )
            for n in range(400)
        ],
    )  # fmt: skip
    folder.roll_up()
    before = folder.manifest.days[DAY].content
    seen = []

    def several(records: int, memory: int) -> list[tuple[int, int]]:
        seen.append(records)
        return hash_ranges(7 * 10**7, memory)

    monkeypatch.setattr(steps, "hash_ranges", several)
    folder.roll_up(forced=frozenset({DAY}))
    # Once for the subjects of sign-ins, once for the devices.
    assert seen == [400, 400]
    assert folder.manifest.days[DAY].content == before
    assert folder.stored("channel_daily", "sum(devices)") > [(0,)]
