"""Detects days cut short: all apps together have far fewer records than is usual on the weekday."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from pipelines.incidents.data.data_faults import Fault
from pipelines.incidents.data_metrics import SHORT_DAY
from pipelines.incidents.detection.baselines import LEAST_BASELINE_DAYS, RECENT_DAYS
from pipelines.incidents.detection.fall import Fall
from pipelines.incidents.detection.falls import LEAST_FALL, falls
from pipelines.incidents.detection.grids import Flags, Floats, Places
from pipelines.incidents.detection.volume_measure import VolumeMeasure

# Contract: share of a usual day's records that the last hours must have for their absence to be the cause.
_TAIL_SHARE: Final = 0.1
# Contract: earlier days that are needed to report a day while there is no baseline.
_LEAST_EARLIER: Final = 3


def short_days(counted: Floats, hours: Floats, is_watched: Flags) -> Iterator[Fault]:
    """Yield a fault for each run of days cut short.

    The cause is `hours=13-23` if the first day has no records in its last hours, here from 13 on, although at least a
    tenth of a day's records usually come then. Otherwise it is `all`.

    Args:
        counted: records of each day.
        hours: records of each day (rows) by hour.
        is_watched: whether the day has logs and is no holiday.
    """
    early = [*_early_falls(counted, is_watched)]
    later = falls(VolumeMeasure(counted[:, None], is_watched[:, None]), LEAST_FALL, windows=(1,))
    # Days of an early fall have no baseline, but its later days may have one.
    others = [fall for fall in later if not any(one.first <= fall.first and fall.end <= one.end for one in early)]
    for fall in (*early, *others):
        cause = _gone_hours(hours[fall.first], hours[fall.baseline].sum(axis=0))
        yield Fault(SHORT_DAY, cause, fall.span, fall.loss_of_volume(counted))


def _early_falls(counted: Floats, is_watched: Flags) -> Iterator[Fall]:
    """Yield each fall that begins without a baseline. The earlier days are its baseline, their median is its norm."""
    end = 0
    for place in np.flatnonzero(is_watched).tolist():
        before = np.flatnonzero(is_watched[:place])
        if place >= end and _is_short_among_few(counted, before, place):
            norm = np.full(len(counted), np.median(counted[before]))
            fall = Fall(0, place, place, place, place, before, is_watched, {"norm": norm})
            missing = norm - counted

            def is_bad(day: int, fall: Fall = fall, missing: Floats = missing) -> bool:
                short = missing[fall.first : fall.last_bad + 1][is_watched[fall.first : fall.last_bad + 1]]
                return bool(missing[day] >= short.mean() / 2)

            fall.follow(is_bad)
            end = fall.end
            yield fall


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
