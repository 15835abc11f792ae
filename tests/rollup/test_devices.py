"""Devices of a day: in several ranges the same tables, whatever the memory; the busiest one, where it matters."""

from __future__ import annotations

from itertools import pairwise

import duckdb
import pytest

from pipelines.common.sql import sql
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


@pytest.mark.parametrize("records_of_one", [1, 30, 199, 200, 5000])
def test_the_busiest_device_is_counted_where_it_has_a_hundredth(records_of_one: int) -> None:
    connection = duckdb.connect()
    # One device beside others with a record each, of which some share a set with it and some with each other.
    connection.execute(
        "CREATE TABLE device_records AS "
        "SELECT 1 AS channel, 0 AS device_high, 4096 * 7 + 5 AS device_low, 1 AS records FROM range($n) "
        "UNION ALL SELECT 1, 1, range * 3, 1 FROM range(20000 - $n)",
        {"n": records_of_one},
    )
    connection.execute(f"CREATE TABLE busy_sets AS {sql('pipelines.rollup', 'busy_sets')}")
    ((channel, found),) = connection.execute(sql("pipelines.rollup", "busiest_devices")).fetchall()
    assert channel == 1
    if records_of_one * 100 >= 20000:
        assert found == records_of_one
    else:
        assert records_of_one <= found < 200
