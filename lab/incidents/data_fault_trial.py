"""Counts which faults of the data are found in simulated days, and how often a clean day raises an alarm.

`python -m lab.incidents.data_fault_trial` prints the table of docs/operator.md; it takes some minutes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection
from datetime import date, timedelta
from types import EllipsisType

import numpy as np
import polars as pl

from pipelines.incidents.data.data_incidents import data_incidents
from pipelines.incidents.data.short_days import short_days
from pipelines.incidents.incident import Incident
from pipelines.store.manifest import Manifest
from tests.data.simulated_days import FIRST, Day, Fault, Installation

SMALL, LARGE = (2.48, 3.48), (3.5, 5.5)
"""Decimal logarithms of the records a day: 300 to 3,000, and 3,000 to 300,000."""
WARM_UP, CLEAN_DAYS = 21, 90
QUIET_SUNDAY = 0.75

Place = tuple[int | slice | EllipsisType, ...]
"""An index into the cells of a day: those that a fault affects."""


def _scaled(axis: Callable[[np.random.Generator], Place], share: float) -> Fault:
    def change(day: Day, draw: np.random.Generator) -> None:
        place = axis(draw)
        day.cells[place] = draw.binomial(day.cells[place], share)

    return change


def _of(**values: object) -> Fault:
    return lambda day, draw: vars(day).update(values)


def _doubled(day: Day, draw: np.random.Generator) -> None:
    day.cells, day.lone = day.cells * 2, 0.0


def _ids_used_again(day: Day, draw: np.random.Generator) -> None:
    day.cells, day.copies = draw.binomial(day.cells, 0.7), 0.3


def _rejected(day: Day, draw: np.random.Generator) -> None:
    day.cells, day.rejected = draw.binomial(day.cells, 0.85), 0.15


def _clock(hours: int) -> Fault:
    return lambda day, draw: day.shifted.update(dict.fromkeys(range(len(day.cells)), hours))


def _copied(day: Day, draw: np.random.Generator) -> None:
    day.copy_of = int(draw.choice((1, 7)))


def _without(field: str, share: float = 0.0) -> Fault:
    return lambda day, draw: day.filled.update({field: share})


FAULTS: dict[str, Fault] = {
    "half of the day gone": _scaled(lambda draw: (...,), 0.5),
    "three quarters of the day gone": _scaled(lambda draw: (...,), 0.25),
    "a source gone": _of(sources={"gateway": 1.0, "sdk": 0.0}),
    "half of a source gone": _of(sources={"gateway": 1.0, "sdk": 0.5}),
    "a host's file gone": _of(hosts=(0.0, 1.0, 1.0)),
    "half of a host's file gone": _of(hosts=(0.5, 1.0, 1.0)),
    "a channel gone": _scaled(lambda draw: (slice(None), int(draw.integers(0, 4))), 0),
    "half of a channel gone": _scaled(lambda draw: (slice(None), int(draw.integers(0, 4))), 0.5),
    "a platform gone": _scaled(lambda draw: (slice(None), slice(None), int(draw.integers(0, 2))), 0),
    "half of a platform gone": _scaled(lambda draw: (slice(None), slice(None), int(draw.integers(0, 2))), 0.5),
    "a carrier gone": _scaled(lambda draw: (..., int(draw.integers(0, 3))), 0),
    "a stage gone": _of(lost_stages={"page"}),
    "a small stage gone": _of(lost_stages={"login"}),
    "clock 8 hours behind": _clock(-8),
    "clock 8 hours ahead": _clock(8),
    "clock 3 hours behind": _clock(-3),
    "clock 1 hour behind": _clock(-1),
    "clock of one app 8 hours behind": lambda day, draw: day.shifted.update({0: -8}),
    "the afternoon gone": _of(lost_hours=tuple(range(12, 24))),
    "an hour gone": lambda day, draw: vars(day).update(lost_hours=(int(draw.integers(9, 23)),)),
    "the day twice under new ids": _doubled,
    "a copy of an old day": _copied,
    "ids used again": _ids_used_again,
    "a field gone": _without("sdk_version"),
    "half of a field gone": _without("sdk_version", 0.5),
    "a third of a field gone": _without("sdk_version", 0.65),
    "device ids gone": _without("device_id"),
    "a fifth of codes unmapped": _of(unmapped=0.2),
    "rejects of 15 %": _rejected,
}


def installations(count: int, sizes: tuple[float, float]) -> list[Installation]:
    """Return `count` simulated installations: calm and noisy, growing and shrinking, with and without holidays.

    `sizes` has the decimal logarithms of the fewest and the most records a day.
    """
    made = []
    for seed in range(count):
        draw = np.random.default_rng((10, seed))
        made.append(Installation(
            seed, records=int(10 ** draw.uniform(*sizes)), apps=int(draw.integers(4, 16)),
            noise=float(draw.uniform(0.02, 0.1)), growth=float(draw.uniform(-0.002, 0.006)), holidays=bool(seed % 2),
        ))  # fmt: skip
    return made


def incidents_in(
    counts: pl.DataFrame, manifest: Manifest, days: tuple[date, ...], holidays: Collection[date] = ()
) -> list[Incident]:
    """Return the incidents of the data if exactly the days `holidays` are holidays."""
    return data_incidents(counts, manifest, np.array([day in holidays for day in days]), days)


def alarms(one: Installation) -> list[Incident]:
    """Return the incidents of an installation in 90 days without a fault. Its holidays are known."""
    manifest, counts, days = one.days(WARM_UP + CLEAN_DAYS, {})
    holidays = {FIRST + timedelta(days=number) for number in one.holidays}
    return [found for found in incidents_in(counts, manifest, days, holidays) if found.first_day >= days[WARM_UP]]


def found_of(one: Installation, name: str) -> list[Incident]:
    """Give a random day of an installation the fault `name`. Return its open incidents that began on this day or the
    day before.
    """
    number = int(np.random.default_rng((one.seed, len(name))).integers(28, 90))
    manifest, counts, days = one.days(number + 1, {number: FAULTS[name]})
    found = incidents_in(counts, manifest, days)
    return [one for one in found if one.first_day >= FIRST + timedelta(days=number - 1) and one.state == "open"]


def found_of_days(made: list[Installation], left: float) -> list[bool]:
    """Cut single days of installations to the share `left` of their records. Return whether each is reported as short.

    In each installation, every fifth day from the 29th on is cut.
    """
    found = []
    for one in made:
        manifest, _, days = one.days(90, {})
        counted = [manifest.days[day].counted for day in days]
        for number in range(28, 90, 5):
            seen = [*counted[:number], round(left * counted[number])]
            faults = short_days(np.array(seen, dtype=float), np.zeros((len(seen), 24)), np.ones(len(seen), dtype=bool))
            found.append(any(fault.span.first == number for fault in faults))
    return found


def main(count: int) -> None:
    """Print the results of `count` installations for each size and fault."""
    quiet = [one for one in installations(count, LARGE) if one.all_weekend < QUIET_SUNDAY]
    for left in (0.5, 0.25):
        for made in (installations(count, LARGE), quiet):
            are_found = found_of_days(made, left)
            print(f"{left} of a day left, {len(made)} installations: {sum(are_found)} of {len(are_found)}", flush=True)
    for sizes in (SMALL, LARGE):
        found = [alarms(one) for one in installations(count, sizes)]
        false = [f"{one.metric} {one.cause.cell} {one.first_day}" for some in found for one in some]
        print(f"{sizes}: false alarms in 90 days: at most {max(map(len, found))}, of {count}: {len(false)} {false[:9]}")
    for name in FAULTS:
        by_metric: Counter[str] = Counter()
        missed = 0
        for one in installations(count, LARGE):
            metrics = {found.metric for found in found_of(one, name)}
            missed += not metrics
            by_metric.update(metrics)
        print(f"{name}: {count - missed} of {count} {dict(by_metric)}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
