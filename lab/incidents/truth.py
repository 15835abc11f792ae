"""Computes the incident that a planted fault should cause, by the definition of an incident, unless that is in
doubt.
"""

from datetime import date

import numpy as np
import polars as pl

from lab.incidents.apps import App
from lab.incidents.causes import clear_cause
from lab.incidents.days import Days, Flags, Floats
from lab.incidents.faults import ALL, Fault
from lab.incidents.planted import Planted, parts
from lab.incidents.rule import READINGS, Course, State, baseline_days, first_course
from lab.incidents.splits import explained, splits
from lab.incidents.tally import Series, Subject, all_series, channel_daily
from pipelines.contract.settings.settings import Settings

_NEWEST = 7
# Planted falls are well above the minimum of the definition.
_LEAST_FALL = 0.03
_LEAST_LOST = 16
_LEAST_VOLUME = 30
# Under this fall the rate of all apps together is in no doubt to open nothing.
_QUIET_FALL = 0.012


class Truth:
    """Computes the incidents that faults should cause in the data of a world."""

    def __init__(self, outcome_daily: pl.DataFrame, apps: list[App], days: Days, missing: set[int]) -> None:
        """Read the series of all subjects. `missing` are the indexes of the days without data."""
        self._data = outcome_daily
        self._days = days
        self._apps = apps
        self._usable = np.array([place not in missing for place in range(days.count)])
        dates = [days.at(place) for place in range(days.count)]
        holidays = Settings().holidays_among(dates)
        self._holidays = np.array([day in holidays for day in dates])
        self.series = all_series(channel_daily(outcome_daily), days)

    def planted(self, fault: Fault) -> Planted | None:
        """Return the incident that the fault should cause; None if the definition leaves a doubt."""
        if fault.kind == "data":
            day = self._days.at(fault.first)
            zero = (0.0, 0.0, 0.0)
            return Planted(fault.story, "data", "day", ALL, ALL, day, day, "recovered", "", "", *zero, False, ())
        if fault.kind == "volume":
            return self._volume(fault)
        subject = (fault.metric, fault.app_key, fault.channel)
        course = self._course(self.series[subject], fault)
        cause = self._cause(fault, subject, course) if course else None
        meant = ("mix", "") if fault.kind == "mix" else ("cell" if fault.where else "broad", fault.cause)
        return self._incident(fault, course, *cause) if course and cause == meant else None

    def _incident(self, fault: Fault, course: Course, cause_kind: str, cause: str) -> Planted:
        last = None if course.last_day is None else self._days.at(course.last_day)
        return Planted(
            fault.story, fault.kind, fault.metric, fault.app_key, fault.channel,
            self._days.at(course.first_day), last, course.state, cause_kind, cause,
            course.level_before, course.level_during, course.lost_total,
            fault.is_slow, tuple(parts(fault, self._apps)),
        )  # fmt: skip

    def _course(self, series: Series, fault: Fault) -> Course | None:
        """Return days, state, levels and loss of the fault's incident.

        Return None if the interpretations of the definition (`READINGS`) disagree, if the fall is too small, or if the
        incident does not begin with the fault.
        """
        found = [first_course(series, self._usable, fault.first - 8, reading) for reading in READINGS]
        course = found[0]
        if course is None or course.level_before - course.level_during < _LEAST_FALL or course.lost_total < _LEAST_LOST:
            return None
        near = 2 if fault.is_slow else 1
        if not fault.is_slow and abs(course.first_day - fault.first) > 1:
            return None
        for other in found:
            if other is None or other.state != course.state or abs(other.first_day - course.first_day) > near:
                return None
            if abs((other.last_day or 0) - (course.last_day or 0)) > (near if course.state == "settled" else 0):
                return None
            if abs(other.lost_total - course.lost_total) > (0.08 if fault.is_slow else 0.05) * course.lost_total:
                return None
        return course

    def _cause(self, fault: Fault, subject: Subject, course: Course) -> tuple[str, str] | None:
        """Return kind and text of the cause; None if the cause is not clear, or the incident may be part of another
        one.
        """
        before = self._dates(baseline_days(self._usable, course.first_day))
        after = self._days.count if course.last_day is None else course.last_day + 1
        during = np.flatnonzero(self._usable[course.first_day : after]) + course.first_day
        cause = clear_cause(splits(self._data, subject, before, self._dates(during[-_NEWEST:])))
        spans = (during[:1], during[:_NEWEST], during[-_NEWEST:])
        return cause if cause and all(self._is_alone(fault, before, self._dates(span)) for span in spans) else None

    def _is_alone(self, fault: Fault, before: list[date], now: list[date]) -> bool:
        """Return whether it is clear if a fall of all apps together comes from one app or from many.

        For a fault of one app, this fall must be too small for an incident, or one app must explain over 80 % of it.
        For a fault of all apps, each app must explain less than 70 %.
        """
        star = self.series[fault.metric, ALL, fault.channel]
        fallen = star.level(self._flags(before)) - star.level(self._flags(now))
        if fault.app_key != ALL and fallen < _QUIET_FALL:
            return True
        apps = splits(self._data, (fault.metric, ALL, fault.channel), before, now)["app_key",]
        most = explained(apps).max()
        return bool(most < 0.7 if fault.app_key == ALL else most > 0.8)

    def _dates(self, places: np.ndarray) -> list[date]:
        return [self._days.at(int(place)) for place in places]

    def _flags(self, days: list[date]) -> Flags:
        found = np.zeros(self._days.count, dtype=bool)
        found[[self._days.place(day) for day in days]] = True
        return found

    def _volume(self, fault: Fault) -> Planted | None:
        """Return the incident of a fault that stops all requests; None if its loss is in doubt.

        The incident has the days of the fault. Its loss is the sum of the usual volumes of these days.
        """
        volume = self.series["volume", fault.app_key, fault.channel].requests
        end = self._days.count if fault.last is None else fault.last + 1
        has_norm = self._usable & ~self._holidays
        stopped = [place for place in range(fault.first, end) if has_norm[place]]
        clean = baseline_days(has_norm, fault.first)
        norms = [np.array([norm(volume[clean[clean % 7 == place % 7]]) for place in stopped]) for norm in _NORMS]
        lost = [float(norm.sum()) for norm in norms]
        if volume[stopped].any() or norms[0].min() < _LEAST_VOLUME or max(lost) > 1.08 * min(lost):
            return None
        state: State = "open" if fault.last is None else "recovered"
        course = Course(fault.first, fault.last, state, lost[0] / len(stopped), 0.0, lost[0])
        return self._incident(fault, course, "", "")


def _newer(values: Floats) -> float:
    """Return the mean of the last two values: a weekday's volumes in the two newest weeks."""
    return float(values[-2:].mean())


# Return the usual volume of a weekday, computed in three ways.
_NORMS = (np.mean, np.median, _newer)
