"""Incidents of the data: what is counted of each day, and which of the faults found there are one."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.common.sql import sql
from pipelines.common.text import listed
from pipelines.contract.settings import Settings
from pipelines.incidents.daily_files import dated
from pipelines.incidents.data_faults import Fault, copied_days, missing_days, part_faults, whole_day_faults
from pipelines.incidents.falls import LEAST_BASELINE_DAYS, WINDOW_DAYS
from pipelines.incidents.incident import ALL, NO_CAUSE, Cause, Incident, Subject
from pipelines.incidents.parts import SAME_START_DAYS
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

# A part that stands for no cause: what is good.
_GOOD: Final = "good"


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
        return _incidents(list(missing_days(_counted(manifest), days)), days, manifest)
    given = {"first": days[0], "last": days[-1], "profiles": list(map(str, files))}
    counts = pl.DataFrame(connection.sql(sql("pipelines.incidents", "data_counts"), params=given))
    return incidents_in(counts, manifest, settings, days)


def incidents_in(
    counts: pl.DataFrame, manifest: Manifest, settings: Settings, days: tuple[date, ...]
) -> list[Incident]:
    """The same of counts that are given: metric, whole, part ('' is the whole itself), day, records."""
    counts, counted = pl.concat([counts, _books(manifest, days)]), _counted(manifest)
    is_watched = np.array([day in counted and day not in settings.holidays for day in days])
    found = [
        *missing_days(counted, days),
        *copied_days(counts, days),
        *whole_day_faults(
            [counted.get(day, 0) for day in days], is_watched, 1 - 1 / (1 + settings.jump_warn_ratio)
        ),
        *part_faults(counts, days),
    ]  # fmt: skip
    return _incidents(found, days, manifest)


def _counted(manifest: Manifest) -> dict[date, int]:
    return {day: entry.counted for day, entry in manifest.days.items()}


def _books(manifest: Manifest, days: Sequence[date]) -> pl.DataFrame:
    """What is good of all that was read, and what each source and daily file gave."""
    counts: Counter[tuple[str, str, str, date]] = Counter()

    def add(metric: str, whole: str, part: str, day: date, of: int, those: int) -> None:
        counts[metric, whole, "", day] += of
        counts[metric, whole, part, day] += those

    for day, entry in manifest.days.items():
        add("duplicate_share", "", _GOOD, day, entry.accepted, entry.counted)
        add("unmapped_share", "", _GOOD, day, entry.counted, entry.counted - entry.unmapped)
    for file in manifest.live_files():
        if newest := max(file.days, default=file.run_day):
            add("rejected_share", "", _GOOD, newest, file.records_read, file.accepted)
        for day, (accepted, _) in file.days.items():
            add("missing_delivery", "", f"source={file.source}", day, accepted, accepted)
        if placed := dated(file):
            add("missing_delivery", file.source, f"file={placed[0]}", placed[1], file.accepted, file.accepted)
    rows = [(*key, float(records)) for key, records in sorted(counts.items()) if days[0] <= key[-1] <= days[-1]]
    names = dict.fromkeys(("metric", "whole", "part"), pl.String)
    return pl.DataFrame(rows, {**names, "day": pl.Date, "records": pl.Float64}, orient="row")


def _incidents(found: Sequence[Fault], days: Sequence[date], manifest: Manifest) -> list[Incident]:
    """The incidents that faults are: those of a metric that open within a day are one.

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
    """Its cause is the largest part that has a name, with all others of its kind."""
    most = max(faults, key=lambda one: (one.cause != "", one.loss.lost_total, one.cause))
    kind, _, _ = most.cause.rpartition("=")
    alike = {one.cause.rpartition("=")[2]: one.loss for one in faults if one.cause.rpartition("=")[0] == kind}
    lost, in_all = (sum(getattr(loss, name) for loss in alike.values()) for name in ("lost", "lost_total"))
    return Incident.of(
        Subject("data", most.metric, ALL, ALL), days, most.span._replace(first=faults[0].span.first),
        most.loss._replace(lost=lost, lost_total=in_all),
        Cause(cell=f"{kind}={listed(sorted(alike))}") if kind else NO_CAUSE,
    )  # fmt: skip
