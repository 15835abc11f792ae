"""Reads real series, which are counts by day or hour, and the known events (happenings) on their days.

`series/README.md` describes each series. Series in a folder beside the checkout are read, too, if it exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent / "series"
BESIDE = Path(__file__).parents[3] / "shared" / "real" / "series"
USUAL_DAY = 5_000
_ZONES_AND_CALENDARS = {
    "auckland_walks": ("Pacific/Auckland", "NZ"),
    "bike_sharing": ("America/New_York", "US"),
    "bitcoin": ("America/New_York", "none"),
    "i94_traffic": ("America/Chicago", "US"),
    "nyc_flights": ("America/New_York", "US"),
    "nyc_taxi": ("America/New_York", "US"),
    "uk_retail": ("Europe/London", "GB"),
    "wikipedia_pages": ("America/New_York", "none"),
}


@dataclass(frozen=True)
class Happening:
    """Days on which something is known to have happened.

    `kind` is `fall`, `gap` (days without counts), `hours` (hours without counts), `holiday`, `rise` or `launch`.
    """

    first_day: date
    last_day: date
    kind: str
    what: str


@dataclass(frozen=True)
class DataSet:
    """Series that are the apps of one data folder.

    Attributes:
        counts: a row for each day, hour and series with a count above 0; `hour` is NULL in counts by day.
        timezone: the zone of the days.
        calendar: the country whose holidays are used.
    """

    name: str
    counts: pl.DataFrame
    happenings: tuple[Happening, ...]
    timezone: str
    calendar: str

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every day from the first to the last one, without a gap."""
        first, last = self.counts["day"].min(), self.counts["day"].max()
        assert isinstance(first, date)
        assert isinstance(last, date)
        return tuple(pl.date_range(first, last, eager=True))

    @cached_property
    def divisor(self) -> float:
        """The number by which counts are divided, so that the median day has 5,000 records.

        It is 1 for smaller series: multiplying counts would also multiply their random variation.
        """
        median = self.counts.group_by("day").agg(pl.col("count").sum())["count"].cast(pl.Float64).median()
        assert isinstance(median, float)
        return max(median / USUAL_DAY, 1.0)


def data_sets(*folders: Path) -> list[DataSet]:
    """Return the known data sets in the given folders, by file name; without folders, those in `HERE` and `BESIDE`."""
    files = sorted(file for folder in folders or (HERE, BESIDE) for file in folder.glob("*.csv"))
    return [data_set(file) for file in files if file.stem in _ZONES_AND_CALENDARS]


def data_set(file: Path) -> DataSet:
    """Return the data set in a CSV file. The file's name is its name."""
    types = {"day": pl.Date, "hour": pl.Int64, "series": pl.String, "count": pl.Int64}
    return DataSet(file.stem, pl.read_csv(file, schema=types), _happenings(file.stem), *_ZONES_AND_CALENDARS[file.stem])


def _happenings(name: str) -> tuple[Happening, ...]:
    rows = pl.read_csv(HERE / "happenings.csv", try_parse_dates=True).filter(pl.col("data_set") == name)
    return tuple(
        Happening(row["first_day"], row["last_day"], row["kind"], row["what"])
        for row in rows.sort("first_day", "last_day").iter_rows(named=True)
    )
