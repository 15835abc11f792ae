"""Splits a subject's requests and successes over cells, before and now, and computes each cell's effect."""

from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import polars as pl

from lab.incidents.days import Floats
from lab.incidents.faults import ALL
from lab.incidents.tally import RATES, Subject

DIMENSIONS = ("app_key", "carrier", "platform", "sdk_version", "vendor")


@dataclass(frozen=True)
class Split:
    """The cells of one dimension or of a pair of dimensions (`names`).

    Attributes:
        values: the values of each cell.
        before, now: requests by cell and successes by cell, of the days before and of the days of the fall.
    """

    names: tuple[str, ...]
    values: list[tuple[str, ...]]
    before: tuple[Floats, Floats]
    now: tuple[Floats, Floats]

    @property
    def wholes(self) -> tuple[float, float]:
        """Return the rate of all cells together, before and now."""
        before, now = (
            float(successes.sum() / max(requests.sum(), 1)) for requests, successes in (self.before, self.now)
        )
        return before, now

    def rates(self) -> tuple[Floats, Floats]:
        """Return the rate of each cell, before and now; for a cell without requests, the rate of all cells."""
        before, now = (
            np.where(requests > 0, successes / np.maximum(requests, 1), whole)
            for (requests, successes), whole in zip((self.before, self.now), self.wholes, strict=True)
        )
        return before, now

    def effects(self) -> tuple[Floats, Floats]:
        """Return the two effects of each cell on the whole rate: by the change of its share of the requests, and by the
        change of its rate.

        The effects of all cells add up to the change of the whole rate.
        """
        r0, r1 = self.rates()
        w0, w1 = _shares(self.before[0], self.now[0]), _shares(self.now[0], self.before[0])
        return (w1 - w0) * ((r1 + r0) / 2 - sum(self.wholes) / 2), (r1 - r0) * (w1 + w0) / 2

    def falls(self) -> Floats:
        """Return how far the rate of each cell fell."""
        r0, r1 = self.rates()
        return r0 - r1

    def rests(self) -> "Split":
        """Return, for each cell, the counts of all other cells together."""
        n0, s0, n1, s1 = (side.sum() - side for side in (*self.before, *self.now))
        return Split(self.names, self.values, (n0, s0), (n1, s1))


def _shares(own: Floats, other: Floats) -> Floats:
    """Return each cell's share of the requests at one time (`own`).

    A cell without requests at that time has its share of the other time (`other`); the other shares shrink so that the
    sum stays 1.
    """
    only = np.where((own == 0) & (other > 0), other / other.sum(), 0.0)
    found: Floats = only + own / own.sum() * (1 - only.sum())
    return found


Splits = dict[tuple[str, ...], Split]


def splits(outcome_daily: pl.DataFrame, subject: Subject, before: list[date], now: list[date]) -> Splits:
    """Return the cells of each dimension and of each pair of dimensions, on the days `before` and `now`.

    `app_key` is a dimension only if the subject is all apps together.
    """
    metric, app_key, channel = subject
    asked, good = RATES[metric]
    dimensions = DIMENSIONS if app_key == ALL else DIMENSIONS[1:]
    chosen = outcome_daily.filter(
        pl.col("day").is_between(min(before), max(now)),
        pl.lit(True) if app_key == ALL else pl.col("app_key") == app_key,
        pl.col("channel") == channel,
        asked,
    )
    was, isnow = pl.col("day").is_in(before), pl.col("day").is_in(now)
    sums = {"n0": was, "s0": was & good, "n1": isnow, "s1": isnow & good}
    cells = chosen.group_by(dimensions).agg(
        pl.col("records").filter(rows).sum().alias(name) for name, rows in sums.items()
    )
    cells = cells.with_columns(pl.col(dimensions).fill_null("unknown"))
    found: Splits = {}
    for names in [(one,) for one in dimensions] + list(combinations(dimensions, 2)):
        grouped = cells.group_by(names).agg(pl.col(*sums).sum()).sort(names)
        n0, s0, n1, s1 = (grouped[name].to_numpy().astype(float) for name in sums)
        found[names] = Split(names, list(grouped.select(names).iter_rows()), (n0, s0), (n1, s1))
    return found


def explained(split: Split) -> Floats:
    """Return the share of the change of the whole rate that each cell explains."""
    before, now = split.wholes
    mix, rate = split.effects()
    return (mix + rate) / (now - before)
