"""The traces of all users of a random world add up to the published sessions."""

from __future__ import annotations

from collections import Counter

import pytest

from lab.worlds.random_sign_ins import DAYS, World
from pipelines.common.days import Window
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import load_settings
from pipelines.tracing.trace import TraceInputs, TraceRequest, trace
from pipelines.tracing.traced import TracedSession
from pipelines.tracing.wanted import Wanted
from tests.oracle.test_sessions import folder_of
from tests.support import DAY, KEY, DataFolder

APP = "shop"
SEEDS = [36, *(pytest.param(seed, marks=pytest.mark.lab) for seed in (3, 10, 11, 16))]


@pytest.mark.parametrize("seed", SEEDS)
def test_sessions_of_all_users_are_those_that_are_published(seed: int, folder: DataFolder) -> None:
    world = World(seed)
    files = world.files()
    folder_of(world, folder)
    for name, rows in files.items():
        folder.land(name, rows)
    folder.tables(DAY)
    settings = load_settings(folder.root)
    registry = load_registry(folder.store.registry, settings.timezone)
    inputs = TraceInputs(folder.store, settings, registry, folder.manifest)
    rows = [row for of_file in files.values() for row in of_file if row["app_key"] == APP]
    ids = {
        (kind, str(row[name])) for kind, name in (("device", "device_id"), ("attempt", "attempt_id")) for row in rows
        if name in row
    }  # fmt: skip
    found: dict[tuple[object, ...], TracedSession] = {}
    for kind, text in sorted(ids):
        printed = trace(inputs, TraceRequest(APP, Window(*DAYS), Wanted(kind, text), KEY), DAYS)
        assert printed.left_out == 0
        for session in printed.sessions:
            first = next(one for one in session.records if one.copy_of is None)
            key = (session.day, first.event_id)
            same = found.setdefault(key, session)
            # Whichever id leads to it, a session has the same records.
            assert [one.event_id for one in session.records] == [one.event_id for one in same.records]
            assert (session.way, session.signed_in_by) == (same.way, same.signed_in_by)
    traced = Counter((one.day, one.entry_channel, one.way) for one in found.values())
    columns = ("direct", "retry", "other", "cut", "lost")
    sums = ", ".join(f"sum({name})::INTEGER" for name in columns)
    published = {
        (day, channel, way): count
        for day, channel, *counts in folder.rows(
            f"SELECT day, entry_channel, {sums} FROM session_daily WHERE app_key = '{APP}' GROUP BY ALL"
        )
        for way, count in zip(columns, counts, strict=True)
        if count
    }
    assert traced == published
