"""Builds numbers by day or month as JSON, for the charts and sign-in sessions of apps: one text for each number of a
channel.

It arranges the rows of SQL, such as `sql/figures/chart_days.sql`, by app, channel and day or month. For the 90 days of
10,000 apps SQL takes nine seconds of processor time, numpy one. `packed_numbers.py` encodes the numbers.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.contract.measures.counts import CHARTED
from reports.content.figures.packed_numbers import NONE, Numbers, packed_numbers

LATENCIES: Final = ("latency_p50_ms", "latency_p95_ms")
_UNDELIVERED = "undelivered"


class SeriesRows:
    """Rows of some apps: the columns `app`, `channel` and `place`, each an index from 0, and the numbers."""

    def __init__(self, rows: pl.DataFrame, channels: Sequence[str], apps: int, places: int) -> None:
        self._rows, self._channels, self._apps, self._places = rows, channels, apps, places
        self._lines = apps * len(channels)
        self._line = rows.get_column("app").to_numpy() * len(channels) + rows.get_column("channel").to_numpy()
        # Rows come day by day: writing one day's numbers to adjacent memory is three times faster than a line's.
        self._at = rows.get_column("place").cast(pl.Int64).to_numpy() * self._lines + self._line

    def has_logins(self) -> npt.NDArray[np.bool_]:
        """Return for each app whether it has a sign-in."""
        found = np.zeros(self._apps, bool)
        found[
            self._rows.select(pl.col("app").filter(pl.any_horizontal(pl.col(CHARTED[:3]) > 0))).to_series().to_numpy()
        ] = True
        return found

    def texts(
        self, counts: Sequence[str], times: Sequence[str] = (), without_logins: npt.NDArray[np.bool_] | None = None
    ) -> list[str]:
        """Return a JSON object for each app: by channel that has a row, an object with the non-empty texts by name.

        Each text has the numbers of one column: of `counts`, of `times` and, for the apps `without_logins`, of
        `undelivered`. In counts, zero is the same as no number.
        """
        columns = [_named(name, packed_numbers(self._numbers(name, has_zero=False))) for name in counts]
        columns += [_named(name, packed_numbers(self._numbers(name, has_zero=True))) for name in times]
        if without_logins is not None and without_logins.any():
            chosen = np.flatnonzero(np.repeat(without_logins, len(self._channels)))
            undelivered = packed_numbers(self._numbers(_UNDELIVERED, has_zero=False)[chosen])
            columns.append([""] * self._lines)
            for line, text in zip(chosen, _named(_UNDELIVERED, undelivered), strict=True):
                columns[-1][line] = text
        is_there = np.zeros(self._lines, bool)
        is_there[self._line] = True
        objects = [
            "{" + ",".join(filter(None, line)) + "}" if there else None
            for there, *line in zip(is_there.tolist(), *columns, strict=True)
        ]
        # Channels are sorted by name.
        order = sorted(range(len(self._channels)), key=self._channels.__getitem__)
        return [
            "{" + ",".join(f'"{self._channels[i]}":{objects[first + i]}' for i in order if objects[first + i]) + "}"
            for first in range(0, self._lines, len(self._channels))
        ]

    def _numbers(self, name: str, *, has_zero: bool) -> Numbers:
        """Return a line for each channel of each app; without zeros, they are `NONE` too."""
        values = self._rows.get_column(name).cast(pl.Int64).fill_null(NONE).to_numpy()
        days = np.full((self._places, self._lines), NONE, np.int64)
        days.reshape(-1)[self._at] = values if has_zero else np.where(values == 0, NONE, values)
        return days.T


def _named(name: str, texts: list[str]) -> list[str]:
    """Return JSON fields; the texts contain no character that JSON escapes."""
    return [f'"{name}":"{text}"' if text else "" for text in texts]
