"""The partitions: the business days that have tables, and those that a run was for.

They are dynamic. A daily definition would have to begin at a first day that nobody knows when the definitions are
loaded, and each day without data would be missing for ever.
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
    """The partitions that Dagster has of the days, and what it recorded of them."""

    def names(self) -> list[str]:
        """All of them, in the order in which they came."""

    def add(self, names: list[str]) -> None:
        """Adds partitions that do not exist yet."""

    def remove(self, name: str) -> None:
        """Removes one."""

    def recorded_rows(self, asset: str) -> Mapping[str, object]:
        """The rows of each partition of an asset by its newest record; None if the record lacks them."""


def run_day(tags: Mapping[str, str], run: DailyRun) -> date:
    """The run's day D: its partition, else the last day that is over."""
    tag = tags.get(PARTITION_TAG)
    return date.fromisoformat(tag) if tag else last_closed_day(run.now, run.settings.timezone)


def add_days(partitions: Partitions, days: Iterable[date]) -> None:
    """Adds a partition for each of the days that has none yet."""
    known = set(partitions.names())
    if fresh := sorted({str(day) for day in days} - known):
        partitions.add(fresh)


def keep_in_line(partitions: Partitions, manifest: Manifest) -> None:
    """Makes the partitions those of the store: each day with tables is one, and none whose tables retention took."""
    known = partitions.names()
    first = str(manifest.days_from or "")
    wanted = sorted(key for key in {*known, *map(str, manifest.days)} if key >= first)
    if known == wanted:
        return
    # Dagster shows them in the order in which they came: what stands behind a gap comes anew.
    right = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(known, wanted, strict=False)))
    for key in known[right:]:
        partitions.remove(key)
    partitions.add(wanted[right:])


def days_to_record(partitions: Partitions, manifest: Manifest, asset: str) -> set[date]:
    """The days whose newest record does not say how many rows they have.

    They have none (any more), since records are kept for some days only; an older version or a run that died wrote the
    last one; or the day lost all its rows since.
    """
    rows = partitions.recorded_rows(asset)
    known = rows.keys() & set(partitions.names()) - set(map(str, manifest.days))
    return {day for day, entry in manifest.days.items() if rows.get(str(day)) != entry.counted} | {
        date.fromisoformat(name) for name in known if rows[name] != 0
    }
