"""Incidents of the data: finds the faults in the counts, and joins the faults to incidents."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Final

import numpy as np
import polars as pl

from pipelines.common.text import listed
from pipelines.incidents.data.data_faults import Fault, copied_days, hours_of, missing_days, part_faults
from pipelines.incidents.data.short_days import short_days
from pipelines.incidents.detection.fall import WINDOW_DAYS
from pipelines.incidents.detection.grids import Flags
from pipelines.incidents.incident import ALL, NO_CAUSE, Cause, Incident, Subject
from pipelines.incidents.parts import SAME_START_DAYS
from pipelines.store.manifest import FileEntry, Manifest

# The part of good records, which names no cause.
_GOOD: Final = "good"
_DATE: Final = re.compile(r"(?<!\d)(20\d\d)(\D?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def data_incidents(
    counts: pl.DataFrame, manifest: Manifest, is_holiday: Flags, days: tuple[date, ...]
) -> list[Incident]:
    """Return all incidents of the data in these days.

    Args:
        counts: metric, whole, part ('' is the whole itself), day, records.
        is_holiday: whether each day is a holiday.
        days: without a gap, up to the as-of.
    """
    counts = pl.concat([counts, _books(manifest, days)])
    counted = {day: entry.counted for day, entry in manifest.days.items()}
    of_days = np.array([counted.get(day, 0) for day in days], dtype=float)
    has_logs = np.array([day in counted for day in days])
    found = [
        *missing_days(counted, days),
        *copied_days(counts, days),
        *short_days(of_days, hours_of(counts, days), has_logs & ~is_holiday),
        *part_faults(counts, days, is_holiday),
    ]
    return _incidents(found, days, manifest)


def _books(manifest: Manifest, days: Sequence[date]) -> pl.DataFrame:
    """Return the counts of the manifest for `part_faults`: rows of metric, whole, part, day and records."""
    counts: Counter[tuple[str, str, str, date]] = Counter()

    def add(metric: str, whole: str, part: str, day: date, of: int, those: int) -> None:
        counts[metric, whole, "", day] += of
        counts[metric, whole, part, day] += those

    # For copied, unmapped and rejected records, the whole is all records, and its only part is the good ones. For
    # missing deliveries, each source is a part of all sources, and each dated path a part of the dated paths of its
    # source.
    for day, entry in manifest.days.items():
        add("duplicate_share", "", _GOOD, day, entry.accepted, entry.counted)
        add("unmapped_share", "", _GOOD, day, entry.counted, entry.counted - entry.unmapped)
    for file in manifest.live_files():
        # If retention removed all days of a file's records, its books belong to no day any more.
        if newest := max(file.days, default=None if file.accepted else file.run_day):
            add("rejected_share", "", _GOOD, newest, file.records_read, file.accepted)
        for day, (accepted, _) in file.days.items():
            add("missing_delivery", "", f"source={file.source}", day, accepted, accepted)
        if placed := dated(file):
            add("missing_delivery", file.source, f"file={placed[0]}", placed[1], file.accepted, file.accepted)
    rows = [(*key, float(records)) for key, records in sorted(counts.items()) if days[0] <= key[-1] <= days[-1]]
    names = dict.fromkeys(("metric", "whole", "part"), pl.String)
    return pl.DataFrame(rows, {**names, "day": pl.Date, "records": pl.Float64}, orient="row")


def dated(entry: FileEntry) -> tuple[str, date] | None:
    """Return the path of a file with `<day>` in place of each date, and the newest date; None if the path has no date.

    `gw2/2026-11-23/13.log` becomes `gw2/<day>/13.log`.
    """
    dates = []
    for match in _DATE.finditer(entry.path):
        try:
            dates.append(date(int(match[1]), int(match[3]), int(match[4])))
        except ValueError:
            continue
    return (_DATE.sub("<day>", entry.path), max(dates)) if dates else None


def _incidents(found: Sequence[Fault], days: Sequence[date], manifest: Manifest) -> list[Incident]:
    """Join faults of the same metric to one incident if they begin at most a day apart.

    An incident that begins on the newest day is left out if it lost no more records than usually come late.
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
    """Return the incident that joins some faults of one metric, and ends with the last of them.

    Its cause names the part that lost most, and all other parts of the same kind.
    """
    most = max(faults, key=_size)
    # If hours are missing, the largest fault of each source decides when they are back: the hours of a source come back
    # together, but an hour with few records varies.
    largest = {_kind(one): one for one in sorted(faults, key=_size)}
    ending = [*largest.values()] if most.metric == "hour_shift" else faults
    span = max(ending, key=lambda one: (one.span.last is None, one.span.last or 0, _size(one))).span
    # None of them is open if the last one is not.
    ended_on = None if span.last is None else max(one.span.ended_on or 0 for one in ending)
    span = span._replace(first=faults[0].span.first, ended_on=ended_on)
    newest = max(one.loss.day or 0 for one in ending)
    alike = _alike(most, faults)
    # Faults of other kinds miss the same records.
    lately = [one for one in faults if one.loss.day == newest]
    latest = max(lately, key=_size)
    loss = latest.loss._replace(
        lost=sum(one.loss.lost for one in _alike(latest, lately)),
        lost_total=sum(one.loss.lost_total for one in alike),
        day=newest,
    )
    kind = _kind(most)
    parts = listed(sorted(one.cause.rpartition("=")[2] for one in alike))
    cell = f"{kind}={parts}" if kind else most.cause.removeprefix(_GOOD)
    return Incident.of(
        Subject("data", most.metric, ALL, ALL), days, span, loss, Cause(cell=cell) if cell else NO_CAUSE
    )  # fmt: skip


def _size(one: Fault) -> tuple[bool, float, str]:
    return one.cause != "", one.loss.lost_total, one.cause


def _kind(one: Fault) -> str:
    return one.cause.rpartition("=")[0]


def _alike(one: Fault, faults: Sequence[Fault]) -> list[Fault]:
    return [other for other in faults if _kind(other) == _kind(one)]
