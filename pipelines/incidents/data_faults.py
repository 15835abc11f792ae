"""Faults of the data: parts of a day's records that are gone, or poor, beside those of the clean days before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from pipelines.incidents.falls import WINDOW_DAYS, Fall, Flags, Floats, Sums, falls
from pipelines.incidents.rates import RateMeasure
from pipelines.incidents.volume_falls import VolumeMeasure

# Tuned on the simulated days of the trials: quiet and noisy installations of 300 to 300,000 records a day. Of a part so
# much must be gone; of an hour more, as a weekend has other hours; of all records so many more must be bad.
_GONE: Final = 0.4
_HOUR_GONE: Final = 0.6
_BAD: Final = 0.05
# Odds against a rest that is smaller than this say nothing.
_LEAST_REST: Final = 0.05


@dataclass(frozen=True)
class Fault:
    """A part that fell: places of its first day and of its last (None: open), and what is there and should be."""

    metric: str
    cause: str
    first: int
    last: int | None
    state: str
    level_before: float
    level_now: float
    lost: float
    lost_total: float


class PartMeasure(RateMeasure):
    """Parts of a whole, by day."""

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """How much is gone, beside the rest and by its own count: neither a quiet day nor what others gain is a fall."""
        of_rest = _odds(seen) / _odds(base)
        of_count = seen["k"] / seen["days"] / (base["k"] / base["days"])
        return np.asarray(1 - np.maximum(of_rest, of_count))

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """What would have been of the part."""
        return np.asarray(base["k"] / base["n"] * seen["n"] - seen["k"])


def _odds(sums: Sums) -> Floats:
    return np.asarray(sums["k"] / (sums["n"] * (1 + _LEAST_REST) - sums["k"]))


# What opens on one day is part of the first of these that does: see `parts.py`.
METRICS: Final = {
    "rejected_share": (RateMeasure, _BAD),
    "duplicate_share": (RateMeasure, _BAD),
    "repeated_records": (PartMeasure, _GONE),
    "hour_shift": (PartMeasure, _HOUR_GONE),
    "mix_shift": (PartMeasure, _GONE),
    "field_shift": (PartMeasure, _GONE),
    "unmapped_share": (RateMeasure, _BAD),
}


def part_faults(counts: pl.DataFrame, days: Sequence[date], skipped: Collection[tuple[date, str]] = ()) -> list[Fault]:
    """Every part that fell.

    Args:
        counts: metric, whole, part, cause, day, records; part '' is the whole itself.
        days: of the rows, without a gap.
        skipped: hours that the clock skipped, with their day.
    """
    found = []
    for metric, (measure_of, least) in METRICS.items():
        mine = counts.filter(pl.col("metric") == metric)
        keys = mine.filter(pl.col("part") != "").select("whole", "part", "cause").unique().sort("cause")
        rows = keys.with_row_index("row")
        wholes = grid(mine.filter(pl.col("part") == "").drop("part").join(rows, on="whole"), days, keys.height)
        parts = grid(mine.join(rows, on=["whole", "part"]), days, keys.height)
        for day, hour in skipped if metric == "hour_shift" else ():
            wholes[days.index(day), (keys["part"] == hour).to_numpy()] = 0
        measure = measure_of(wholes, np.minimum(parts, wholes))
        for fall in falls(measure, least):
            base, row = list(fall.baseline), fall.row
            usual = parts[base, row].sum() / wholes[base, row].sum() * wholes[:, row]
            found.append(_fault(metric, keys["cause"][row], fall, measure.has_data, usual, parts, wholes))
    return found


def delivery_faults(volumes: pl.DataFrame, days: Sequence[date], is_watched: Flags, least: float) -> list[Fault]:
    """Sources and daily files of which so much did not come. Of a file it is missed where its source lacks it, too.

    Args:
        volumes: source, file ('': the source itself), day, records.
        days: of the rows, without a gap.
        is_watched: of each day, whether there were logs, and it was no holiday.
        least: the part that is missing, from which on it is a fault.
    """
    keys = volumes.select("source", "file").unique().sort("source", "file")
    came = grid(volumes.join(keys.with_row_index("row"), on=["source", "file"]), days, keys.height)
    is_there = (np.cumsum(came, axis=0) > 0) & is_watched[:, None]
    measure = VolumeMeasure(came, is_there, days, np.ones(keys.height))
    found, every_day = [], list(range(len(days)))
    for fall in falls(measure, least):
        source, file = keys.row(fall.row)
        whole = keys["source"].to_list().index(source)
        usual, of_source = (measure.norms(row, fall.baseline, every_day) for row in (fall.row, whole))
        lacks = [all_of[fall.opened] - came[fall.opened, row] for all_of, row in ((usual, fall.row), (of_source, whole))]
        if lacks[1] >= lacks[0] / 2:
            cause = f"file={file}" if file else f"source={source}"
            found.append(_fault("missing_delivery", cause, fall, is_there, usual, came, is_there))
    return found


def _fault(
    metric: str, cause: str, fall: Fall, is_there: Flags, usual: Floats, seen: Floats, units: Floats | Flags
) -> Fault:
    end = fall.last if fall.last is not None else len(usual) - 1
    places = [day for day in range(fall.first, end + 1) if is_there[day, fall.row]]
    newest, last = places[-WINDOW_DAYS:], places[-1]
    there, of = seen[:, fall.row], units[newest, fall.row].sum()
    return Fault(
        metric, cause, fall.first, fall.last, fall.state, float(usual[newest].sum() / of),
        float(there[newest].sum() / of), float(usual[last] - there[last]), float((usual - there)[places].sum()),
    )  # fmt: skip


def grid(counts: pl.DataFrame, days: Sequence[date], subjects: int) -> Floats:
    """Records by day (rows) and subject (columns); counts: day, row, records."""
    filled = np.zeros((len(days), subjects))
    places = (counts["day"] - days[0]).dt.total_days().to_numpy(), counts["row"].to_numpy()
    filled[places] = counts["records"].to_numpy()
    return filled
