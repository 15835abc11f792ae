"""How days are made up: what the checks compare with the days before.

Lives here: the profile of a day and how it is read, from `profile_daily`, `latency_daily` and the books of the files.
Does not belong here: what is usual (`norms.py`), what is unusual (`detectors/`), which
days are looked at (`examined.py`).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import median
from typing import Final

from pipelines.common.sql import sql
from pipelines.contract.settings import Settings
from pipelines.incidents.daily_files import dated
from pipelines.incidents.norms import WEEK, WEEKS, history
from pipelines.store.database import rows_of
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

Group = tuple[str, str]
"""A measure, and the whole whose parts it counts: ("stage", "wechat"); the whole of the day is ""."""
Profile = dict[Group, dict[str, int]]
"""The parts of each group. A group that is not there is unknown; a part that is not there in a group is 0."""
Profiles = Mapping[date, Profile]

OTHERS = "(others)"
"""The apps that are small on each of the days looked at, as one part."""
WINDOWED = ("hour", "hour_of_source", "hour_of_platform", "hour_of_app")
_WINDOW = 3
_LARGEST_BURST = 6.0
# An app with a smaller share of the records on each day is one of the others.
_SMALL = 250

NO_PROFILES: Final[Profiles] = {}


def read_profiles(store: Store, manifest: Manifest, settings: Settings, days: Iterable[date]) -> Profiles:
    """The profiles of the days and of the eight weeks before each."""
    wanted = {day - timedelta(days=back) for day in days for back in range(WEEK * WEEKS + 1)}
    entries = {day: entry for day, entry in manifest.days.items() if day in wanted}
    tables = {name: [store.day_table(entry, name) for entry in entries.values()] for name in _TABLES}
    # Of a day that an older version rolled up there is no profile until a run has rolled it up once more.
    files = {name: [file for file in paths if file.exists()] for name, paths in tables.items()}
    profiles: dict[date, Profile] = {day: {} for day in sorted(entries)}
    if not all(files.values()):
        return profiles
    given: dict[str, object] = {
        "profiles": [str(file) for file in files["profile_daily"]],
        "latencies": [str(file) for file in files["latency_daily"]],
        "small": _SMALL,
        "others": OTHERS,
    }
    read = [*files["profile_daily"], *files["latency_daily"]]
    for day, measure, whole, part, amount in rows_of(sql("pipelines.incidents", "profiles"), given, read, settings):
        profiles[day].setdefault((measure, whole), {})[part] = amount
    for entry in manifest.live_files():
        for day, rows in entry.days.items():
            if profiles.get(day):
                _add(profiles[day], ("source", ""), entry.source, rows.accepted)
        placed = dated(entry)
        if placed and profiles.get(placed[1]):
            _add(profiles[placed[1]], ("file", entry.source), placed[0], entry.accepted)
            for day, rows in entry.days.items():
                back = (placed[1] - day).days
                part = "same" if back == 0 else "earlier" if back > 0 else "later"
                _add(profiles[placed[1]], ("day_of_file", entry.source), part, rows.accepted)
    for profile in profiles.values():
        profile |= hour_windows(profile)
    return profiles


def with_others(day: date, profiles: Profiles) -> Profiles:
    """The day and the eight weeks before, apps that are small on each of them as one.

    Of days that are read together, each may have other apps that are small.
    """
    seen = {day: profiles[day]} | history(day, profiles)
    apps = {other: profile.get(_APPS, {}) for other, profile in seen.items()}
    large = {part for parts in apps.values() for part, n in parts.items() if n * _SMALL >= sum(parts.values())}
    merged: dict[date, Profile] = {}
    for other, profile in seen.items():
        merged[other] = {group: parts for group, parts in profile.items() if group != _APPS}
        for part, amount in apps[other].items():
            _add(merged[other], _APPS, part if part in large else OTHERS, amount)
    return merged


def named(part: str) -> tuple[str, str]:
    """What a part is called in Chinese and in English."""
    return ("其余应用", "the other apps") if part == OTHERS else (part, part)


def burst_size(profiles: Iterable[Profile], channel: str = "", *, of_answers: bool = False) -> float:
    """How many records a device leaves on a day of these, in the median, or answers; 1 where nothing tells it.

    Args:
        channel: the channel of which records are counted; all, where it is empty.
    """
    measure, many, few = ("devices", "answers", "devices") if of_answers else ("burst", "records", "bursts")
    sizes = [
        parts[many] / parts[few]
        for profile in profiles
        if (parts := profile.get((measure, channel), {})).get(few) and parts.get(many, 0) >= parts[few]
    ]
    return min(median(sizes), _LARGEST_BURST) if sizes else 1.0


def parts_of_weight(days: Iterable[tuple[Mapping[str, int], int]], least: float) -> list[str]:
    """The parts that have such a share of the whole on some day: of apps there may be a hundred thousand."""
    return sorted({part for parts, whole in days for part, amount in parts.items() if amount >= least * whole})


def hour_windows(profile: Profile) -> Profile:
    """The records by windows of three hours: `hours` as `hour`, `hours_of_app` as `hour_of_app`."""
    windows: Profile = {}
    for (measure, whole), parts in profile.items():
        if measure in WINDOWED:
            for hour, amount in parts.items():
                first = int(hour) // _WINDOW * _WINDOW
                group = (measure.replace("hour", "hours", 1), whole)
                _add(windows, group, f"{first:02d}–{first + _WINDOW - 1:02d}", amount)
    return windows


def _add(profile: Profile, group: Group, part: str, amount: int) -> None:
    parts = profile.setdefault(group, {})
    parts[part] = parts.get(part, 0) + amount


_APPS: Group = ("app", "")
_TABLES = ("profile_daily", "latency_daily")
