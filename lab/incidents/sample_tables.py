"""Makes the day tables of a sample from its records, without log files, and finds the incidents in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from lab.incidents.finding import found_in
from lab.incidents.tally import channel_daily
from pipelines.contract.macros import contract_macros
from pipelines.contract.record.dimensions import CAUSES
from pipelines.contract.registry.registry import SHIPPED_CODES
from pipelines.sample.apps import sample_apps
from pipelines.sample.faults import Faults, faults
from pipelines.sample.records import SampleRecords, SignIns, days_at_once
from pipelines.sample.truth import SampleTruth
from pipelines.sample.write import SampleSpec, sample_days

LAST = date(2026, 11, 25)
DAYS = 60

# Dimensions of outcomes that are stored as logged.
_AS_LOGGED = ", ".join(key for key in CAUSES if key not in ("app_key", "platform", "carrier", "vendor"))
_LOGGED = f"""
    SELECT DISTINCT
        getvariable('day')[day_no] AS day, event_id, app_key, channel, stage, outcome, result_code, vendor, platform,
        carrier_of(carrier) AS carrier, {_AS_LOGGED}, device_id
    FROM sample_events
    WHERE stage IN ('authorize', 'verify', 'login')
"""
_OUTCOME_DAILY = f"""
    CREATE TABLE outcome_daily AS
    SELECT
        day, app_key, channel, logged.stage, coalesce(logged.platform, app.platform) AS platform, carrier, {_AS_LOGGED},
        coalesce(logged.outcome, code.outcome, 'error') AS outcome,
        CASE layer_of(channel, logged.stage) WHEN 'oauth' THEN channel ELSE coalesce(logged.vendor, 'umeng') END
            AS vendor,
        result_code, count(*) AS records
    FROM logged
    INNER JOIN sample_app AS app USING (app_key)
    LEFT JOIN code
        ON code.layer = layer_of(channel, logged.stage) AND code.code = result_code AND code.platform = '*'
        AND code.vendor = CASE code.layer WHEN 'oauth' THEN channel ELSE coalesce(logged.vendor, 'umeng') END
    GROUP BY ALL
    ORDER BY ALL
"""
_DEVICES = "SELECT day, app_key, channel, count(DISTINCT device_id) AS devices FROM logged GROUP BY ALL"
_SESSIONS = """
    SELECT
        day, app_key, entry_channel, platform, carrier, sdk_version, scheme_id,
        count(*) AS sessions,
        count(*) FILTER (NOT is_failed AND signed_in_by = entry_channel) AS direct,
        count(*) FILTER (is_failed AND signed_in_by = failed_channel) AS retry,
        count(signed_in_by) - direct - retry AS other,
        count(*) FILTER (is_cut) AS cut,
        sessions - count(signed_in_by) - cut AS lost,
        count(*) FILTER (is_unchecked) AS unchecked
    FROM sample_visits
    GROUP BY ALL
"""
_BOOKS = """
    CREATE TABLE session_books AS
    SELECT day, app_key, any_value(logs_server AND NOT is_server) AS by_server
    FROM planned_sessions
    INNER JOIN sample_app USING (app_key)
    GROUP BY ALL
"""
# Columns as `SampleRecords.requests` and `sign_ins` return them; of latencies only those that incidents need.
_REQUESTS = """
    SELECT app_key, channel, authorization_requests - authorizations_cancelled, authorizations,
        verification_requests, verifications
    FROM channel_daily WHERE day = $day
"""
_SIGN_INS = """
    SELECT
        app_key, NULL, NULL, NULL,
        sum(sessions)::BIGINT, sum(cut)::BIGINT, sum(direct + retry + other)::BIGINT, 0, 0, 0
    FROM planned_sessions WHERE day = $day GROUP BY ALL
"""


@dataclass(frozen=True)
class SampleTables:
    """The day tables of a sample, in the database of `connection`.

    Attributes:
        days: all days of the sample.
        missing: the days without logs.
        planted: the incidents that the planted faults cause.
        apps: the apps with logs.
    """

    connection: duckdb.DuckDBPyConnection
    days: tuple[date, ...]
    missing: tuple[date, ...]
    planted: list[dict[str, Any]]
    apps: tuple[str, ...]

    def found(self, days: int = DAYS) -> list[dict[str, Any]]:
        """Return the incidents as of the `days`-th day of the sample, as rows of `incidents`."""
        seen = self.days[:days]
        self.connection.execute(
            f"CREATE OR REPLACE VIEW session_daily AS FROM planned_sessions WHERE day <= DATE '{seen[-1]}'"
        )
        counts = pl.DataFrame(self.connection.sql("FROM channel_daily WHERE day <= $last", params={"last": seen[-1]}))
        return found_in(self.connection, counts, seen, self.missing)


def sample_tables(
    connection: duckdb.DuckDBPyConnection, seed: int, *, quiet: bool = False, last_day: date = LAST, length: int = DAYS
) -> SampleTables:
    """Return the day tables of a sample with 8 apps and 20,000 events a day. A `quiet` sample has no faults.

    The tables are created in the database of `connection`.
    """
    spec = SampleSpec(days=length, apps=8, events=20_000, seed=seed, last_day=last_day)
    apps = sample_apps(spec.apps)
    wrong = Faults() if quiet else faults(spec.days, apps, seed)
    days = tuple(spec.first_day + timedelta(days=place) for place in range(length))
    with_logs = sample_days(spec, wrong)
    records = SampleRecords(connection, apps, spec.events, seed)
    connection.execute(contract_macros())
    connection.execute(f"CREATE TABLE code AS FROM read_csv('{SHIPPED_CODES}', all_varchar = true)")
    step = days_at_once(spec.events)
    for place in range(0, len(with_logs), step):
        records.choose(with_logs[place : place + step])
        for table, rows in (("logged", _LOGGED), ("planned_sessions", _SESSIONS)):
            connection.execute(f"{f'INSERT INTO {table}' if place else f'CREATE TABLE {table} AS'} {rows}")
    connection.execute(_OUTCOME_DAILY)
    connection.execute(_BOOKS)
    connection.register("counts", channel_daily(pl.DataFrame(connection.sql("FROM outcome_daily"))))
    connection.execute(
        f"CREATE TABLE channel_daily AS FROM counts INNER JOIN ({_DEVICES}) USING (day, app_key, channel)"
    )
    truth = SampleTruth(wrong, spec.first_day, spec.days)
    for place, day in enumerate(days):
        requests, sign_ins = (connection.execute(rows, {"day": day}).fetchall() for rows in (_REQUESTS, _SIGN_INS))
        truth.add(place, requests, [SignIns(*row) for row in sign_ins])
    missing = tuple(day for day in days if day not in {one.day for one in with_logs})
    return SampleTables(
        connection, days, missing, truth.incidents(), tuple(app.app_key for app in apps if app.has_logs)
    )
