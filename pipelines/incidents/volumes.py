"""The usual records of a day, as pages and messages show them, and whether a day is called short.

What is told as an incident is judged more sharply, by the tail of `detection/volume_measure.py`.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from statistics import median
from typing import Final

from pipelines.incidents.incident import Incident

SHORT_DAY: Final = "short_day"
_WEEKS: Final = 8
# A median of fewer days says nothing.
_LEAST_DAYS: Final = 3


def usual_records(day: date, counted: Mapping[date, int], holidays: Collection[date] = ()) -> int | None:
    """The median of the weekday over eight weeks; of a young folder that of any day, None under three. A holiday has
    none, and is in none.
    """
    if day in holidays:
        return None
    before = [day - timedelta(days=back) for back in range(1, 7 * _WEEKS + 1)]
    same = [counted[other] for other in before[6::7] if counted.get(other) and other not in holidays]
    if len(same) < _LEAST_DAYS:
        same = [counted[other] for other in before if counted.get(other) and other not in holidays]
    return round(median(same)) if len(same) >= _LEAST_DAYS else None


def is_short(day: date, counted: int, usual: int | None, jump_ratio: float, short_days: Collection[Incident]) -> bool:
    """Whether a day with records is called short: it is a day of one of the incidents `SHORT_DAY`, or has less than one
    in 1 + `jump_ratio` of its usual records.
    """
    is_thin = usual is not None and counted * (1 + jump_ratio) < usual
    return counted > 0 and (is_thin or any(one.covers(day) for one in short_days))
