"""Faults of the data: parts of a day's records that are gone, or poor, beside those of the clean days before."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from pipelines.incidents.falls import Flags, Floats, Sums, falls
from pipelines.incidents.incident import Loss, Span
from pipelines.incidents.rates import RateMeasure
from pipelines.incidents.volume_falls import VolumeMeasure

# Tuned on the simulated days of the trials: quiet and noisy installations of 300 to 300,000 records a day. Of a part so
# much must be gone; of an hour more, as a weekend has other hours; of all records so many more must be bad.
_GONE: Final = 0.3
_HOUR_GONE: Final = 0.6
_BAD: Final = 0.05
# So many times the usual count of a part is a burst, which is no norm.
_BURST: Final = 1.5
_OF_COUNT: Final = 0.75
# Odds against a rest that is smaller than this say nothing.
_LEAST_REST: Final = 0.05
# What is no part of the whole, but of it all: a share that is good.
_SHARES: Final = ("rejected_share", "duplicate_share", "unmapped_share")
_PARTS: Final = ("repeated_records", "hour_shift", "missing_delivery", "mix_shift", "field_shift")


class Fault(NamedTuple):
    """Days on which a part of the records, named by `cause`, was not there."""

    metric: str
    cause: str
    span: Span
    loss: Loss


class PartMeasure(RateMeasure):
    """Parts of a whole, by day."""

    def __init__(self, wholes: Floats, parts: Floats) -> None:
        counts = _without_bursts(parts)
        super().__init__(_without_bursts(wholes), counts)
        self._counts = VolumeMeasure(counts, self.has_data, np.ones(parts.shape[1]))
        self.values |= self._counts.values

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """How much is gone, beside the rest and of its weekday: a quiet day is no fall, nor what others gain."""
        return np.minimum(1 - _odds(seen) / _odds(base), self._counts.fall(base, seen))

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """What would have been of the part."""
        return np.asarray(base["k"] / base["n"] * seen["n"] - seen["k"])

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """How far it fell beside the rest; by its count alone, which swings more, three quarters of that."""
        return np.minimum(super().deviation(base, seen), self._counts.deviation(base, seen) / _OF_COUNT)


def _without_bursts(counts: Floats) -> Floats:
    """The days' counts, but for what is beyond the usual: one device may make a thousand records on a day."""
    usual = np.nanmedian(np.where(counts > 0, counts, np.nan), axis=0)
    return np.asarray(np.minimum(counts, _BURST * usual))


def _odds(sums: Sums) -> Floats:
    return np.asarray(sums["k"] / (sums["n"] * (1 + _LEAST_REST) - sums["k"]))


def part_faults(counts: pl.DataFrame, days: Sequence[date], skipped: Collection[tuple[date, str]]) -> Iterator[Fault]:
    """Every part that fell.

    Args:
        counts: metric, whole, part, cause, day, records; part '' is the whole itself.
        days: of the rows, without a gap.
        skipped: hours that the clock skipped, with their day.
    """
    for metric in (*_SHARES, *_PARTS):
        mine = counts.filter(pl.col("metric") == metric)
        keys = mine.filter(pl.col("part") != "").select("whole", "part", "cause").unique().sort("cause")
        rows = keys.with_row_index("row")
        wholes = grid(mine.filter(pl.col("part") == "").drop("part").join(rows, on="whole"), days, keys.height)
        parts = grid(mine.join(rows, on=["whole", "part"]), days, keys.height)
        for day, hour in skipped if metric == "hour_shift" else ():
            wholes[days.index(day), (keys["part"] == hour).to_numpy()] = 0
        parts = np.minimum(parts, wholes)
        if metric in _SHARES:
            found = falls(RateMeasure(wholes, parts), _BAD)
        else:
            found = falls(PartMeasure(wholes, parts), _HOUR_GONE if metric == "hour_shift" else _GONE)
        for fall in found:
            whole, part, base = wholes[:, fall.row], parts[:, fall.row], list(fall.baseline)
            same = [day for day in base if (fall.opened - day) % 7 == 0] or base
            lacking = [one[same].mean() - one[fall.opened] for one in (whole, part)]
            # What came under another name is not missing.
            if metric != "missing_delivery" or lacking[0] >= lacking[1] / 2:
                usual = part[base].sum() / whole[base].sum() * whole
                yield Fault(metric, keys["cause"][fall.row], fall.span, fall.loss(usual, part, whole))


def whole_day_faults(counted: Sequence[int], days: Sequence[date], is_watched: Flags, least: float) -> Iterator[Fault]:
    """Days of which so much is missing, whatever part it is.

    Args:
        counted: records of each day.
        is_watched: whether there were logs, and it was no holiday.
        least: from which part on it is a fault.
    """
    volumes = np.array(counted, dtype=float)
    measure = VolumeMeasure(_without_bursts(volumes[:, None]), is_watched[:, None], np.ones(1))
    for fall in falls(measure, least):
        usual = measure.norms(0, fall.baseline, range(len(days)))
        yield Fault("missing_delivery", "", fall.span, fall.loss(usual, volumes, np.ones(len(days))))


def grid(counts: pl.DataFrame, days: Sequence[date], subjects: int) -> Floats:
    """Records by day (rows) and subject (columns); counts: day, row, records."""
    filled = np.zeros((len(days), subjects))
    places = (counts["day"] - days[0]).dt.total_days().to_numpy(), counts["row"].to_numpy()
    filled[places] = counts["records"].to_numpy()
    return filled
