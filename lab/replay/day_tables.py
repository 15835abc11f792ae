"""Makes the day tables of a data set without log files, as if each day had one file.

A count becomes as many records, or fewer in a large data set (see `DataSet.divisor`). The records of an app have fixed
shares of channels, platforms, carriers and outcomes. So rates only vary by chance, and only volumes and hours are real.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import product

import duckdb
import numpy as np
import polars as pl

from lab.incidents.tally import channel_daily
from lab.replay.series import DataSet
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.dimensions import OUTCOME_KEY
from pipelines.contract.record.fields import ABSENT_FIELDS
from pipelines.store.manifest import DayEntry, DayRows, FileEntry, Manifest

# The values of each dimension with their usual shares.
_CHANNELS = {"one_click": 0.6, "wechat": 0.4}
_PLATFORMS = {"android": 0.65, "ios": 0.35}
_CARRIERS = {"CMCC": 0.5, "CUCC": 0.25, "CTCC": 0.25}
_OUTCOMES = {"success": 0.9, "cancelled": 0.04, "carrier_error": 0.06}
_SPLIT = (_CHANNELS, _PLATFORMS, _CARRIERS, _OUTCOMES)
# The usual shares are drawn from a Dirichlet distribution of this concentration.
_CONCENTRATION = 100
_SOURCE = "gateway"
_RECORDS_OF_A_DEVICE = 1.6


@dataclass(frozen=True)
class DayTables:
    """The day tables of a data set.

    Attributes:
        connection: has the table `outcome_daily`.
        channel_daily: its rows, from which incidents of rates and volumes are computed.
        counts: the counts of parts of days, from which incidents of the data are computed.
        records: number of records of each day with logs.
    """

    connection: duckdb.DuckDBPyConnection
    channel_daily: pl.DataFrame
    counts: pl.DataFrame
    records: dict[date, int]

    def manifest(self, as_of: date) -> Manifest:
        """Return a manifest with the days up to `as_of`."""
        made = Manifest()
        for day, records in self.records.items():
            if day <= as_of:
                made.days[day] = DayEntry("", "", "", [], records, records, 0)
                made.files.append(FileEntry(
                    path=f"{_SOURCE}/{day}.ndjson", sha256=f"{day}", bytes=1, stamp="", source=_SOURCE, status="read",
                    first_read_at=f"{day}", closed_through=None, run_day=day, part=f"{day}", records_read=records,
                    accepted=records, days={day: DayRows(records)},
                ))  # fmt: skip
        return made


@contextmanager
def day_tables(of: DataSet) -> Iterator[DayTables]:
    """Yield the day tables of all days of a data set."""
    draw = np.random.default_rng(zlib.crc32(of.name.encode()))
    counts = _divided(of, draw)
    outcomes = _outcomes(counts, draw)
    with duckdb.connect() as connection:
        connection.register("outcomes", outcomes)
        absent = ", ".join(f"NULL::VARCHAR AS {name}" for name in OUTCOME_KEY if name in ABSENT_FIELDS)
        connection.execute(
            "CREATE TABLE outcome_daily AS SELECT *, 'authorize' AS stage, "
            f"CASE channel WHEN 'wechat' THEN channel ELSE 'umeng' END AS vendor, {absent} "
            "FROM outcomes ORDER BY ALL"
        )
        connection.register("profiles", _hours(counts))
        connection.execute("CREATE TABLE profile_daily AS FROM profiles")
        of_channels = channel_daily(pl.DataFrame(connection.sql("FROM outcome_daily")))
        devices = (pl.col("authorization_requests") / _RECORDS_OF_A_DEVICE).ceil().cast(pl.Int64)
        by_day = counts.group_by("day").agg(pl.col("records").sum()).sort("day")
        yield DayTables(
            connection,
            of_channels.with_columns(devices=devices),
            pl.DataFrame(connection.sql(sql("pipelines.incidents", "data_counts"))),
            dict(by_day.iter_rows()),
        )


def _divided(of: DataSet, draw: np.random.Generator) -> pl.DataFrame:
    """Return the records by day, hour and app: the counts of the data set divided by its divisor.

    The remaining fraction is the chance of one more record.
    """
    exact = of.counts["count"].to_numpy() / of.divisor
    whole = np.floor(exact).astype(np.int64)
    records = pl.Series("records", whole + (draw.random(len(exact)) < exact - whole))
    rows = of.counts.select("day", "hour", app_key="series").with_columns(records)
    return rows.filter(pl.col("records") > 0)


def _outcomes(counts: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    """Return the records by app, day, channel, platform, carrier and outcome."""
    cells = pl.DataFrame(list(product(*_SPLIT)), ["channel", "platform", "carrier", "outcome"], orient="row")
    found = []
    by_app = counts.group_by("app_key", "day").agg(pl.col("records").sum()).sort("app_key", "day")
    for of_app in by_app.partition_by("app_key", maintain_order=True):
        shares = np.ones(1)
        for usual in _SPLIT:
            drawn = draw.dirichlet(_CONCENTRATION * np.array(list(usual.values())))
            shares = np.outer(shares, drawn).ravel()
        split = draw.multinomial(of_app["records"].to_numpy(), shares)
        by_cell = of_app.select("app_key", "day").join(cells, how="cross", maintain_order="left_right")
        found.append(by_cell.with_columns(records=pl.Series(split.ravel())))
    return pl.concat(found).filter(pl.col("records") > 0)


def _hours(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `profile_daily` with the records by hour; none if the data set only has counts by day."""
    known = counts.drop_nulls("hour")
    hours = known.group_by("day", part=pl.format("{}", pl.col("hour").cast(pl.String).str.zfill(2)))
    parts = pl.concat(
        [
            known.group_by("day")
            .agg(amount=pl.col("records").sum())
            .with_columns(part=pl.lit(""))
            .select("day", "part", "amount"),
            hours.agg(amount=pl.col("records").sum()).select("day", "part", "amount"),
        ]
    )
    return parts.with_columns(measure=pl.lit("hour"), whole=pl.lit(_SOURCE))
