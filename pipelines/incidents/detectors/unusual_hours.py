"""The hours of a day: a clock that is wrong, a zone that was mistaken, hours whose log is lost.

Lives here: the comparison of a day's hours with those of the days before. A day is as usual when some of them are like
it: so a holiday that is spent as a Sunday is none, while no day of the week is like one that is eight hours off.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from math import sqrt
from statistics import median

from pipelines.common.text import about
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import MIN_DAYS, history
from pipelines.incidents.profiles import Group, Profiles, burst_size

MEASURES = ("hour", "hour_of_source", "hour_of_platform", "hour_of_channel", "hour_of_stage", "hour_of_app")
NAMES = {
    "hour": ("全天", "the day"), "hour_of_source": ("日志源", "source"), "hour_of_channel": ("渠道", "channel"),
    "hour_of_platform": ("平台", "platform"), "hour_of_stage": ("环节", "stage"), "hour_of_app": ("应用", "app"),
}  # fmt: skip
HOURS = 24
_HISTORY = 28
_LEAST_RECORDS = 100
_LEAST_OF_DAY = 0.03
# Two days of which so large a share lies in other hours are not alike.
_LEAST_DISTANCE = 0.12
_CLOSEST = 3
# An hour with so small a part of its usual records is lost, where one day in twenty at most had as few of the day's.
_EMPTY = 0.1
_LEAST_OF_USUAL = 0.25
_RARE = 20
_LEAST_OF_HOUR = 30
# That so many bursts of records are none is no chance.
_LEAST_BURSTS = 14

Shares = list[float]


def unusual_hours(
    day: date, profiles: Profiles, on_time: float = 1.0, skipped: Set[int] = frozenset()
) -> Iterator[Finding]:
    """Wholes whose records lie in other hours than on any day before, or lack some.

    Args:
        on_time: the share of a usual day's records that is there when the day is closed.
        skipped: hours that the clock skipped that day.
    """
    earlier, found = history(day, profiles), False
    burst = burst_size(earlier.values())
    # An hour whose records may all be late is not lost.
    least = max(
        _LEAST_BURSTS * burst,
        _LEAST_OF_HOUR,
        2 * sum(profiles[day].get(("hour", ""), {}).values()) * (1 - on_time) / on_time,
    )
    for measure in MEASURES:
        # The day or its sources say it all: no need to name each platform, channel and app.
        if found and measure not in ("hour", "hour_of_source"):
            return
        groups = {group: parts for group, parts in sorted(profiles[day].items()) if group[0] == measure}
        of_all = sum(sum(parts.values()) for parts in groups.values())
        for group, now in groups.items():
            if sum(now.values()) < max(_LEAST_RECORDS, _LEAST_OF_DAY * of_all if group[1] else 0):
                continue
            newest = sorted(other for other, profile in earlier.items() if group in profile)[-_HISTORY:]
            before = [shares(earlier[other][group]) for other in newest]
            if finding := _finding(group, now, before, burst) or _lost_hours(group, now, before, least, skipped):
                found = True
                yield finding
        # What the whole day lacks need not be reported of its sources.
        if found and measure == "hour":
            least = float("inf")


def shares(hours: Mapping[str, int]) -> Shares:
    """The share of each hour."""
    total = sum(hours.values())
    return [hours.get(f"{hour:02d}", 0) / total for hour in range(HOURS)] if total else [0.0] * HOURS


def _finding(group: Group, hours: Mapping[str, int], before: Sequence[Shares], burst: float) -> Finding | None:
    if len(before) < MIN_DAYS:
        return None
    now, records = shares(hours), sum(hours.values())
    usual = [median(column) for column in zip(*before, strict=True)]
    if _distance(now, usual) < _LEAST_DISTANCE:
        return None
    # As far as the days before are from each other, all but one in twenty of them.
    apart = sorted(_closest(one, [other for other in before if other is not one]) for one in before)
    chance = 0.6 * sqrt(24 * burst / records)
    limit = max(_LEAST_DISTANCE, 1.5 * apart[-1 - len(apart) // 20], chance)
    distance = _closest(now, before)
    if distance <= limit:
        return None
    zh, en = NAMES[group[0]]
    name_zh, name_en = f"{zh} {group[1]}".strip(), f"{en} {group[1]}".strip()
    guess_zh, guess_en = _guess(now, usual, records)
    return Finding(
        f"{name_zh}：{distance:.0%} 的记录落在与以往任何一天都不同的时段{guess_zh}",
        f"{name_en}: {distance:.0%} of the records lie in other hours than on any day before{guess_en}",
        distance * records,
    )


def _lost_hours(
    group: Group, hours: Mapping[str, int], before: Sequence[Shares], least: float, skipped: Set[int]
) -> Finding | None:
    """Hours that are as good as empty, with what they would have had by their share of the days before."""
    if len(before) < MIN_DAYS:
        return None
    records, few = sum(hours.values()), len(before) // _RARE

    def usual(run: Sequence[int]) -> float:
        """What the hours would have; nothing where they had as little before."""
        by_day = sorted(sum(shares[hour] for hour in run) for shares in before)
        return median(by_day) * records if by_day[few] >= _LEAST_OF_USUAL * median(by_day) else 0.0

    medians = [median(one[hour] for one in before) for hour in range(HOURS)]
    empty = [
        hour
        for hour in range(HOURS)
        if hour not in skipped and hours.get(f"{hour:02d}", 0) <= _EMPTY * medians[hour] * records
    ]
    runs = [run for run in _runs(empty, medians) if usual(run) >= least]
    if not runs:
        return None
    lost = [hour for run in runs for hour in run]
    zh, en = NAMES[group[0]]
    name_zh, name_en = f"{zh} {group[1]}".strip(), f"{en} {group[1]}".strip()
    listed, missing = ", ".join(f"{hour:02d}" for hour in lost), usual(lost)
    is_edge = lost in ([0], [23])
    guess_zh, guess_en = ("，也可能是时钟差一小时", ", or a clock is off by an hour") if is_edge else ("", "")
    return Finding(
        f"{name_zh}：几乎没有记录的小时：{listed}，平时约 {about(missing)} 条{guess_zh}",
        f"{name_en}: hours with next to no records: {listed}, usually some {about(missing)}{guess_en}",
        missing,
    )


def _runs(hours: Sequence[int], usual: Sequence[float]) -> list[list[int]]:
    """Hours as runs of hours that follow each other; one that usually has nothing may lie between others alone."""
    runs: list[list[int]] = []
    for hour in hours:
        if runs and runs[-1][-1] == hour - 1:
            runs[-1].append(hour)
        else:
            runs.append([hour])
    with_records = ([hour for hour in run if usual[hour]] for run in runs)
    return [list(range(held[0], held[-1] + 1)) for held in with_records if held]


def _distance(one: Shares, other: Shares) -> float:
    """The share of records that lie in other hours."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2


def _closest(one: Shares, others: Sequence[Shares]) -> float:
    """The distance to the days that are most alike."""
    nearest = sorted(_distance(one, other) for other in others)[:_CLOSEST]
    return sum(nearest) / len(nearest)


def _guess(now: Shares, usual: Shares, records: int) -> tuple[str, str]:
    """What the hours look like: hours that are not there, or a clock that is off."""
    there = [hour for hour in range(24) if now[hour] >= 0.1 * usual[hour]]
    gone = [hour for hour in range(24) if hour not in there and usual[hour] * records >= 10]
    chance = 0.3 * sqrt(HOURS / records)
    if gone and _unlike([now[hour] for hour in there], [usual[hour] for hour in there]) < _LEAST_DISTANCE / 2 + chance:
        listed = ", ".join(f"{hour:02d}" for hour in gone)
        return f"；几乎没有记录的小时：{listed}", f"; hours with next to no records: {listed}"
    offsets = {hours: _off(now, usual, hours) for hours in range(-12, 13)}
    best = min(offsets, key=lambda hours: (offsets[hours], abs(hours)))
    if best and offsets[best] < offsets[0] / 2:
        zh, en = ("快", "ahead") if best > 0 else ("慢", "behind")
        return f"，像是时钟{zh}了 {abs(best)} 小时", f", as if a clock were {abs(best)} hours {en}"
    return "", ""


def _off(now: Shares, usual: Shares, hours: int) -> float:
    """How unlike the usual the day is when its clock is set back by `hours`, over the hours that both then have."""
    both = [hour for hour in range(24) if 0 <= hour + hours < 24]
    return _unlike([now[hour + hours] for hour in both], [usual[hour] for hour in both])


def _unlike(one: Shares, other: Shares) -> float:
    """The share of records that lie in other hours, of the hours that are given alone."""
    if not sum(one) or not sum(other):
        return 1.0
    return sum(abs(a / sum(one) - b / sum(other)) for a, b in zip(one, other, strict=True)) / 2
