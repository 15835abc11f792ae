"""Computes the mornings of a data set: the incidents that a reader sees in the morning after each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from lab.replay.day_tables import DayTables
from pipelines.contract.settings.settings import Settings
from pipelines.incidents.data.data_incidents import data_incidents
from pipelines.incidents.detection.subjects import day_counts, watched_volumes
from pipelines.incidents.folder import folder_of
from pipelines.incidents.incident import FURTHER, Incident
from pipelines.incidents.parts import with_parts
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.reportable import is_reportable
from pipelines.incidents.volume_incidents import volume_incidents

FIRST_MORNING = 7


@dataclass(frozen=True)
class Morning:
    """The incidents with a line of their own on the morning after `as_of`: open ones, and new ones that have ended."""

    as_of: date
    listed: tuple[Incident, ...]


def incidents_as_of(tables: DayTables, days: Sequence[date], settings: Settings) -> list[Incident]:
    """Return the incidents of rates, volumes and the data as of the last of `days`."""
    seen = tuple(days)
    counts = tables.channel_daily.filter(pl.col("day") <= seen[-1])
    manifest, holidays = tables.manifest(seen[-1]), settings.holidays_among(seen)
    has_logs, is_holiday = (np.array([day in some for day in seen]) for some in (manifest.days, holidays))
    of_days = day_counts(counts, seen)
    rates, cells = rate_incidents(tables.connection, of_days, seen)
    volumes = volume_incidents(watched_volumes(of_days, has_logs, is_holiday), seen)
    of_data = data_incidents(tables.counts.filter(pl.col("day") <= seen[-1]), manifest, is_holiday, seen)
    found = [one for one in (*rates, *volumes, *of_data) if is_reportable(one)]
    counted = sum(entry.counted for entry in manifest.days.values())
    return with_parts(found, cells, folder_of(of_days, seen, has_logs & ~is_holiday, counted, found))


def mornings(tables: DayTables, days: Sequence[date], settings: Settings, every: int = 1) -> list[Morning]:
    """Return the morning after the seventh day and after each later day. With `every` above 1, only each `every`-th."""
    found: list[Morning] = []
    known: set[str] = set()
    for day in _looked_at(tables, days)[::every]:
        now = incidents_as_of(tables, [one for one in days if one <= day], settings)
        # Incidents that opened and ended since the last morning would have been seen on a skipped morning.
        opened = {one.incident_id for one in now} - known if found else set()
        listed = [one for one in now if one.last_day is None or one.incident_id in opened]
        known |= {one.incident_id for one in now}
        found.append(Morning(day, tuple(one for one in listed if is_first_line(one))))
    return found


def mornings_by_newest(tables: DayTables, days: Sequence[date], settings: Settings) -> list[Morning]:
    """Return the morning after the seventh day and after each later day, derived from the incidents of the newest day.

    This is far faster than `mornings`, and only differs if later days changed an incident.
    """
    listed = [one for one in incidents_as_of(tables, days, settings) if is_first_line(one)]
    return [Morning(day, tuple(one for one in listed if one.covers(day))) for day in _looked_at(tables, days)]


def _looked_at(tables: DayTables, days: Sequence[date]) -> list[date]:
    """Return the days from the seventh on that have a morning.

    Of several days without logs in a row, only the first has one: on the others, nothing but the age of the incident
    changes.
    """
    return [
        day
        for before, day in zip(days[FIRST_MORNING - 2 :], days[FIRST_MORNING - 1 :], strict=False)
        if before in tables.records or day in tables.records
    ]


def is_first_line(one: Incident) -> bool:
    """Whether an incident has a line of its own: it is no part of another incident, and not of the kind `FURTHER`."""
    return one.part_of is None and one.kind != FURTHER
