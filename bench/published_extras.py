"""Fills the tables of packages, limits, consoles, bills and incidents in a made-up published database.

`published.py` makes the day tables.
"""

from datetime import date

import duckdb

# Number of the largest apps that draw from packages and have calls that a limit would have blocked.
LARGEST = 500
# Every so many-th app has an incident, which is open in a quarter of them.
INCIDENT_EVERY = 50

_ACCOUNTS = "(SELECT DISTINCT account_id FROM out.apps) AS accounts"
_USES = f"""(
    SELECT day, account_id, app_key, sum(billable_verifications)::BIGINT AS uses
    FROM out.channel_daily JOIN (FROM out.apps ORDER BY app_key LIMIT {LARGEST}) AS apps USING (app_key)
    GROUP BY ALL
    HAVING uses > 0
) AS uses"""
_PACKAGES = f"""
    SELECT account_id || '-' || kind AS resource_package_id, account_id, kind,
        ('2026-01-01'::DATE + kind::INTEGER * 20)::TIMESTAMPTZ AS purchased_at,
        ('2026-05-01'::DATE + kind::INTEGER * 20)::TIMESTAMPTZ AS expires_at,
        (coalesce((SELECT sum(uses) FROM {_USES} WHERE uses.account_id = accounts.account_id), 0)::BIGINT + 1000)
            AS quantity
    FROM {_ACCOUNTS}, range(1, 3) AS kinds(kind)"""

_STATEMENTS = (
    """INSERT INTO out.resource_package_usage
    SELECT day, account_id, app_key, account_id || '-' || (1 + day_number % 2), uses
    FROM (SELECT *, day - '2026-01-01'::DATE AS day_number FROM {uses})
    ORDER BY ALL""",
    """INSERT INTO out.resource_package_daily
    WITH used AS (
        SELECT day, resource_package_id, sum(uses)::BIGINT AS used FROM out.resource_package_usage GROUP BY ALL
    ), left_over AS (
        SELECT day, resource_package_id, account_id, quantity, coalesce(used, 0) AS used,
            quantity - sum(coalesce(used, 0)) OVER (PARTITION BY resource_package_id ORDER BY day)::BIGINT AS remaining
        FROM ({packages}) CROSS JOIN (SELECT DISTINCT day FROM out.channel_daily)
        LEFT JOIN used USING (day, resource_package_id)
    )
    SELECT day, resource_package_id, account_id, remaining + used, 0, used, 0, 0, remaining
    FROM left_over
    ORDER BY ALL""",
    """INSERT INTO out.resource_packages
    SELECT resource_package_id, account_id, quantity, purchased_at, expires_at, 1000, quantity - remaining, 0, 0,
        remaining, 'active', 0, NULL, remaining // 2, remaining // 4, remaining, NULL
    FROM ({packages}) JOIN out.resource_package_daily USING (resource_package_id, account_id)
    WHERE day = $as_of
    ORDER BY ALL""",
    """INSERT INTO out.resource_package_forecast
    SELECT account_id, sum(remaining)::BIGINT, sum(quantity)::BIGINT, sum(used)::BIGINT // 2, $as_of::DATE + 20,
        $as_of::DATE + 16, $as_of::DATE + 26, $as_of::DATE + 9, sum(quantity)::BIGINT, 0.8, 1.0, 1.25, 0.8, 5
    FROM out.resource_packages
    GROUP BY account_id
    ORDER BY account_id""",
    """INSERT INTO out.limit_daily
    SELECT day, limit_id, app_key, uses, uses, greatest(uses // 2, 1), uses // 50, uses // 60, uses // 200, uses // 100
    FROM {uses}, (SELECT unnest(['device_10_day', 'phone_10_day', 'phone_1_30s']) AS limit_id)
    WHERE day > $as_of::DATE - 30
    ORDER BY ALL""",
    """INSERT INTO out.repeat_daily
    SELECT day, app_key, key, requests_class, greatest(uses // 4, 1), uses, uses
    FROM {uses}, (SELECT unnest(['device', 'phone']) AS key), (SELECT unnest(['1', '2', '6-10']) AS requests_class)
    WHERE day > $as_of::DATE - 30
    ORDER BY ALL""",
    """INSERT INTO out.repeat_top
    SELECT day, key, rank, format('app-{{:06d}}', rank), md5(key || rank || day), 200 - rank, 190 - rank,
        day::TIMESTAMPTZ, day::TIMESTAMPTZ + INTERVAL 8 HOUR
    FROM (SELECT DISTINCT day FROM out.limit_daily), (SELECT unnest(['device', 'phone']) AS key),
        range(1, 21) AS ranks(rank)
    ORDER BY ALL""",
    """INSERT INTO out.reconciliation_daily BY NAME
    SELECT day, account_id, '*' AS app_key, 'one_click' AS channel, 'total' AS measure,
        sum(uses)::BIGINT + gap AS console, sum(uses)::BIGINT AS log, gap AS difference, 10 AS tolerance,
        CASE gap WHEN 0 THEN 'within' ELSE 'unexplained' END AS cause, 0 AS explained, gap AS unexplained
    FROM (SELECT *, CASE WHEN hash(account_id, day) % 9 = 0 THEN 40 ELSE 0 END AS gap FROM {uses})
    WHERE day > $as_of::DATE - 30
    GROUP BY day, account_id, gap
    ORDER BY ALL""",
    """INSERT INTO out.reconciliation_monthly BY NAME
    SELECT '2026-02-01'::DATE AS month, account_id, 'one_click' AS channel, 'quantity' AS measure,
        sum(uses)::BIGINT AS log, sum(uses)::BIGINT AS console, sum(uses)::BIGINT AS bill, 0 AS bill_minus_log,
        0 AS bill_minus_console, 28 AS log_days, 28 AS console_days, 10 AS tolerance, 'within' AS cause,
        0 AS explained, 0 AS unexplained, 123.45 AS amount
    FROM {uses}
    WHERE date_trunc('month', day) = '2026-02-01'
    GROUP BY account_id
    ORDER BY ALL""",
    """INSERT INTO out.incidents BY NAME
    SELECT
        md5(app_key)[:16] AS incident_id, 'rate' AS kind, 'technical_success_rate' AS metric, app_key,
        'one_click' AS channel, $as_of::DATE - (5 + i % 20)::INTEGER AS first_day,
        CASE WHEN is_open THEN NULL ELSE $as_of::DATE - 3 END AS last_day,
        CASE WHEN is_open THEN 'open' ELSE 'recovered' END AS state, if(is_open, 6, 3) + i % 20 AS days,
        0.95 AS level_before, 0.6 AS level_now,
        120.0 AS lost, 1500.0 AS lost_total, 'cell' AS cause_kind, 'sdk_version=2.15.0' AS cause,
        0.95 AS cause_before, 0.3 AS cause_now, 0.95 AS rest_before, 0.94 AS rest_now, 0.97 AS share,
        'carrier_error 600011, timeout 600015' AS codes
    FROM (
        SELECT *, i % {every} = 0 AS is_struck, i % (4 * {every}) = 0 AS is_open
        FROM (SELECT app_key, row_number() OVER (ORDER BY app_key) - 1 AS i FROM out.apps)
    )
    WHERE is_struck
    ORDER BY incident_id""",
    """INSERT INTO out.incident_cells
    SELECT incident_id, 'sdk_version', '2.' || (13 + version) || '.0', 10000, 9500, 2000, 1200 + 300 * version, 0.001,
        -0.1
    FROM out.incidents, range(3) AS versions(version)
    ORDER BY ALL""",
)


def add_extras(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Fill the tables of packages, limits, consoles, bills and incidents in the attached database `out`.

    The tables `apps` and `channel_daily` of `out` must have rows.
    """
    for statement in _STATEMENTS:
        text = statement.format(uses=_USES, packages=_PACKAGES, every=INCIDENT_EVERY)
        connection.execute(text, {"as_of": as_of} if "$as_of" in text else {})
