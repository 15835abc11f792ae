"""The partitions of `day_tables`: the business days that have tables, and the days that runs were for.

They are dynamic partitions. Daily partitions would need a first day, which is not available when the definitions are
loaded, and Dagster would show each day without data as missing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import takewhile
from typing import Protocol

from pipelines.common.days import last_closed_day
from pipelines.run.daily_run import DailyRun
from pipelines.store.manifest import Manifest

PARTITION_TAG = "dagster/partition"
BUSINESS_DAYS = "business_days"


class Partitions(Protocol):
    """The partitions of the days in Dagster, and the row counts that Dagster recorded for them."""

    def names(self) -> list[str]:
        """Return the names of all partitions, in the order in which they were added."""

    def add(self, names: list[str]) -> None:
        """Add partitions; names that exist already are skipped."""

    def remove(self, name: str) -> None:
        """Remove a partition."""

    def recorded_rows(self, asset: str) -> Mapping[str, object]:
        """Return the row count of each partition of an asset in its newest record; None if the record has none."""


def run_day(tags: Mapping[str, str], run: DailyRun) -> date:
    """Return the day that a run closes: its partition, else the last day that is over."""
    tag = tags.get(PARTITION_TAG)
    return date.fromisoformat(tag) if tag else last_closed_day(run.now, run.settings.timezone)


def add_days(partitions: Partitions, days: Iterable[date]) -> None:
    """Add a partition for each day that has none."""
    known = set(partitions.names())
    if fresh := sorted({str(day) for day in days} - known):
        partitions.add(fresh)


def match_partitions_to_days(partitions: Partitions, manifest: Manifest) -> None:
    """Add partitions for days with tables, remove partitions of days that retention removed, and order all by day."""
    known = partitions.names()
    first = str(manifest.days_from or "")
    wanted = sorted(key for key in {*known, *map(str, manifest.days)} if key >= first)
    if known == wanted:
        return
    # Dagster shows partitions in the order in which they were added, so all after the first difference are added again.
    right = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(known, wanted, strict=False)))
    for key in known[right:]:
        partitions.remove(key)
    partitions.add(wanted[right:])


def days_to_record(partitions: Partitions, manifest: Manifest, asset: str) -> set[date]:
    """Return the days whose row count in Dagster's newest record of the asset differs from the count in the manifest.

    They differ if the record was removed because of its age or is by an older version, if a run died before it recorded
    the day, or if the day no longer has rows.
    """
    rows = partitions.recorded_rows(asset)
    known = rows.keys() & set(partitions.names()) - set(map(str, manifest.days))
    return {day for day, entry in manifest.days.items() if rows.get(str(day)) != entry.counted} | {
        date.fromisoformat(name) for name in known if rows[name] != 0
    }
