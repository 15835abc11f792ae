"""Days cut short: of all apps together far fewer records came than are usual on the weekday."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from pipelines.incidents.data.data_faults import Fault
from pipelines.incidents.detection.falls import LEAST_BASELINE_DAYS, LEAST_FALL, RECENT_DAYS, falls
from pipelines.incidents.detection.grids import Flags, Floats, Places
from pipelines.incidents.detection.volume_measure import VolumeMeasure
from pipelines.incidents.incident import Loss, Span

# Contract: the part of a usual day that the last hours have, so that their lack is told.
_TAIL_SHARE: Final = 0.1
# Contract: of how many days something is said while there is no baseline.
_LEAST_EARLIER: Final = 3


def short_days(counted: Floats, hours: Floats, is_watched: Flags) -> Iterator[Fault]:
    """Every day that was cut short. The cause is `hours=13-23` if the last hours have no record and usually have a
    tenth or more, else `all`.

    Args:
        counted: records of each day.
        hours: records of each day (rows) by hour.
        is_watched: whether there were logs, and it was no holiday.
    """
    for fall in falls(VolumeMeasure(counted[:, None], is_watched[:, None]), LEAST_FALL, windows=(1,)):
        usual = hours[fall.baseline].sum(axis=0)
        yield Fault("short_day", _gone_hours(hours[fall.first], usual), fall.span, fall.loss_of_volume(counted))
    for place in np.flatnonzero(is_watched).tolist():
        before = np.flatnonzero(is_watched[:place])
        if _is_short_among_few(counted, before, place):
            usual, there = float(np.median(counted[before])), float(counted[place])
            is_open = place == len(counted) - 1
            span = Span(place, None, "open") if is_open else Span(place, place, "recovered")
            cause = _gone_hours(hours[place], hours[before].sum(axis=0))
            yield Fault("short_day", cause, span, Loss(usual, there, usual - there, usual - there))


def _is_short_among_few(counted: Floats, before: Places, place: int) -> bool:
    """Whether a day without a baseline has less than half of what the earlier ones have, and less than any of them."""
    is_young = (before >= place - RECENT_DAYS).sum() < LEAST_BASELINE_DAYS
    if not is_young or len(before) < _LEAST_EARLIER:
        return False
    return bool(counted[place] < min(np.median(counted[before]) / 2, counted[before].min()))


def _gone_hours(there: Floats, usual: Floats) -> str:
    """Which last hours of a day have no record though they usually have some part of it."""
    last = int(np.flatnonzero(there)[-1]) + 1 if there.any() else 0
    is_gone = last < len(there) and usual[last:].sum() >= _TAIL_SHARE * usual.sum() > 0
    return f"hours={last:02d}-{len(there) - 1}" if is_gone else "all"
