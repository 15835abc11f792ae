"""What used to be delivered each day and was not: a source, or a file of a daily set.

Lives here: the comparison of a day's files with those of the days before, from the books of the files alone. A file of
a daily set is known by its path, with the dates in it taken as the days that they are away from the newest of them:
`gw2/2026-11-23/13.log` is each day's `gw2/<day>/13.log`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import exp, log
from statistics import median

from pipelines.common.text import about
from pipelines.incidents.daily_files import dated, path_of
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import WEEK, YOUNG_DAYS, history, norm
from pipelines.store.manifest import Manifest

# What came on so many of the last days that have data is delivered daily; a source may also keep to its weekdays. Where
# there are fewer days yet, on each of them.
_LAST_DAYS = 14
_DAILY = 12
_SAME_WEEKDAYS = 3
# What gives fewer records on a usual day may be silent by chance.
_LEAST_RECORDS = 20
# A missing file is reported where its records are missing, too: a set may be cut anew.
_LEAST_MISSING = 0.5


def missing_deliveries(manifest: Manifest, day: date) -> Iterator[Finding]:
    """The sources and files that used to come each day and are not there for `day`."""
    by_source: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    by_file: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for entry in manifest.live_files():
        for other, rows in entry.days.items():
            by_source[entry.source][other] += rows.accepted
        if placed := dated(entry):
            by_file[entry.source, placed[0]][placed[1]] += entry.accepted
    with_data = sorted(history(day, manifest.days))[-_LAST_DAYS:]
    if len(with_data) < YOUNG_DAYS:
        return
    silent = set()
    for source, came in sorted(by_source.items()):
        if not came.get(day) and _usual(came, with_data) >= _LEAST_RECORDS and _is_expected(came, with_data, day):
            silent.add(source)
            expected = _expected(came, day, with_data)
            yield Finding(
                f"日志源 {source} 没有 {day} 的任何记录，平时约 {about(expected)} 条",
                f"source {source} has no record of {day}, usually some {about(expected)}",
                expected,
            )
    for (source, path), came in sorted(by_file.items()):
        if source in silent or day in came or not _is_daily(came, with_data):
            continue
        if _usual(came, with_data) < _LEAST_RECORDS:
            continue
        expected = _expected(came, day, with_data)
        lacking = _expected(by_source[source], day, with_data) - by_source[source].get(day, 0)
        if lacking >= _LEAST_MISSING * expected:
            name = path_of(path, day)
            yield Finding(
                f"每天都有的文件没有送达：{name}，平时约 {about(expected)} 条",
                f"a file that comes every day did not: {name}, usually some {about(expected)} records",
                expected,
            )


def _usual(came: Mapping[date, int], with_data: list[date]) -> float:
    return median(came.get(other, 0) for other in with_data)


def _expected(came: Mapping[date, int], day: date, with_data: list[date]) -> float:
    """What should come on that weekday; where too few days came before, what comes on any day."""
    of_weekday = norm(day, {other: log(records) for other, records in history(day, came).items() if records})
    return exp(of_weekday.expected) if of_weekday else _usual(came, with_data)


def _is_daily(came: Mapping[date, int], with_data: list[date]) -> bool:
    """Whether it comes daily. A day or two without it do not end that: what stays away is named more than once."""
    return sum(other in came for other in with_data) >= min(_DAILY, len(with_data))


def _is_expected(came: Mapping[date, int], with_data: list[date], day: date) -> bool:
    if _is_daily(came, with_data):
        return True
    same = [day - timedelta(days=WEEK * back) for back in range(1, _SAME_WEEKDAYS + 1)]
    return all(came.get(other) for other in same)
