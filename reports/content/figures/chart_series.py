"""Builds numbers by day or month as JSON, for the charts and sign-in sessions of apps.

This module arranges the rows of SQL, such as `sql/charts/chart_days.sql`, by app, channel and day or month;
`packed_numbers.py` encodes the numbers. For the 90 days of 10,000 apps, arranging them in SQL takes nine CPU seconds,
in numpy one.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.contract.measures.counts import CHARTED
from pipelines.contract.record.channels import LOGIN_CHANNELS
from reports.content.figures.packed_numbers import NONE, Numbers, packed_numbers

LATENCIES: Final = ("latency_p50_ms", "latency_p95_ms")
_UNDELIVERED = "undelivered"


def indexed(counted: str) -> str:
    """Return a query over the relation `counted` in which indexes from 0 take the place of `app_key` and `channel`.

    `app` is the index among the apps whose place in `listed_apps` is from $first_app_place to $last_app_place; rows of
    other apps are left out. `channel` is the index in $channels.
    """
    return (
        "SELECT (listed.place - $first_app_place)::INTEGER AS app, list_position($channels, channel) - 1 AS channel, "
        f"counted.* EXCLUDE (app_key, channel) FROM {counted} AS counted JOIN listed_apps AS listed USING (app_key) "
        "WHERE listed.place BETWEEN $first_app_place AND $last_app_place"
    )


class SeriesRows:
    """Rows of some apps: the columns `app`, `channel` and `place` (day or month), each an index from 0, and columns of
    counts and times.

    If several rows have the same app, channel and place, their counts are summed, which is faster here than in SQL. At
    most one of these rows has times.
    """

    def __init__(self, rows: pl.DataFrame, channels: Sequence[str], apps: int, places: int) -> None:
        self._rows, self._channels, self._apps, self._places = rows, channels, apps, places
        line = rows.get_column("app").to_numpy() * len(channels) + rows.get_column("channel").to_numpy()
        is_there = np.bincount(line, minlength=apps * len(channels)) > 0
        # A line is an app and channel. Most apps have rows of few channels, so lines without rows get no memory.
        self._lines = np.flatnonzero(is_there)
        # Rows come day by day: writing one day's numbers to adjacent memory is three times faster than a line's.
        day = rows.get_column("place").cast(pl.Int64).to_numpy() * len(self._lines)
        self._at = day + (np.cumsum(is_there) - 1)[line]

    def has_logins(self) -> npt.NDArray[np.bool_]:
        """Return for each app whether it has a request for login authorization in one of the four login channels."""
        logins = [i for i, channel in enumerate(self._channels) if channel in LOGIN_CHANNELS]
        requested = self._rows.filter(pl.col("channel").is_in(logins), pl.any_horizontal(pl.col(CHARTED[:3]) > 0))
        found = np.zeros(self._apps, bool)
        found[requested.get_column("app").to_numpy()] = True
        return found

    def texts(
        self, counts: Sequence[str], times: Sequence[str] = (), without_logins: npt.NDArray[np.bool_] | None = None
    ) -> list[str]:
        """Return a JSON object for each app: by channel, an object with the packed numbers of each column (see
        `packed_numbers.py`). Channels without a row and columns without a number are left out.

        The columns are `counts`, `times` and, only for the apps marked in `without_logins`, `undelivered`. A count of
        zero is written like an absent number.
        """
        columns = [_named(name, packed_numbers(self._numbers(name, has_zero=False))) for name in counts]
        columns += [_named(name, packed_numbers(self._numbers(name, has_zero=True))) for name in times]
        apps, channels = np.divmod(self._lines, len(self._channels))
        if without_logins is not None and without_logins.any():
            chosen = np.flatnonzero(without_logins[apps])
            undelivered = packed_numbers(self._numbers(_UNDELIVERED, has_zero=False)[chosen])
            columns.append([""] * len(apps))
            for line, text in zip(chosen, _named(_UNDELIVERED, undelivered), strict=True):
                columns[-1][line] = text
        # Channels are sorted by name.
        rank = np.argsort(np.argsort(self._channels))
        objects: list[list[str]] = [[] for _ in range(self._apps)]
        for line in np.lexsort((rank[channels], apps)).tolist():
            fields = ",".join(filter(None, (column[line] for column in columns)))
            objects[apps[line]].append(f'"{self._channels[channels[line]]}":{{{fields}}}')
        return ["{" + ",".join(of_app) + "}" for of_app in objects]

    def _numbers(self, name: str, *, has_zero: bool) -> Numbers:
        """Return a column's numbers: one line for each app and channel that has rows, with one number for each
        place (day or month). Zeros are `NONE` unless `has_zero`.
        """
        values = self._rows.get_column(name).cast(pl.Int64)
        size = self._places * len(self._lines)
        if has_zero:
            is_there = values.is_not_null().to_numpy()
            days = np.full(size, NONE, np.int64)
            days[self._at[is_there]] = values.drop_nulls().to_numpy()
        else:
            # The sums are exact: they are whole numbers far below 2⁵³.
            days = np.bincount(self._at, values.fill_null(0).to_numpy(), size).astype(np.int64)
            days[days == 0] = NONE
        return days.reshape(self._places, len(self._lines)).T


def _named(name: str, texts: list[str]) -> list[str]:
    """Return the texts as JSON fields called `name`, without escaping them; empty texts stay empty."""
    return [f'"{name}":"{text}"' if text else "" for text in texts]
