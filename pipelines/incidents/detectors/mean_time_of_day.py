"""The mean time of a day's records: a clock that is off by an hour or two, or of some devices alone; a part day.

Lives here: the comparison of the mean with those of the days before. Records that lie in quite other hours are found in
`unusual_hours.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt

from pipelines.incidents.chance import as_normal, far_of, variance_of_bursts, without_strangest
from pipelines.incidents.detectors.unusual_hours import MEASURES, NAMES
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import MIN_DAYS, WEEK, by_weekday, history
from pipelines.incidents.profiles import Group, Profiles, burst_size

_LEAST_RECORDS = 100
# It must be so many hours from any weekday's mean.
_LEAST_AWAY = 0.4
# The standard deviation of the hour of one record.
_HOURS_APART = 6.0
# The variance of a median of so many values, in that of one.
_OF_MEDIAN = 1.57
# The last hours, which may come late, are so many hours from the middle.
_LAST_HOURS = 12.0


@dataclass(frozen=True)
class _Limits:
    """What a day's means are held against: how many hours count, what chance would not reach, the size of bursts."""

    day: date
    hours: float
    far: float
    burst: float


def unusual_mean_times(day: date, profiles: Profiles, on_time: float = 1.0) -> Iterator[Finding]:
    """Wholes whose records have another mean time than on any weekday; the first measure that has some.

    Args:
        on_time: the share of a usual day's records that is there when the day is closed.
    """
    earlier = history(day, profiles)
    there = [group for group, hours in sorted(profiles[day].items()) if _records(hours) >= _LEAST_RECORDS]
    groups = {measure: [group for group in there if group[0] == measure] for measure in MEASURES}
    limits = _Limits(
        day,
        hours=_LEAST_AWAY + _LAST_HOURS * (1 - on_time),
        far=far_of(sum(map(len, groups.values()))),
        burst=burst_size(earlier.values()),
    )
    for measure in MEASURES:
        found = False
        for group in groups[measure]:
            before = {other: profile[group] for other, profile in earlier.items() if _records(profile.get(group, {}))}
            if finding := _finding(group, profiles[day][group], before, limits):
                found = True
                yield finding
        if found:
            return


def _finding(
    group: Group, hours: Mapping[str, int], before: Mapping[date, Mapping[str, int]], limits: _Limits
) -> Finding | None:
    day = limits.day
    means = {other: _mean(one) for other, one in before.items()}
    usual = by_weekday(day, means)
    if len(means) < MIN_DAYS or len(usual) < WEEK:
        return None
    there, low, high = _mean(hours), min(usual.values()), max(usual.values())
    away = there - low if there < low else max(there - high, 0.0)
    if abs(away) <= limits.hours:
        return None
    rests = without_strangest(
        [
            (mean - usual[(day - other).days % WEEK or WEEK]) / _HOURS_APART * sqrt(_records(before[other]))
            for other, mean in means.items()
        ],
        float,
    )
    # What is usual is the median of a few noisy days, from which the rests are nearer than from the truth.
    weeks = len(means) / WEEK
    unsure = (1 + _OF_MEDIAN * (1 / weeks + 1 / WEEK)) * len(means) / (len(means) - WEEK - weeks + 1)
    strangeness = (away / _HOURS_APART) ** 2 * _records(hours) / unsure
    if as_normal(strangeness, rests, variance_of_bursts(limits.burst)) < limits.far:
        return None
    zh, en = NAMES[group[0]]
    name_zh, name_en = f"{zh} {group[1]}".strip(), f"{en} {group[1]}".strip()
    late_zh, late_en = ("晚", "later") if away > 0 else ("早", "earlier")
    apart = abs(there - usual[WEEK])
    return Finding(
        f"{name_zh}：记录的平均时刻比平时{late_zh} {apart:.1f} 小时，可能时钟有误或缺少部分时段",
        f"{name_en}: the mean time of the records is {apart:.1f} hours {late_en} than usual: a clock that is off, or "
        "hours that are missing",
        abs(away) / _LAST_HOURS * _records(hours),
    )


def _mean(hours: Mapping[str, int]) -> float:
    return sum(int(hour) * records for hour, records in hours.items()) / _records(hours)


def _records(hours: Mapping[str, int]) -> int:
    return sum(hours.values())
