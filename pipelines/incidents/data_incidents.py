"""Incidents of the data: a day that is missing or a copy, and parts of the records that are not there as usual."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from statistics import median
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.common.days import skipped_hours
from pipelines.common.sql import sql
from pipelines.common.text import listed
from pipelines.contract.settings import Settings
from pipelines.incidents.cause import Cause
from pipelines.incidents.daily_files import dated
from pipelines.incidents.data_faults import Fault, grid, part_faults, whole_day_faults
from pipelines.incidents.falls import BASELINE_DAYS, LEAST_BASELINE_DAYS, WINDOW_DAYS
from pipelines.incidents.incident import ALL, NO_CAUSE, Incident, Loss, Span, Subject
from pipelines.incidents.parts import SAME_START_DAYS
from pipelines.incidents.volumes import usual_records
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

# A copy of a day is so much nearer to it than chance allows two days of the same habits to be, hour by hour; tuned on
# simulated days. Of fewer records that is chance.
_NEAR: Final = 0.28
_LEAST_COPIED: Final = 100


def data_incidents(
    connection: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, settings: Settings, days: tuple[date, ...]
) -> list[Incident]:
    """Every incident of the data in these days.

    Args:
        connection: has `outcome_daily`, where there are days enough for a baseline, and may read the day tables.
        days: without a gap, up to the as-of.
    """
    entries = [(day, manifest.days[day]) for day in days if day in manifest.days]
    files = [file for _, entry in entries if (file := store.day_table(entry, "profile_daily")).exists()]
    if not files:
        return []
    if len(days) <= LEAST_BASELINE_DAYS:
        return _incidents(list(_missing_days(manifest, days)), days, manifest)
    given = {"first": days[0], "last": days[-1], "profiles": list(map(str, files))}
    counts = pl.DataFrame(connection.sql(sql("pipelines.incidents", "data_counts"), params=given))
    return incidents_in(counts, manifest, settings, days)


def incidents_in(
    counts: pl.DataFrame, manifest: Manifest, settings: Settings, days: tuple[date, ...]
) -> list[Incident]:
    """The same of counts that are given: metric, whole, part ('' is the whole itself), cause, day, records."""
    counts = pl.concat([counts, _books(manifest, days)])
    skipped = [(day, f"{hour:02d}") for day in days for hour in skipped_hours(day, settings.timezone)]
    is_watched = np.array([day in manifest.days and day not in settings.holidays for day in days])
    counted = [manifest.days[day].counted if day in manifest.days else 0 for day in days]
    found = [
        *_missing_days(manifest, days),
        *_copied_days(counts, days),
        *whole_day_faults(counted, days, is_watched, 1 - 1 / (1 + settings.jump_warn_ratio)),
        *part_faults(counts, days, skipped),
    ]
    return _incidents(found, days, manifest)


def _books(manifest: Manifest, days: Sequence[date]) -> pl.DataFrame:
    """What is good of all that was read, and what each source and daily file gave."""
    counts: Counter[tuple[str, str, str, str, date]] = Counter()

    def add(metric: str, whole: str, cause: str, day: date, of: int, those: int) -> None:
        counts[metric, whole, "", "", day] += of
        counts[metric, whole, cause or "good", cause, day] += those

    for day, entry in manifest.days.items():
        add("duplicate_share", "", "", day, entry.accepted, entry.counted)
        add("unmapped_share", "", "", day, entry.counted, entry.counted - entry.unmapped)
    for file in manifest.live_files():
        if newest := max(file.days, default=file.run_day):
            add("rejected_share", "", "", newest, file.records_read, file.accepted)
        for day, (accepted, _) in file.days.items():
            add("missing_delivery", "", f"source={file.source}", day, accepted, accepted)
        if placed := dated(file):
            add("missing_delivery", file.source, f"file={placed[0]}", placed[1], file.accepted, file.accepted)
    rows = [(*key, float(records)) for key, records in sorted(counts.items()) if days[0] <= key[-1] <= days[-1]]
    names = dict.fromkeys(("metric", "whole", "part", "cause"), pl.String)
    return pl.DataFrame(rows, {**names, "day": pl.Date, "records": pl.Float64}, orient="row")


def _missing_days(manifest: Manifest, days: Sequence[date]) -> Iterator[Fault]:
    """Days without a record, from the first one with records on; those in a row are one."""
    counted = {day: entry.counted for day, entry in manifest.days.items()}
    begun = [place for place, day in enumerate(days) if day > min(counted)]
    for is_missing, run in groupby(begun, lambda place: days[place] not in counted):
        if is_missing:
            places = list(run)
            usual = usual_records(days[places[0]], counted) or 0
            yield _of_days("missing_day", "", places, len(days), usual, 0)


def _copied_days(counts: pl.DataFrame, days: Sequence[date]) -> Iterator[Fault]:
    """Days whose records are, hour by hour, those of an earlier day."""
    hours = counts.filter((pl.col("metric") == "hour_shift") & (pl.col("part") != ""))
    keys = hours.select("whole", "part").unique().with_row_index("row")
    cells = grid(hours.join(keys, on=["whole", "part"]), days, keys.height)
    for place in range(LEAST_BASELINE_DAYS, len(days)):
        earlier = cells[max(place - BASELINE_DAYS, 0) : place]
        apart = np.abs(earlier - cells[place]).sum(axis=1)
        limits = _NEAR * np.sqrt(earlier + cells[place]).sum(axis=1)
        nearest, records = int(np.argmin(apart - limits)), float(cells[place].sum())
        # What sends the same each day, as a probe does, is no copy.
        if records >= _LEAST_COPIED and apart[nearest] <= limits[nearest] and np.median(apart - 2 * limits) > 0:
            copied = days[place - len(earlier) + nearest]
            yield _of_days("copied_day", f"day={copied}", [place], len(days), records, records)


def _of_days(metric: str, cause: str, places: list[int], days: int, usual: float, there: float) -> Fault:
    """A fault of single days, which ends where later days are there."""
    is_open = places[-1] == days - 1
    span = Span(places[0], None, "open") if is_open else Span(places[0], places[-1], "recovered")
    return Fault(metric, cause, span, Loss(usual, there, usual, usual * len(places)))


def _incidents(found: Sequence[Fault], days: Sequence[date], manifest: Manifest) -> list[Incident]:
    """The incidents that faults are: those of a metric that open within a day are one, and its cause the largest.

    What usually comes after a day is closed is no fault of the newest one.
    """
    late = manifest.late_records
    usually_late = median(late[day] for day in days[-WINDOW_DAYS - 1 : -1]) if len(days) > 1 else 0
    together: list[list[Fault]] = []
    for fault in sorted(found, key=lambda one: (one.metric, one.span.first)):
        last = together[-1][0] if together else None
        if last and last.metric == fault.metric and fault.span.first - last.span.first <= SAME_START_DAYS:
            together[-1].append(fault)
        else:
            together.append([fault])
    return [
        _incident(faults, days)
        for faults in together
        if faults[0].span.first < len(days) - 1 or sum(one.loss.lost for one in faults) > usually_late
    ]


def _incident(faults: Sequence[Fault], days: Sequence[date]) -> Incident:
    most = max(faults, key=lambda one: (one.loss.lost_total, one.cause))
    kind, _, _ = most.cause.rpartition("=")
    alike = sorted((one for one in faults if one.cause.rpartition("=")[0] == kind), key=lambda one: one.cause)
    named = f"{kind}={listed([one.cause.rpartition('=')[2] for one in alike])}"
    lost, in_all = (
        sum(amounts) for amounts in zip(*((one.loss.lost, one.loss.lost_total) for one in alike), strict=True)
    )
    return Incident.of(
        Subject("data", most.metric, ALL, ALL), days, most.span._replace(first=faults[0].span.first),
        most.loss._replace(lost=lost, lost_total=in_all), Cause("cell", named) if most.cause else NO_CAUSE,
    )  # fmt: skip
