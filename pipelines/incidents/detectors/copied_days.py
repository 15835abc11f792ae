"""Days that are an earlier one under a new date, whole or in one source: a stale export, a replay.

Lives here: the comparison of a day's records by hour with those of each day before. Two days that are drawn from the
same habits still differ by chance; what is nearer than that is the same day.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from math import sqrt
from statistics import median

from pipelines.common.text import counted
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import MIN_DAYS, history
from pipelines.incidents.profiles import Profile, Profiles

_LEAST_RECORDS = 100
# A copy is this much nearer than chance allows, and than days usually are.
_OF_CHANCE = 0.35
_OF_USUAL = 0.25
# Days that are nearer to each other than half of chance are drawn from nothing.
_LEAST_APART = 0.5
# The mean difference of two draws of one Poisson count, in its standard deviations: 2 / sqrt(pi).
_MEAN_DIFFERENCE = 1.128


def copied_days(day: date, profiles: Profiles) -> Iterator[Finding]:
    """The earlier day that this one repeats, give or take a few records: whole, or one of its sources."""
    whole = _repeated(day, {other: _by_channel(profile) for other, profile in profiles.items()})
    if whole:
        yield _copy_of(*whole, "", "")
        return
    for group in sorted(group for group in profiles[day] if group[0] == "hour_of_source"):
        cells = {other: dict(profile.get(group, {})) for other, profile in profiles.items()}
        if found := _repeated(day, cells):
            yield _copy_of(*found, f"日志源 {group[1]} ", f"source {group[1]}: ")


def _repeated(day: date, cells: Mapping[date, Mapping[str, int]]) -> tuple[date, int, int] | None:
    """The earlier day whose cells are those of `day`, the records of `day` and how many are others."""
    now, earlier = cells[day], {other: one for other, one in history(day, cells).items() if one}
    records = sum(now.values())
    if records < _LEAST_RECORDS or len(earlier) < MIN_DAYS:
        return None
    apart = {other: sum(abs(now.get(c, 0) - one.get(c, 0)) for c in {*now, *one}) for other, one in earlier.items()}
    nearest = min(apart, key=lambda other: (apart[other], other))
    usual, by_chance = median(apart.values()), _by_chance(now, earlier[nearest])
    # What sends the same each day, as a probe does, repeats itself on every good day: that is no copy.
    is_copy = usual >= _LEAST_APART * by_chance and apart[nearest] <= min(_OF_CHANCE * by_chance, _OF_USUAL * usual)
    return (nearest, records, apart[nearest]) if is_copy else None


def _by_chance(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """How many records two days differ by that are drawn from the same habits: a Poisson count's mean difference."""
    return sum(_MEAN_DIFFERENCE * sqrt((one.get(c, 0) + other.get(c, 0)) / 2) for c in sorted({*one, *other}))


def _copy_of(nearest: date, records: int, apart: int, of_zh: str, of_en: str) -> Finding:
    return Finding(
        f"{of_zh}像是 {nearest} 的副本：{records:,} 条记录按小时只差 {apart:,} 条",
        f"{of_en}a copy of {nearest}, it seems: {counted(records, 'record')}, which by hour are those of that day but "
        f"for {apart:,}",
        records,
    )


def _by_channel(profile: Profile) -> dict[str, int]:
    """Records by channel and hour."""
    return {
        f"{whole} {hour}": amount
        for (measure, whole), hours in profile.items()
        if measure == "hour_of_channel"
        for hour, amount in hours.items()
    }
