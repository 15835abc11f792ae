"""At least nine in ten planted incidents of every kind are found in simulated worlds, with hardly any false ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import polars as pl
import pytest

from lab.incidents.finding import found_in
from lab.incidents.installation import Noise
from lab.incidents.score import Score, score
from lab.incidents.tally import channel_daily
from lab.incidents.world import World, world

SEEDS = range(4)


def found_in_world(made: World) -> list[dict[str, Any]]:
    """Return the incidents that are found in a world as rows of `incidents`, with the columns that the score reads.

    Each request of a world has its own device.
    """
    devices = pl.max_horizontal("authorization_requests", "verification_requests", 1)
    counts = channel_daily(made.outcome_daily).with_columns(devices.alias("devices"))
    days = tuple(made.day_states["day"])
    missing = made.day_states.filter(pl.col("day_state") == "missing")["day"].to_list()
    with duckdb.connect() as connection:
        connection.register("outcome_daily", made.outcome_daily)
        return found_in(connection, counts, days, missing)


def test_nine_of_ten_of_every_kind_are_found_and_at_most_one_is_false() -> None:
    planted: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    total = Score()
    for seed in SEEDS:
        made = world(seed)
        mine = [one for one in made.planted if one.kind != "data"]
        scored = score(mine, found_in_world(made))
        total += scored
        for counter, every in ((planted, mine), (missed, [miss.planted for miss in scored.misses])):
            counter.update(kind for one in every for kind in (one.story, one.state))
    assert planted.total() > 15 * len(SEEDS)
    assert [kind for kind, number in planted.items() if missed[kind] > number / 10] == [], total.report()
    assert len(total.false) <= 1, total.report()


@pytest.mark.parametrize(("size", "noise"), [("tiny", "usual"), ("small", "noisy"), ("medium", "usual")])
def test_ninety_days_without_a_fault_have_at_most_one_incident(size: str, noise: Noise) -> None:
    for seed in SEEDS:
        found = found_in_world(world(300 + seed, size=size, days=90, noise=noise, quiet=True))
        assert len([one for one in found if one["part_of"] is None]) <= 1
