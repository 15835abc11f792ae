"""Which day of the week a day looks like: its own, but for a holiday, which looks like a Sunday."""

from datetime import date
from math import log
from statistics import mean, median

from pipelines.incidents.norms import WEEK, by_weekday, history
from pipelines.incidents.profiles import Profiles

_LEAST_RECORDS = 30
# The largest apps and channels tell it.
_LARGEST = 20
# A day is like another weekday where its shares are this far from its own in the mean, and so much nearer to that one.
_LEAST_MISFIT = 0.04
_MISFIT = 1.5
# What is farther is gone or doubled, and says nothing of the weekday.
_FAR = 0.7


def weekday_alike(day: date, profiles: Profiles) -> int:
    """How many days back the weekday lies whose mix of apps and channels the day has: 7, its own, but for a holiday."""
    earlier = history(day, profiles)
    apart: dict[int, list[float]] = {back: [] for back in range(1, WEEK + 1)}
    for group in (("app", ""), ("channel", "")):
        now = profiles[day].get(group, {})
        before = {other: profile[group] for other, profile in earlier.items() if group in profile}
        wholes = {other: sum(parts.values()) for other, parts in {day: now, **before}.items()}
        for part in sorted(now, key=lambda name: (-now[name], name))[:_LARGEST]:
            if now[part] < _LEAST_RECORDS:
                continue
            logs = {other: log((parts.get(part, 0) + 0.5) / wholes[other]) for other, parts in before.items()}
            here = log((now[part] + 0.5) / wholes[day])
            for back, usual in by_weekday(day, logs).items():
                apart[back].append(here - usual)
    # What one part lost the others gained, all alike. A part that is gone is like no weekday's.
    misfit = {
        back: mean(min(abs(one - median(those)), _FAR) for one in those) for back, those in apart.items() if those
    }
    if len(misfit) < WEEK:
        return WEEK
    nearest = min(misfit, key=lambda back: (misfit[back], -back))
    is_other = misfit[WEEK] > max(_LEAST_MISFIT, _MISFIT * misfit[nearest])
    return nearest if is_other else WEEK
