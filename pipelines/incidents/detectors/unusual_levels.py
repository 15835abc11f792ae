"""Numbers of a day that left the norm of their weekday: its latencies, its devices, its copies.

Lives here: series of single numbers. The volume is in `volumes.py`, parts of a whole in `unusual_parts.py`, the hours
in `unusual_hours.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log
from statistics import median

from pipelines.common.text import about
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import MIN_DAYS, Norm, history, norm
from pipelines.incidents.profiles import Group, Profile, Profiles
from pipelines.store.manifest import DayEntry

SIGMAS = 4.0
_SPREAD_FLOOR = 0.08
# Of fewer records a median is chance.
_LEAST_RECORDS = 100
_LEAST_OF_DAY = 0.02
# From zero milliseconds there is no ratio.
_MS = 1.0
# So many more are unusual where they were never as many, and fewer where they were never half as many.
_COPIES_MORE = 0.05
_COPIES_AT_LEAST = 0.02
_LEAST_COPIES = 10
_RARE = 20
# A device for each record: ids that are made anew each time, where people used to come back.
_MADE_UP = 0.99
_COMING_BACK = 0.95
_LEAST_COMING_BACK = 20


@dataclass(frozen=True)
class _Latency:
    """A latency of the profile: its place there, its name in a finding, and the factor from which it is unusual."""

    group: Group
    part: str
    name: str
    factor: float


def unusual_latencies(day: date, profiles: Profiles) -> Iterator[Finding]:
    """Medians and 95th percentiles of channels, and medians of large apps, that are not as usual."""
    said = set()
    for group, parts in sorted(profiles[day].items()):
        measure, whole = group
        if measure == "latency" and parts["records"] >= _LEAST_RECORDS:
            for name, factor in (("p50", 1.7), ("p95", 2.0)):
                latency = _Latency(group, name, f"{whole} {name}", factor)
                if finding := _latency_finding(day, profiles, latency, parts["records"]):
                    said.add(whole)
                    yield finding
        elif measure == "latency_of_app" and _is_large(day, profiles, whole):
            for channel in sorted(parts.keys() - said):
                if profiles[day].get(("channel_of_app", whole), {}).get(channel, 0) < _LEAST_RECORDS:
                    continue
                latency = _Latency(group, channel, f"{whole} {channel} p50", 4.0)
                if finding := _latency_finding(day, profiles, latency, _LEAST_RECORDS):
                    yield finding


def _latency_finding(day: date, profiles: Profiles, latency: _Latency, weight: int) -> Finding | None:
    group, part, name = latency.group, latency.part, latency.name
    before = {
        other: log(profile[group][part] + _MS)
        for other, profile in history(day, profiles).items()
        if part in profile.get(group, {})
    }
    now, usual = profiles[day][group][part], norm(day, before)
    if usual is None or not _is_far(log(now + _MS), usual, latency.factor):
        return None
    ms = exp(usual.expected) - _MS
    return Finding(
        f"{name}：{now:,} 毫秒，平时约 {about(ms)} 毫秒", f"{name}: {now:,} ms, usually some {about(ms)} ms", weight
    )


def unusual_devices(day: date, profiles: Profiles) -> Iterator[Finding]:
    """Wholes with far fewer or far more devices for their records than usual; the day, channels, large apps."""
    said = False
    for group, parts in sorted(profiles[day].items()):
        measure, whole = group
        if measure not in ("devices", "devices_of_app") or parts.get("answers", 0) < _LEAST_RECORDS:
            continue
        if (measure == "devices_of_app" and not _is_large(day, profiles, whole)) or (whole and said):
            continue
        before = {other: profile[group] for other, profile in history(day, profiles).items() if group in profile}
        ratios = norm(day, {other: _of_answer(one) for other, one in before.items() if one.get("answers")})
        counts = norm(day, {other: log(one.get("devices", 0) + 0.5) for other, one in before.items()})
        if ratios is None or counts is None or exp(counts.expected) < _LEAST_RECORDS:
            continue
        now, devices = _of_answer(parts), parts.get("devices", 0)
        factor = 2.0 if measure == "devices_of_app" else 1.6
        # With twice the people there are twice the devices; more devices for the same people are made up.
        more = now > ratios.high and log(devices + 0.5) > counts.high + log(factor)
        far = _is_far(now, ratios, factor) and (more or now < ratios.low)
        if far or _are_made_up(parts, list(before.values())):
            said = said or not whole
            usual = exp(ratios.expected) * parts["answers"]
            name_zh, name_en = (f"{whole} 设备数", f"devices of {whole}") if whole else ("设备数", "devices")
            yield Finding(
                f"{name_zh}：{devices:,}，对 {parts['answers']:,} 条记录平时约 {about(usual)}",
                f"{name_en}: {devices:,}, usually some {about(usual)} for {parts['answers']:,} records",
                abs(usual - devices),
            )


def _are_made_up(parts: Mapping[str, int], before: Sequence[Mapping[str, int]]) -> bool:
    """Whether hardly a device came twice, while on each day before enough of them did."""
    if parts.get("devices", 0) <= _MADE_UP * parts["answers"]:
        return False
    most = max(one.get("devices", 0) / max(one.get("answers", 0), 1) for one in before)
    return most <= _COMING_BACK and (1 - most) * parts["answers"] >= _LEAST_COMING_BACK


def _of_answer(parts: Mapping[str, int]) -> float:
    return log((parts.get("devices", 0) + 0.5) / (parts.get("answers", 0) + 0.5))


def _is_far(value: float, usual: Norm, factor: float) -> bool:
    """Whether a logarithm lies outside of what any weekday would have, by the factor and by more than chance."""
    distance = max(usual.low - value, value - usual.high, 0.0)
    return distance > max(log(factor), SIGMAS * max(usual.spread, _SPREAD_FLOOR))


def _is_large(day: date, profiles: Profiles, app_key: str) -> bool:
    """Whether an app's single figures are looked at."""
    apps: Profile = profiles[day]
    of_day = apps.get(("app", ""), {})
    return of_day.get(app_key, 0) >= _LEAST_OF_DAY * sum(of_day.values())


def unusual_copies(day: date, days: Mapping[date, DayEntry]) -> tuple[float, float, Norm | None] | None:
    """The day's share of copies, the usual one, and the basis where that is unusual; None after too few days."""
    before = {other: _copies(entry) for other, entry in history(day, days).items() if entry.accepted}
    if day not in days or len(before) < MIN_DAYS:
        return None
    now, usual = _copies(days[day]), median(before.values())
    as_many, copies = sum(share >= now for share in before.values()), days[day].accepted - days[day].counted
    high = sorted(before.values())[-1 - len(before) // _RARE]
    is_unusual = copies >= _LEAST_COPIES and (
        (now > usual + _COPIES_MORE and as_many <= max(1, len(before) // _RARE))
        or now > max(usual + _COPIES_AT_LEAST, 2 * high)
    )
    basis = norm(day, dict.fromkeys(before, 0.0)) if is_unusual else None
    return now, usual, basis


def _copies(entry: DayEntry) -> float:
    return 1 - entry.counted / entry.accepted if entry.accepted else 0.0
