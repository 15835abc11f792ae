"""The usual number of records of a day, for pages and messages, and the rule by which they call a day `short`.

Incidents are detected by another rule, see `detection/volume_measure.py`.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from statistics import median
from typing import Final

from pipelines.common.text import half_up
from pipelines.incidents.incident import Incident

_WEEKS: Final = 8
# Days that a median needs.
_LEAST_DAYS: Final = 3


def usual_records(day: date, counted: Mapping[date, int], holidays: Collection[date] = ()) -> int | None:
    """Return the usual records of a day: the median of its weekday over the eight weeks before. If fewer than three
    days of the weekday have records, return the median of all days of these weeks.

    Return None for a holiday, and if fewer than three days have records. Holidays are left out of the medians.
    Halves are rounded up, as on the page of an app (`presence.sql`).
    """
    if day in holidays:
        return None
    before = [day - timedelta(days=back) for back in range(1, 7 * _WEEKS + 1)]
    same = [counted[other] for other in before[6::7] if counted.get(other) and other not in holidays]
    if len(same) < _LEAST_DAYS:
        same = [counted[other] for other in before if counted.get(other) and other not in holidays]
    return int(half_up(median(same), 0)) if len(same) >= _LEAST_DAYS else None


def is_short(day: date, counted: int, usual: int | None, jump_ratio: float, short_days: Collection[Incident]) -> bool:
    """Return whether a day with records is called short: it is a day of one of the incidents `short_days`, or has
    fewer records than `usual` / (1 + `jump_ratio`).
    """
    is_far_below = usual is not None and counted * (1 + jump_ratio) < usual
    return counted > 0 and (is_far_below or any(one.covers(day) for one in short_days))
