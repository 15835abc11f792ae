"""The usual volume of a day."""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median
from typing import Final

_WEEKS: Final = 8
# A median of fewer days says nothing.
_LEAST_DAYS: Final = 3


def usual_records(day: date, counted: Mapping[date, int]) -> int | None:
    """The median of the weekday over eight weeks; of a young folder that of any day, None under three."""
    before = [day - timedelta(days=back) for back in range(1, 7 * _WEEKS + 1)]
    same = [counted[other] for other in before[6::7] if counted.get(other)]
    known = same if len(same) >= _LEAST_DAYS else [counted[other] for other in before if counted.get(other)]
    return round(median(known)) if len(known) >= _LEAST_DAYS else None
