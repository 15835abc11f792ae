"""Compares every cell of the tables of sign-in sessions with the independent count, on random worlds of sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import duckdb
import pytest

from lab.as_counted import CODES, KEYS, SESSION_TABLES, differences, published
from lab.oracle import counts, records, sessions
from lab.worlds.random_sign_ins import DAYS, World
from tests.support import DAY, KEY, DataFolder, record

ZONE = ZoneInfo("Asia/Shanghai")
NO_LIMIT = records.limits(DAY, 2**62, ZONE, KEY)._replace(oldest_ms=0)
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.lab) for seed in (0, *range(2, 24)))]


def folder_of(world: World, folder: DataFolder) -> DataFolder:
    folder.write("authmeter.toml", world.settings)
    folder.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\ngame,G,harmony,,,\n")
    return folder


def assert_as_counted(folder: DataFolder, minutes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the sessions of the landing folder independently, and compare each cell of the six tables."""
    monkeypatch.setattr(records, "CHANNELS", (*records.CHANNELS, "apple"))
    landing = records.read_landing(folder.store.landing, NO_LIMIT)
    apps = counts.read_apps(folder.root / "registry" / "apps.csv")
    _, kept = counts.deduplicated(landing.records, DAY, ZONE)
    expected = sessions.session_tables((counts.resolve(r, day, apps, CODES) for day, r in kept), minutes, ZONE)
    report: list[str] = []
    for table in SESSION_TABLES:
        key = KEYS[table]
        columns = expected[table][0] if expected[table] else key
        report += [
            f"{table}: {line}" for line in differences(expected[table], published(folder.root, table, columns), key)
        ]
    assert not report, "\n".join(report[:40])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_of_sign_ins(seed: int, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files arrive in three runs, so that some records are late."""
    world = World(seed)
    folder_of(world, folder)
    for place, (name, rows) in enumerate(world.files().items()):
        folder.land(name, rows)
        folder.roll_up(DAYS[min(place, 1)])
    folder.tables(DAYS[1])
    assert_as_counted(folder, world.minutes, monkeypatch)


@pytest.mark.parametrize(
    "seed", [103, *(pytest.param(seed, marks=pytest.mark.lab) for seed in (*range(100, 103), *range(104, 110)))]
)
def test_ways_and_paths_add_up_and_other_files_of_the_same_records_change_nothing(seed: int, tmp_path: Path) -> None:
    world = World(seed)
    files = list(world.files().values())
    rows = [row for of_file in files for row in of_file]
    one, other = (DataFolder(tmp_path / name) for name in ("one", "other"))
    folder_of(world, one).land("all.ndjson", rows)
    folder_of(world, other)
    draw = Random(seed)
    for place in range(7):
        # Several files may have the same record, and each file has its own order.
        some = [row for row in rows if draw.random() < 0.3]
        other.land(f"{place}.ndjson", draw.sample(some, len(some)))
    other.land("rest.ndjson", draw.sample(rows, len(rows)))
    tables = {}
    for folder in (one, other):
        folder.tables(DAY)
        tables[folder.root.name] = {name: folder.rows(f"FROM {name}") for name in SESSION_TABLES}
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


SHIFT = timedelta(seconds=97)


@pytest.mark.parametrize(
    ("seed", "name"),
    [
        (202, "calm"),
        *(pytest.param(seed, "calm", marks=pytest.mark.lab) for seed in (200, 201, 203, 204, 205)),
        *(pytest.param(seed, "all", marks=pytest.mark.lab) for seed in range(200, 206)),
    ],
)
def test_an_app_whose_records_all_come_seconds_later_has_the_same_tables(seed: int, name: str, tmp_path: Path) -> None:
    """The tables are equal except for sessions near the end of the day, which count as cut there instead of lost."""
    world = World(seed)
    end = datetime(2026, 3, 11, tzinfo=ZONE)
    rows = [row for row in world.rows() if time_of(row).date() == DAY and time_of(row) + SHIFT < end]
    calm = [row for row in rows if time_of(row) + SHIFT + timedelta(minutes=world.minutes) < end]
    assert len(calm) > 30
    chosen = calm if name == "calm" else rows
    found = []
    for side, shift in (("before", timedelta()), ("after", SHIFT)):
        folder = folder_of(world, DataFolder(tmp_path / side))
        moved = [
            row | {"event_time": (time_of(row) + shift).isoformat()} if row["app_key"] == "shop" else row
            for row in chosen
        ]
        given = [{key: value for key, value in row.items() if value is not None} for row in moved]
        folder.land("log.ndjson", given)
        folder.tables(DAY)
        found.append({table: folder.rows(f"FROM {table}") for table in SESSION_TABLES})
        sums = "sum(sessions), sum(direct), sum(retry), sum(other), sum(cut + lost), sum(unchecked)"
        found[-1]["sums"] = folder.rows(f"SELECT app_key, {sums} FROM session_daily GROUP BY app_key ORDER BY ALL")
    before, after = found
    differing = {table for table in before if before[table] != after[table]}
    assert differing <= (set() if name == "calm" else {"session_daily", "session_paths_daily", "session_stops_daily"})


def time_of(row: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(row["event_time"])).astimezone(ZONE)


def test_clocks_hours_apart_and_a_server_that_is_behind(tmp_path: Path) -> None:
    """Devices whose clocks are wrong by hours have the same sessions.

    If the clock of the server is minutes behind that of the devices, only the times change: they count as `negative`.
    """

    def tables(name: str, hours: int, behind: int) -> dict[str, list[tuple[object, ...]]]:
        folder = DataFolder(tmp_path / name)
        rows = []
        for number in range(12):
            begun = datetime(2026, 3, 10, 8, number, tzinfo=ZONE) + timedelta(hours=hours if number % 2 else 0)
            for place, stage in enumerate(("page", "click", "authorize", "verify")):
                at = begun + timedelta(seconds=3 * place) - timedelta(minutes=behind if stage == "verify" else 0)
                fields = {"device_id": f"d{number}", "stage": stage, "event_time": at.isoformat()}
                rows.append(record(f"{number}-{stage}", **fields))
        folder.land("log.ndjson", rows)
        folder.tables()
        found = {table: folder.rows(f"FROM {table}") for table in SESSION_TABLES}
        assert folder.rows("SELECT sum(direct), sum(sessions) FROM session_daily") == [(12, 12)]
        times = "SELECT step, sessions, p50_ms, negative FROM session_times_daily WHERE app_key = 'shop' ORDER BY step"
        return found | {"times": folder.rows(times)}

    usual, apart, behind = tables("usual", 0, 0), tables("apart", 7, 0), tables("behind", 0, 5)
    assert apart == usual
    assert usual["times"] == [
        ("authorize_verify", 12, 3000, 0), ("click_authorize", 12, 3000, 0), ("page_click", 12, 3000, 0),
        ("page_signed_in", 12, 9000, 0),
    ]  # fmt: skip
    assert behind["times"] == [
        ("authorize_verify", 0, None, 12), ("click_authorize", 12, 3000, 0), ("page_click", 12, 3000, 0),
        ("page_signed_in", 0, None, 12),
    ]  # fmt: skip
    others = {*SESSION_TABLES} - {"session_times_daily"}
    assert {table: behind[table] for table in others} == {table: usual[table] for table in others}


@pytest.mark.lab
def test_a_device_of_100_000_records_and_an_attempt_of_300_000(folder: DataFolder) -> None:
    """In the app `constant`, all records have the same attempt, and half of them have no device.

    Records without a device belong to the first device of the attempt, so a constant attempt does not multiply records.
    """
    folder.store.landing.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"""
        COPY (
            SELECT
                'd' || place AS event_id,
                strftime(TIMESTAMP '{DAY} 00:00:00' + to_milliseconds(place * 800), '%Y-%m-%dT%H:%M:%S.%g+08:00')
                    AS event_time,
                'busy' AS app_key, 'one_click' AS channel, 'page' AS stage, 'success' AS outcome, 'd1' AS device_id,
                NULL AS attempt_id
            FROM range(100_000) AS places(place)
            UNION ALL BY NAME
            SELECT
                'a' || place AS event_id,
                strftime(TIMESTAMP '{DAY} 08:00:00' + to_milliseconds(place), '%Y-%m-%dT%H:%M:%S.%g+08:00')
                    AS event_time,
                'constant' AS app_key, 'one_click' AS channel, 'page' AS stage, 'success' AS outcome,
                CASE WHEN place % 2 = 0 THEN 'd' || place % 1000 END AS device_id,
                'undefined' AS attempt_id
            FROM range(300_000) AS places(place)
        ) TO '{folder.store.landing / "log.parquet"}' (FORMAT parquet)""")
    folder.tables()
    assert folder.rows("SELECT app_key, records, without_subject, sessions FROM session_books ORDER BY ALL") == [
        ("busy", 100_000, 0, 1), ("constant", 300_000, 0, 500),
    ]  # fmt: skip
    assert folder.rows("SELECT app_key, sum(sessions), sum(page), sum(signed_in) FROM funnel_daily GROUP BY ALL "
                       "ORDER BY ALL") == [("busy", 1, 1, 0), ("constant", 500, 500, 0)]  # fmt: skip
    assert folder.rows("SELECT sum(lost), sum(sessions) FROM session_daily") == [(501, 501)]


def test_one_attempt_and_one_device_of_many_records(folder: DataFolder) -> None:
    """A constant attempt, and a device with records all day, are one session each, and are computed quickly."""
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
