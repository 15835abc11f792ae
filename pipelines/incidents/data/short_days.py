"""Detects days cut short: all apps together have far fewer records than is usual on the weekday."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from pipelines.incidents.data.data_faults import Fault
from pipelines.incidents.detection.baselines import LEAST_BASELINE_DAYS, RECENT_DAYS
from pipelines.incidents.detection.falls import LEAST_FALL, falls
from pipelines.incidents.detection.grids import Flags, Floats, Places
from pipelines.incidents.detection.volume_measure import VolumeMeasure
from pipelines.incidents.incident import Loss, Span

# Contract: share of a usual day's records that the last hours must have for their absence to be the cause.
_TAIL_SHARE: Final = 0.1
# Contract: earlier days that are needed to report a day while there is no baseline.
_LEAST_EARLIER: Final = 3


def short_days(counted: Floats, hours: Floats, is_watched: Flags) -> Iterator[Fault]:
    """Yield a fault for each run of days cut short; before there is a baseline, for each single day.

    The cause is `hours=13-23` if the first day has no records in its last hours, here from 13 on, although at least a
    tenth of a day's records usually come then. Otherwise it is `all`.

    Args:
        counted: records of each day.
        hours: records of each day (rows) by hour.
        is_watched: whether the day has logs and is no holiday.
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
    """Return whether the day with the index `place` has no baseline and far too few records: at most half the median of
    the earlier days, and less than each of them.

    `before` has the indexes of the earlier days; with fewer than `_LEAST_EARLIER`, no day is short.
    """
    is_young = (before >= place - RECENT_DAYS).sum() < LEAST_BASELINE_DAYS
    if not is_young or len(before) < _LEAST_EARLIER:
        return False
    return bool(counted[place] <= np.median(counted[before]) / 2 and counted[place] < counted[before].min())


def _gone_hours(there: Floats, usual: Floats) -> str:
    """Return the hours after the last record of a day, such as `hours=13-23`, if at least a tenth of a day's records
    usually come then; else `all`. `there` and `usual` are actual and usual records by hour.
    """
    last = int(np.flatnonzero(there)[-1]) + 1 if there.any() else 0
    is_gone = last < len(there) and usual[last:].sum() >= _TAIL_SHARE * usual.sum() > 0
    return f"hours={last:02d}-{len(there) - 1}" if is_gone else "all"
