"""Makes a published database of any number of apps, for measuring the site: `python -m bench.published FILE APPS`.

The made-up counts go through the project's own mart statements, so that the tables agree with each other as they do
after a run. Sizes follow a long tail: some apps have a million records a day, most a few.
"""

import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from bench.published_extras import add_extras
from bench.published_sign_ins import add_sign_ins
from pipelines.contract.macros import contract_macros
from pipelines.contract.measures.sql import sql
from pipelines.contract.registry.registry import CODE_COLUMNS, load_registry
from pipelines.contract.tables.tables import TABLES
from pipelines.marts.empty_file import create_views
from pipelines.store.published_file import STORAGE_VERSION

AS_OF = date(2026, 3, 31)
DAYS = 62
# The tables of 100,000 apps would take 15 GB; what does not fit waits beside the target, and takes twice as long.
MEMORY = {"memory_limit": "6GB", "preserve_insertion_order": "false"}
_NAMES = ["示例商城", "重庆出行", "微光阅读", "Sample Shop", "北京生活", "云端相册", "Quick Bank", "音乐时光"]
# platform, channel, carrier, scheme place, weight: the lines of an app's detail a day.
_LINES = """(VALUES
    ('android', 'one_click', 'CMCC', 1, 40), ('android', 'one_click', 'CUCC', 1, 20),
    ('ios', 'one_click', 'CMCC', 2, 25), ('android', 'local_verify', 'CTCC', 1, 10),
    ('android', 'wechat', 'unknown', 1, 30), ('ios', 'qq', 'unknown', 2, 10), ('android', 'weibo', 'unknown', 1, 5)
) AS lines(platform, channel, carrier, scheme, weight)"""
# Each line of an app has one of three SDK versions.
_VERSION = "'2.' || (13 + hash(app_key, platform, channel, carrier) % 3) || '.0'"


def make_published(target: Path, apps: int) -> None:
    """Write a published database with `apps` apps, 62 days and about seven detail rows per app and day."""
    target.unlink(missing_ok=True)
    with (
        TemporaryDirectory(dir=target.parent) as folder,
        closing(duckdb.connect(config={**MEMORY, "temp_directory": folder})) as connection,
    ):
        connection.execute(f"ATTACH '{target}' AS out (STORAGE_VERSION '{STORAGE_VERSION}')")
        for table in TABLES.values():
            columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
            connection.execute(f"CREATE TABLE out.{table.name} ({columns})")
        _registry(connection, Path(folder), apps)
        _days(connection, Path(folder), apps)
        add_sign_ins(connection)
        add_extras(connection, AS_OF)
        connection.execute(contract_macros())
        for mart in ("usage_daily", "day_quality", "period_days", "periods", "login_trend", "login_trend_summary"):
            query = sql("pipelines.marts", mart)
            connection.execute(f"INSERT INTO out.{mart} BY NAME {query}", {"as_of": AS_OF} if "$as_of" in query else {})
        connection.execute(
            "INSERT INTO out.publication VALUES ($day, 1, '2026-04-01T02:31:07+08:00', 'Asia/Shanghai', $first, true)",
            {"day": AS_OF, "first": AS_OF - timedelta(days=DAYS - 1)},
        )
        create_views(connection, "out")
        connection.execute("CHECKPOINT out")


def _registry(connection: duckdb.DuckDBPyConnection, folder: Path, apps: int) -> None:
    connection.execute(
        """INSERT INTO out.apps
        SELECT format('app-{:06d}', i), $names[1 + i % len($names)] || ' ' || i,
            ['android', 'ios', 'harmony'][1 + i % 3],
            'account-' || i % 50, '2025-01-01', CASE WHEN i % 20 = 0 THEN 'disabled' ELSE 'enabled' END, true
        FROM range($apps) AS numbers(i)""",
        {"names": _NAMES, "apps": apps},
    )
    connection.execute("""INSERT INTO out.schemes
        SELECT app_key || '-s' || n, 'group', app_key, '方案 ' || n, 'com.example.' || replace(app_key, '-', '.') || n,
            'number;wechat', '2025-01-01'
        FROM out.apps, range(1, 3) AS schemes(n)""")
    connection.execute("CREATE VIEW registered_apps AS FROM out.apps")
    codes = [[row[name] for name in CODE_COLUMNS] for row in load_registry(Path(folder)).codes]
    connection.executemany(f"INSERT INTO out.result_codes VALUES ({', '.join('?' * len(CODE_COLUMNS))})", codes)


def _days(connection: duckdb.DuckDBPyConnection, folder: Path, apps: int) -> None:
    """Fill the day tables of all days: first `channel_detail_daily`, then the others as sums of it."""
    connection.execute(
        f"""INSERT INTO out.channel_detail_daily
        WITH numbered AS (
            -- App i has 1 / (i + 1) of the first one's records, and at least a few; weekends are weaker.
            SELECT
                i, app_key, $as_of::DATE - back::INTEGER AS day, platform, channel, carrier, scheme,
                1 + (weight
                    * (2 + 2000000 / (i * 40 + 100)) * (80 + hash(i, back, channel) % 40)
                    / 100
                    * CASE WHEN dayofweek($as_of::DATE - back::INTEGER) IN (0, 6) THEN 0.8 ELSE 1 END
                    / 10)::BIGINT AS asked
            FROM (SELECT row_number() OVER (ORDER BY app_key) - 1 AS i, app_key FROM out.apps),
                range({DAYS}) AS days(back), {_LINES}
        ), counted AS (
            SELECT *, asked * 85 // 100 AS won, asked * 10 // 100 AS cancelled FROM numbered
        )
        SELECT
            day, app_key, channel, platform, app_key || '-s' || scheme,
            'com.example.' || replace(app_key, '-', '.') || scheme, carrier,
            CASE WHEN channel = 'local_verify' THEN 0 ELSE asked END,
            CASE WHEN channel = 'local_verify' THEN 0 ELSE won END,
            CASE WHEN channel = 'local_verify' THEN 0 ELSE cancelled END,
            CASE WHEN channel = 'local_verify' THEN 0 ELSE asked - won - cancelled END,
            CASE WHEN channel IN ('one_click', 'local_verify') THEN asked ELSE 0 END,
            CASE WHEN channel IN ('one_click', 'local_verify') THEN won ELSE 0 END,
            0, 0,
            CASE WHEN channel IN ('one_click', 'local_verify') THEN won ELSE 0 END
        FROM counted
        ORDER BY ALL""",
        {"as_of": AS_OF},
    )
    connection.execute("""INSERT INTO out.channel_daily BY NAME
        SELECT day, app_key, channel, sum(COLUMNS(* EXCLUDE (day, app_key, channel, platform, scheme_id, package_name,
            carrier))), 10 AS devices, (300 + hash(app_key, day) % 200)::INTEGER AS latency_p50_ms,
            (900 + hash(app_key, day) % 500)::INTEGER AS latency_p95_ms
        FROM out.channel_detail_daily GROUP BY day, app_key, channel ORDER BY day, app_key, channel""")
    connection.execute("""INSERT INTO out.latency_daily
        SELECT day, channel, sum(authorization_requests), 400, 1200 FROM out.channel_daily GROUP BY ALL ORDER BY ALL""")
    connection.execute(f"""INSERT INTO out.outcome_daily
        SELECT day, app_key, channel, CASE channel WHEN 'local_verify' THEN 'verify' ELSE 'authorize' END, platform,
            carrier, {_VERSION}, outcome, CASE WHEN channel IN ('wechat', 'qq', 'weibo') THEN channel ELSE 'umeng' END,
            code, records
        FROM (
            SELECT *, unnest([authorizations, authorizations_cancelled, authorizations_failed]) AS records,
                unnest(['success', 'cancelled', 'carrier_error']) AS outcome,
                unnest(['600000', '700000', '600011']) AS code
            FROM out.channel_detail_daily WHERE channel <> 'local_verify'
        ) WHERE records > 0 ORDER BY ALL""")
    devices = folder / "app_devices.parquet"
    connection.sql("SELECT day, app_key, 20 AS devices FROM out.channel_daily GROUP BY ALL").write_parquet(str(devices))
    connection.execute("SET VARIABLE app_devices_files = $files", {"files": [str(devices)]})
    connection.execute("""CREATE TABLE day_books AS
        SELECT day, sum(records)::BIGINT AS accepted, sum(records)::BIGINT AS counted, 0 AS unmapped, 0 AS late,
            false AS are_sessions_restated
        FROM out.outcome_daily GROUP BY day""")
    connection.execute(
        "CREATE TABLE usual_volumes AS "
        "SELECT day, accepted AS usual_records, false AS is_holiday, false AS is_short FROM day_books"
    )


if __name__ == "__main__":
    make_published(Path(sys.argv[1]), int(sys.argv[2]))
