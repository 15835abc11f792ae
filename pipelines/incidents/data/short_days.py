"""Detects days cut short: all apps together have far fewer records than is usual on the weekday."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from pipelines.incidents.data.data_faults import Fault
from pipelines.incidents.detection.baselines import LEAST_BASELINE_DAYS, RECENT_DAYS
from pipelines.incidents.detection.fall import WINDOW_DAYS
from pipelines.incidents.detection.falls import DAYS_BACK, LEAST_FALL, SETTLED_DAYS, falls
from pipelines.incidents.detection.grids import Flags, Floats, Places
from pipelines.incidents.detection.volume_measure import VolumeMeasure
from pipelines.incidents.incident import Loss, Span

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
    early = [*_early_runs(counted, is_watched)]
    for run in early:
        usual = hours[run.before].sum(axis=0)
        yield Fault("short_day", _gone_hours(hours[run.span.first], usual), run.span, run.loss)
    for fall in falls(VolumeMeasure(counted[:, None], is_watched[:, None]), LEAST_FALL, windows=(1,)):
        if not any(_contains(run.span, fall.span, len(counted)) for run in early):
            usual = hours[fall.baseline].sum(axis=0)
            yield Fault("short_day", _gone_hours(hours[fall.first], usual), fall.span, fall.loss_of_volume(counted))


class _EarlyRun(NamedTuple):
    """Short days that began without a baseline. `before` has the indexes of the earlier days."""

    span: Span
    before: Places
    loss: Loss


def _early_runs(counted: Floats, is_watched: Flags) -> Iterator[_EarlyRun]:
    """Yield each run of short days that begins while there is no baseline. The earlier days replace the baseline; the
    run ends as a fall does.
    """
    end = 0
    for place in np.flatnonzero(is_watched).tolist():
        before = np.flatnonzero(is_watched[:place])
        if place < end or not _is_short_among_few(counted, before, place):
            continue
        usual = float(np.median(counted[before]))
        span = _followed(counted, is_watched, place, usual)
        end = _end(span, len(counted))
        days = place + np.flatnonzero(is_watched[place:end])
        missing, newest = usual - counted[days], counted[days][-WINDOW_DAYS:]
        loss = Loss(usual, float(newest.mean()), float(missing[-1]), float(missing.sum()), int(days[-1]))
        yield _EarlyRun(span, before, loss)


def _followed(counted: Floats, is_watched: Flags, first: int, usual: float) -> Span:
    """Return the span of the short days that begin on the day `first`. A day is back if it is nearer to `usual` than to
    the mean of the short days before it.
    """
    last_bad, back = first, 0
    for day in range(first, len(counted)):
        if day - first >= SETTLED_DAYS:
            return Span(first, first + SETTLED_DAYS - 1, "settled")
        if is_watched[day]:
            short = counted[first : last_bad + 1][is_watched[first : last_bad + 1]]
            if usual - counted[day] >= (usual - short.mean()) / 2:
                last_bad, back = day, 0
            else:
                back += 1
                if back >= DAYS_BACK:
                    return Span(first, last_bad, "recovered")
    return Span(first, None, "open")


def _contains(run: Span, fall: Span, days: int) -> bool:
    return run.first <= fall.first and _end(fall, days) <= _end(run, days)


def _end(span: Span, days: int) -> int:
    """Return the index of the day after a span; `days` while the span is open."""
    return days if span.last is None else span.last + 1


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
