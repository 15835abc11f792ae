"""Counting the devices of a day in several ranges gives the same tables as in one, whatever the memory."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pipelines.engines import steps
from pipelines.engines.steps import device_ranges
from tests.support import DAY, DataFolder, record


@pytest.mark.parametrize(("records", "ranges"), [(0, 1), (1_000_000, 1), (20_000_000, 2), (100_000_000, 7)])
def test_ranges_hold_every_device_once(records: int, ranges: int) -> None:
    made = device_ranges(records, 3 * 10**9)
    assert len(made) == ranges
    ends = [(one["first_device"], one["last_device"]) for one in made]
    assert (ends[0][0], ends[-1][1]) == (-(1 << 63), (1 << 63) - 1)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ends))


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
    folder.tables()
    before = folder.manifest.days[DAY].content
    seen = []

    def several(records: int, memory: int) -> list[dict[str, int]]:
        seen.append(records)
        return device_ranges(7 * 10**9, 10**11)

    monkeypatch.setattr(steps, "device_ranges", several)
    folder.tables(forced=frozenset({DAY}))
    assert seen == [400]
    assert folder.manifest.days[DAY].content == before
    assert folder.rows("SELECT sum(devices)::INTEGER FROM channel_daily") > [(0,)]
