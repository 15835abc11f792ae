"""What the charts of the apps are drawn of, as JSON: a text for each count and latency of a channel.

Lives here: laying out the rows of `sql/figures/chart_days.sql` and `chart_months.sql` by app, channel and day or month.
SQL alone takes nine seconds of a processor for the 90 days of 10,000 apps, numpy one. Does not belong here: how numbers
are written (`packed_numbers.py`).
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.contract.record.channels import CHANNELS
from reports.content.figures.packed_numbers import NONE, Numbers, packed_numbers

_LOGINS = ("authorizations", "failed", "cancelled")
_COUNTS = (*_LOGINS, "verifications", "undelivered")
_LATENCIES = ("p50", "p95")
# As a reader lists them.
_ORDER = sorted(range(len(CHANNELS)), key=CHANNELS.__getitem__)


class ChartRows:
    """The rows of the charts of some apps: `app` (from 0), `channel` and `place`, both from 0, and the numbers."""

    def __init__(self, rows: pl.DataFrame, apps: int, places: int) -> None:
        # A channel that the settings declare has no place among these.
        rows = rows.drop_nulls("channel")
        self._rows, self._apps, self._places = rows, apps, places
        self._line = rows.get_column("app").to_numpy() * len(CHANNELS) + rows.get_column("channel").to_numpy()
        # Rows come day by day: numbers of a day that lie together are written three times faster than a line's.
        self._at = rows.get_column("place").cast(pl.Int64).to_numpy() * (apps * len(CHANNELS)) + self._line

    def has_logins(self) -> npt.NDArray[np.bool_]:
        """Of each app whether anybody signed in by it."""
        found = np.zeros(self._apps, bool)
        found[
            self._rows.select(pl.col("app").filter(pl.any_horizontal(pl.col(_LOGINS) > 0))).to_series().to_numpy()
        ] = True
        return found

    def texts(self, without_logins: npt.NDArray[np.bool_], *, has_latencies: bool) -> list[str]:
        """An object of JSON for each app: by channel with a row the texts of authorizations, failed and cancelled ones,
        verifications, requests of verification that delivered none (of the apps `without_logins`, else empty), and the
        median and the 95th percentile of the latency; one without any number is empty."""
        columns = [packed_numbers(self._numbers(name)) for name in _COUNTS[:-1]]
        undelivered = np.repeat(without_logins, len(CHANNELS))
        columns.append([""] * len(undelivered))
        for line, text in zip(
            np.flatnonzero(undelivered), packed_numbers(self._numbers(_COUNTS[-1])[undelivered]), strict=True
        ):
            columns[-1][line] = text
        columns += [packed_numbers(self._numbers(name)) for name in _LATENCIES if has_latencies]
        is_there = np.zeros(self._apps * len(CHANNELS), bool)
        is_there[self._line] = True
        # None of them holds what JSON would write another way.
        lists = [
            '["' + '","'.join(line) + '"]' if there else None
            for there, *line in zip(is_there.tolist(), *columns, strict=True)
        ]
        return [
            "{" + ",".join(f'"{CHANNELS[i]}":{lists[first + i]}' for i in _ORDER if lists[first + i]) + "}"
            for first in range(0, len(lists), len(CHANNELS))
        ]

    def _numbers(self, name: str) -> Numbers:
        """A line for each channel of each app; of counts, a zero is none, too."""
        values = self._rows.get_column(name).cast(pl.Int64).fill_null(NONE).to_numpy()
        days = np.full((self._places, self._apps * len(CHANNELS)), NONE, np.int64)
        days.reshape(-1)[self._at] = np.where(values == 0, NONE, values) if name in _COUNTS else values
        return days.T
