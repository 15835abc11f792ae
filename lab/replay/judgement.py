"""Decides which incidents of a replay are true, noise or nonsense, and which known events (`Happening`) are missed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

import polars as pl

from lab.replay.day_tables import DayTables
from lab.replay.mornings import Morning
from lab.replay.series import DataSet, Happening
from pipelines.incidents.incident import Incident
from pipelines.incidents.words import level_words

_BESIDE = timedelta(days=1)
_SAME_WEEK = timedelta(days=6)
_LEAST_LOST = 8
# A happening is covered if everybody sees its fall: on one of its days the folder, or an app of 100 records or more,
# has at most half of the median of the same weekday in the eight weeks before, and less than on any of these.
_VISIBLE = 0.5
_LEAST_USUAL = 100
_WEEKS, _LEAST_WEEKS = 8, 4
_HOURS = re.compile(r"hours?=([\d, -]+)")


@dataclass
class Judgement:
    """The incidents that a replay of a data set shows, each in one of three lists, and the known events that it misses.

    Attributes:
        mornings: number of mornings.
        bad_mornings: number of mornings that show nonsense.
        true: incidents on days of a known event, each as its first morning showed it.
        nonsense: incidents that cannot be true, with the reason, by id.
        noise: all other incidents, each as its first morning showed it.
        covered: number of known events that must be found.
        missed: the known events that must be found and have no incident.
    """

    mornings: int = 0
    bad_mornings: int = 0
    true: list[Incident] = field(default_factory=list)
    nonsense: dict[str, tuple[Incident, str]] = field(default_factory=dict)
    noise: list[Incident] = field(default_factory=list)
    covered: int = 0
    missed: list[Happening] = field(default_factory=list)


def judgement_of(of: DataSet, tables: DayTables, replayed: Iterable[Morning], unwatched: frozenset[date]) -> Judgement:
    """Return the judgement of the incidents on the mornings `replayed`.

    On the days `unwatched`, which are holidays of the calendar in the settings, happenings need not be found.
    """
    result = Judgement()
    first_seen: dict[str, tuple[Incident, date]] = {}
    last_seen: dict[str, tuple[Incident, date]] = {}
    for morning in replayed:
        result.mornings += 1
        faults = {one.incident_id: (one, why) for one in morning.listed if (why := nonsense_of(one, tables))}
        result.bad_mornings += bool(faults)
        result.nonsense |= faults
        for one in morning.listed:
            first_seen.setdefault(one.incident_id, (one, morning.as_of))
            last_seen[one.incident_id] = one, morning.as_of
    for key, (one, as_of) in first_seen.items():
        if key not in result.nonsense:
            is_true = any(_is_on(one, as_of, happening) for happening in of.happenings)
            (result.true if is_true else result.noise).append(one)
    reported = [(one, as_of) for key, (one, as_of) in last_seen.items() if key not in result.nonsense]
    for happening in covered(of, tables, unwatched):
        result.covered += 1
        if not any(_reports(one, as_of, happening) for one, as_of in reported):
            result.missed.append(happening)
    return result


def _reports(one: Incident, as_of: date, happening: Happening) -> bool:
    """Return whether an incident reports a happening. It does not if it began a week or more before the happening."""
    return _is_on(one, as_of, happening) and one.first_day >= happening.first_day - _SAME_WEEK


def _is_on(one: Incident, as_of: date, happening: Happening) -> bool:
    """Return whether an incident, as of `as_of`, and a happening have common days, or days next to each other."""
    last = min(one.last_day or as_of, as_of)
    return one.first_day <= happening.last_day + _BESIDE and last >= happening.first_day - _BESIDE


def nonsense_of(one: Incident, tables: DayTables) -> str | None:
    """Return why an incident cannot be true, whatever happened; None if it can."""
    if one.metric == "copied_day":
        return "no day of a real series is a copy"
    if one.metric == "missing_day":
        return "the day has records" if one.first_day in tables.records else None
    if one.lost_total < _LEAST_LOST:
        return f"{one.lost_total:.1f} lost"
    before, now = level_words(one)
    if before == now:
        return f"levels are equal: {before.en}"
    if one.metric == "missing_delivery" and one.first_day in tables.records:
        return "the only file of the day came"
    if one.metric in ("hour_shift", "short_day") and (hours := _hours_with_records(one, tables)):
        return f"hours {hours} have records"
    return None


def _hours_with_records(one: Incident, tables: DayTables) -> list[int]:
    """Return the hours that an incident reports as gone, but that have at least half of their usual records.

    They must have these records on the incident's first day and on the day after, because an incident can join faults
    of two days.
    """
    named = _HOURS.search(one.cause.cell or "")
    if not named:
        return []
    hours = tables.counts.filter(pl.col("metric") == "hour_shift", pl.col("part") != "")
    hours = hours.with_columns(hour=pl.col("part").str.extract(r"hour=(\d+)$").cast(pl.Int64))
    found = []
    for hour in sorted({hour for part in named[1].split(",") for hour in _span(part)}):
        by_day = dict(hours.filter(pl.col("hour") == hour).select("day", "records").iter_rows())
        usual = [by_day.get(one.first_day - timedelta(weeks=week), 0.0) for week in range(1, _LEAST_WEEKS + 1)]
        days = [day for day in (one.first_day, one.first_day + _BESIDE) if day in tables.records]
        if all(by_day.get(day, 0.0) >= max(median(usual) / 2, 1.0) for day in days):
            found.append(hour)
    return found


def _span(text: str) -> Iterator[int]:
    first, _, last = text.strip().partition("-")
    yield from range(int(first), int(last or first) + 1)


def covered(of: DataSet, tables: DayTables, unwatched: frozenset[date]) -> list[Happening]:
    """Return the happenings that must be found. Their fall is visible in the counts, on a day that is not in
    `unwatched`.
    """
    by_app = tables.channel_daily.group_by("day", "app_key").agg(pl.col("authorization_requests").sum())
    volumes = [
        dict(rows.select("day", "authorization_requests").iter_rows()) for rows in by_app.partition_by("app_key")
    ]
    volumes.append(dict(tables.records))
    return [
        happening
        for happening in of.happenings
        if any(
            happening.first_day <= day <= happening.last_day and day not in unwatched
            and any(_is_visible(day, volume) for volume in volumes)
            for day in of.days
        )
    ]  # fmt: skip


def _is_visible(day: date, volume: dict[date, int]) -> bool:
    before = [volume[other] for week in range(1, _WEEKS + 1) if (other := day - timedelta(weeks=week)) in volume]
    if len(before) < _LEAST_WEEKS or median(before) < _LEAST_USUAL:
        return False
    return volume.get(day, 0) <= _VISIBLE * median(before) and volume.get(day, 0) < min(before)
