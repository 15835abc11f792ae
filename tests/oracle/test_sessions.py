"""Every cell of the tables of sign-in sessions against the independent count, over random worlds of sign-ins."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.oracle import counts, records, sessions
from tests.oracle.random_sign_ins import DAYS, World
from tests.oracle.test_independent_count import CODES, SESSION_KEYS, differences, published
from tests.support import DAY, KEY, DataFolder, record

ZONE = ZoneInfo("Asia/Shanghai")
NO_LIMIT = records.limits(DAY, 2**62, ZONE, KEY)._replace(oldest_ms=0)
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.length) for seed in range(4, 24))]


def folder_of(world: World, folder: DataFolder) -> DataFolder:
    folder.write("authmeter.toml", world.settings)
    folder.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\ngame,G,harmony,,,\n")
    return folder


def assert_as_counted(folder: DataFolder, minutes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads the landing folder independently, and compares each cell of the six tables."""
    monkeypatch.setattr(records, "CHANNELS", (*records.CHANNELS, "apple"))
    landing = records.read_landing(folder.store.landing, NO_LIMIT)
    apps = counts.read_apps(folder.root / "registry" / "apps.csv")
    _, kept = counts.deduplicated(landing.records, DAY, ZONE)
    expected = sessions.session_tables((counts.resolve(r, day, apps, CODES) for day, r in kept), minutes, ZONE)
    report: list[str] = []
    for table, key in SESSION_KEYS.items():
        columns = expected[table][0] if expected[table] else key
        report += [
            f"{table}: {line}" for line in differences(expected[table], published(folder.root, table, columns), key)
        ]
    assert not report, "\n".join(report[:40])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_of_sign_ins(seed: int, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files come over three runs, so that some are late."""
    world = World(seed)
    folder_of(world, folder)
    for place, (name, rows) in enumerate(world.files().items()):
        folder.land(name, rows)
        folder.tables(DAYS[min(place, 1)])
    assert_as_counted(folder, world.minutes, monkeypatch)


@pytest.mark.parametrize("seed", [100, *(pytest.param(seed, marks=pytest.mark.length) for seed in range(101, 110))])
def test_sums_and_files(seed: int, tmp_path: Path) -> None:
    """Ways sum to sessions, sessions with a failure are those of the paths, and other files change nothing."""
    world = World(seed)
    files = list(world.files().values())
    rows = [row for of_file in files for row in of_file]
    one, other = (DataFolder(tmp_path / name) for name in ("one", "other"))
    folder_of(world, one).land("all.ndjson", rows)
    folder_of(world, other)
    for place in range(7):
        other.land(f"{place}.ndjson", rows[place::7])
    tables = {}
    for folder in (one, other):
        folder.tables(DAY)
        tables[folder.root.name] = {name: folder.rows(f"FROM {name}") for name in SESSION_KEYS}
    assert tables["one"] == tables["other"]
    assert one.rows("SELECT * FROM session_daily WHERE direct + retry + other + cut + lost <> sessions") == []
    assert one.rows("SELECT sum(sessions) FROM session_daily") == one.rows("SELECT sum(sessions) FROM session_books")
    ways = ("retry", "cut", "lost")
    of_ways = ", ".join(f"coalesce(sum({way}), 0)" for way in ways)
    of_paths = ", ".join(f"coalesce(sum(sessions) FILTER (way = '{way}'), 0)" for way in ways)
    ((retry, cut, lost),) = one.rows(f"SELECT {of_ways} FROM session_daily")
    ((failed_retry, failed_cut, failed_lost),) = one.rows(f"SELECT {of_paths} FROM session_paths_daily")
    assert failed_retry == retry
    assert failed_cut <= cut
    assert failed_lost <= lost
    assert one.rows("SELECT sum(sessions) FROM session_stops_daily") == [(lost or None,)]


def test_one_attempt_and_one_device_of_many_records(folder: DataFolder) -> None:
    """A constant in place of an attempt, and a device that never stops, are one session each, at no great cost."""
    many = 20_000
    times = [f"{DAY}T{place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}+08:00" for place in range(many)]
    fields = {"app_key": "constant", "stage": "page", "attempt_id": "undefined"}
    rows = [record(f"a{place}", event_time=time, **fields) for place, time in enumerate(times)]
    rows += [record(f"d{place}", event_time=time, stage="page", device_id="d1") for place, time in enumerate(times)]
    rows += [record(f"e{place}", stage="page", app_key="equal", device_id="d1") for place in range(many)]
    folder.land("log.ndjson", rows)
    folder.tables()
    assert folder.rows("SELECT app_key, records, sessions FROM session_books") == [
        ("constant", many, 1),
        ("equal", many, 1),
        ("shop", many, 1),
    ]
