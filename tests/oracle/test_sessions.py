"""Compares every cell of the tables of sign-in sessions with the independent count, on random worlds of sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
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


def test_clocks_hours_apart_and_a_server_that_is_behind(folder: DataFolder) -> None:
    """Devices whose clocks are wrong by hours have the same sessions.

    If the clock of the server is minutes behind that of the devices, only the times change: they count as `negative`.
    Each case is an app of its own.
    """
    rows = []
    for app, hours, behind in (("usual", 0, 0), ("apart", 7, 0), ("behind", 0, 5)):
        for number in range(12):
            begun = datetime(2026, 3, 10, 8, number, tzinfo=ZONE) + timedelta(hours=hours if number % 2 else 0)
            for place, stage in enumerate(("page", "click", "authorize", "verify")):
                at = begun + timedelta(seconds=3 * place) - timedelta(minutes=behind if stage == "verify" else 0)
                fields = {"app_key": app, "device_id": f"d{number}", "stage": stage, "event_time": at.isoformat()}
                rows.append(record(f"{app}-{number}-{stage}", **fields))
    folder.land("log.ndjson", rows)
    folder.tables()

    def tables(app: str) -> dict[str, list[tuple[object, ...]]]:
        where = f"WHERE app_key = '{app}'"
        assert folder.rows(f"SELECT sum(direct), sum(sessions) FROM session_daily {where}") == [(12, 12)]
        found = {table: folder.rows(f"SELECT * EXCLUDE app_key FROM {table} {where}") for table in SESSION_TABLES}
        times = "SELECT step, sessions, p50_ms, negative FROM session_times_daily"
        return found | {"times": folder.rows(f"{times} {where} ORDER BY step")}

    usual, apart, behind = tables("usual"), tables("apart"), tables("behind")
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
    many = 5_000
    times = [f"{DAY}T{place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}+08:00" for place in range(many)]
    fields = {"app_key": "constant", "stage": "page", "attempt_id": "undefined"}
    rows = [record(f"a{place}", event_time=time, **fields) for place, time in enumerate(times)]
    rows += [record(f"d{place}", event_time=time, stage="page", device_id="d1") for place, time in enumerate(times)]
    rows += [record(f"e{place}", stage="page", app_key="equal", device_id="d1") for place in range(many)]
    folder.land("log.ndjson", rows)
    folder.roll_up()
    assert folder.stored("session_books", "app_key, records, sessions") == [
        ("constant", many, 1), ("equal", many, 1), ("shop", many, 1),
    ]  # fmt: skip
