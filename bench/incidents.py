"""Measures the cost of finding incidents among 10,000 apps of all sizes over 90 days. Ten of the apps fail on the last
days.

Prints the CPU seconds of each step, from the tables in DuckDB to the rows of incidents, and the seconds by the clock.
CPU seconds do not depend on other load of the machine.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import duckdb
import numpy as np
import polars as pl

from pipelines.incidents.detection.subjects import day_counts, watched_volumes
from pipelines.incidents.folder import folder_of
from pipelines.incidents.further.surges import surges
from pipelines.incidents.parts import with_parts
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.volume_incidents import volume_incidents

T = TypeVar("T")
# How likely an app has the channel.
CHANNELS = {"one_click": 1.0, "local_verify": 0.4, "wechat": 0.7, "qq": 0.3, "weibo": 0.2}
LEAST, MOST = 3, 30_000
FAILING = 10
FIRST = date(2026, 8, 1)
WEEK = np.array([1, 1, 1, 1, 1.02, 0.7, 0.65])

# Each channel's rows split over platforms, carriers and versions of the app.
OUTCOMES = """
CREATE TABLE outcome_daily AS
WITH cells AS (
    SELECT day, app_key, channel, unnest(['android', 'ios']) AS platform, n, k
    FROM (SELECT *, authorization_requests + verification_requests AS n, authorizations + verifications AS k
          FROM channel_daily)
), outcomes AS (
    SELECT *, unnest(['success', 'error']) AS outcome FROM cells
)
SELECT day, app_key, channel, if(channel = 'local_verify', 'verify', 'authorize') AS stage, platform,
    'CMCC' AS carrier, '2.1.0' AS sdk_version, outcome, 'umeng' AS vendor, NULL::VARCHAR AS result_code,
    if(platform = 'ios', x // 2, x - x // 2) AS records
FROM (SELECT *, if(outcome = 'success', k, n - k) AS x FROM outcomes) WHERE x > 0
"""


def channel_daily(apps: int, days: int) -> pl.DataFrame:
    """Return made-up rows of `channel_daily` for `apps` apps and `days` days from `FIRST`."""
    rng = np.random.default_rng(1)
    sizes = np.geomspace(LEAST, MOST, apps)
    frames = []
    for name, chance in CHANNELS.items():
        found = np.flatnonzero(rng.random(apps) < chance)
        weekday = WEEK[(np.arange(days) + FIRST.weekday()) % 7]
        usual = sizes[found][None, :] * weekday[:, None] * np.exp(rng.normal(0, 0.06, (days, len(found))))
        requests = rng.poisson(usual)
        odds = rng.normal(2.9, 0.3, len(found))[None, :] + rng.normal(0, 0.06, requests.shape)
        share = 1 / (1 + np.exp(-odds))
        failing = found >= apps - FAILING
        share[-5:, failing] *= 0.6
        successes = rng.binomial(requests, share)
        day, app = np.nonzero(requests)
        n, k = requests[day, app], successes[day, app]
        is_login, zero = name != "local_verify", np.zeros(len(n), dtype=np.int64)
        login = (n, k, zero, zero) if is_login else (zero, zero, n, k)
        named = zip(
            ("authorization_requests", "authorizations", "verification_requests", "verifications"), login, strict=True
        )
        frames.append(
            pl.DataFrame({
                "day": pl.Series([FIRST + timedelta(place) for place in range(days)]).gather(day),
                "app_key": pl.Series([f"app{place:06}" for place in range(apps)]).gather(found[app]),
                "channel": pl.repeat(name, len(n), eager=True),
                **dict(named),
                "authorizations_cancelled": zero,
                "devices": np.maximum(n * 0.8, 1).astype(np.int64),
            })
        )  # fmt: skip
    return pl.concat(frames).sort("day", "app_key", "channel")


def timed(what: str, work: Callable[[], T]) -> T:
    """Run a step, print its cost as a row of the table, and return its result. `what` names the step."""
    cpu, clock = time.process_time(), time.perf_counter()
    done = work()
    print(f"| {what} | {time.process_time() - cpu:.1f} | {time.perf_counter() - clock:.1f} |", flush=True)
    return done


def main() -> None:
    """Make the tables in a temporary folder, and measure the steps."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--apps", type=int, default=10_000)
    asked.add_argument("--days", type=int, default=90)
    options = asked.parse_args()
    days = tuple(FIRST + timedelta(place) for place in range(options.days))
    with TemporaryDirectory() as folder, duckdb.connect(Path(folder) / "bench.duckdb") as connection:
        connection.register("made", channel_daily(options.apps, options.days))
        connection.execute("CREATE TABLE channel_daily AS FROM made")
        connection.execute(OUTCOMES)
        print("| step | CPU s | clock s |\n| --- | ---: | ---: |")
        read = timed("read channel_daily", lambda: pl.DataFrame(connection.sql("FROM channel_daily")))
        counts = timed("counts by day", lambda: day_counts(read, days))
        rates, cells = timed("rates, with their causes", lambda: rate_incidents(connection, counts, days))
        has_logs, is_holiday = np.ones(len(days), dtype=bool), np.zeros(len(days), dtype=bool)
        volumes = timed("counts of volumes", lambda: watched_volumes(counts, has_logs, is_holiday))
        fallen = timed("volumes", lambda: volume_incidents(volumes, days))
        more = timed("surges", lambda: surges(connection, volumes, days))
        every = [*rates, *fallen, *more]
        found = timed(
            "what is part of what",
            lambda: with_parts(every, cells, folder_of(counts, days, has_logs, len(read), every)),
        )
        print(f"\n{len(found)} incidents, {sum(one.part_of is None for one in found)} by themselves")


if __name__ == "__main__":
    main()
