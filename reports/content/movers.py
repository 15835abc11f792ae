"""Finds the largest changes of a day: an app's counts in a channel, compared with the usual count of that weekday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from pipelines.incidents.usual.norms import REFERENCE_DAYS, Numbers, Side, count_norms, weekday_sums
from reports.content.published import PublishedTables

# Number of channels of apps that are searched, those with the largest counts: a small count cannot move much, and
# searching all of them would take time in proportion to their number.
_AMONG: Final = 500
# Number of falls, and of rises, that a day lists.
_LISTED: Final = 5


@dataclass(frozen=True)
class Mover:
    """One channel of one app on a day, compared with the same weekday of the eight weeks before.

    `now` is the count of `metric`, `usual` the median of these weeks, and `low` and `high` are the ends of the usual
    range. `rate` is `now` divided by the number of requests; for authorizations, without the requests that users
    cancelled. `usual_rate` is the same ratio over these weeks together.
    """

    app_key: str
    channel: str
    metric: str
    now: int
    usual: int
    rate: float | None
    usual_rate: float | None
    low: float
    high: float

    @property
    def side(self) -> Side:
        """The position of `now` relative to the usual range."""
        return "below" if self.now < self.low else "above" if self.now > self.high else "inside"


def movers(marts: PublishedTables, days: Sequence[date]) -> dict[date, list[Mover]]:
    """Return the largest changes from the usual count, by day: first at most five falls, then at most five rises.

    Both begin with the largest change. A holiday has no usual count and no changes.
    """
    if not days:
        return {}
    first, last = min(days) - timedelta(days=REFERENCE_DAYS), max(days)
    rows = marts.frame("days/moving_days", first_moving=first, last_moving=last, movers_among=_AMONG)
    subject = rows.select(pl.struct("app_key", "channel").rle_id()).to_series().to_numpy()
    names = rows.group_by("app_key", "channel", "is_authorized", maintain_order=True).agg().rows()
    place = (rows.get_column("day") - first).dt.total_days().to_numpy()

    def grid(column: str) -> Numbers:
        values = np.full((len(names), (last - first).days + 1), np.nan)
        values[subject, place] = rows.get_column(column).to_numpy()
        return values

    successes, tried, calm = grid("successes"), grid("tried"), grid("is_calm") == 1
    # Holidays have no usual counts.
    is_holiday = (grid("is_holiday") == 1).any(axis=0)
    middle, low, high = count_norms(successes, calm)
    usual = np.floor(middle + 0.5)
    rates = weekday_sums(np.where(calm, successes, np.nan)), weekday_sums(np.where(calm, tried, np.nan))

    def mover(i: int, at: int) -> Mover:
        app_key, channel, is_authorized = names[i]
        return Mover(
            app_key,
            channel,
            "authorizations" if is_authorized else "verifications",
            int(successes[i, at]),
            int(usual[i, at]),
            _rate(successes[i, at], tried[i, at]),
            _rate(*(one[i, at] for one in rates)),
            float(low[i, at]),
            float(high[i, at]),
        )

    found = {}
    for day in days:
        at = (day - first).days
        found[day] = [] if is_holiday[at] else [mover(i, at) for i in _most(successes[:, at] - usual[:, at])]
    return found


def _rate(won: float, tried: float) -> float | None:
    return float(won / tried) if tried else None


def _most(moves: Numbers) -> list[int]:
    """Return the indexes of the largest falls in `moves`, then of the largest rises, at most `_LISTED` each."""
    order = np.argsort(-np.abs(moves), kind="stable")
    fell, grew = ([i for i in order.tolist() if sign * moves[i] > 0][:_LISTED] for sign in (-1, 1))
    return [*fell, *grew]
