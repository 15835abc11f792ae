"""The partitions: the business days that have tables, and those that a run was for.

They are dynamic. A daily definition would have to begin at a first day that nobody knows when the definitions are
loaded, and each day without data would be missing for ever.
"""

from collections.abc import Iterable
from datetime import date
from itertools import takewhile

import dagster as dg

from pipelines.common.days import last_closed_day
from pipelines.orchestration.holdings import ROWS_OF_DAY
from pipelines.run.daily_run import DailyRun
from pipelines.store.manifest import Manifest

PARTITION_TAG = "dagster/partition"
business_days = dg.DynamicPartitionsDefinition(name="business_days")
_NAME = str(business_days.name)


def run_day(context: dg.AssetExecutionContext, run: DailyRun) -> date:
    """The run's day D: its partition, else the last day that is over."""
    tag = context.run.tags.get(PARTITION_TAG)
    return date.fromisoformat(tag) if tag else last_closed_day(run.now, run.settings.timezone)


def add_days(instance: dg.DagsterInstance, days: Iterable[date]) -> None:
    """Makes partitions of the days that are none yet."""
    known = set(instance.get_dynamic_partitions(_NAME))
    if fresh := sorted({str(day) for day in days} - known):
        instance.add_dynamic_partitions(_NAME, fresh)


def keep_in_line(instance: dg.DagsterInstance, manifest: Manifest) -> None:
    """Makes the partitions those of the store: each day with tables is one, and none whose tables retention took."""
    known = instance.get_dynamic_partitions(_NAME)
    first = str(manifest.days_from or "")
    wanted = sorted(key for key in {*known, *map(str, manifest.days)} if key >= first)
    if known == wanted:
        return
    # Dagster shows them in the order in which they came: what stands behind a gap comes anew.
    right = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(known, wanted, strict=False)))
    for key in known[right:]:
        instance.delete_dynamic_partition(_NAME, key)
    instance.add_dynamic_partitions(_NAME, wanted[right:])


def days_to_record(instance: dg.DagsterInstance, manifest: Manifest, asset: str) -> set[date]:
    """The days whose newest record does not say how many rows they have.

    They have none (any more), since records are kept for some days only; an older version or a run that died wrote the
    last one; or the day lost all its rows since.
    """
    key, made = dg.AssetKey(asset), dg.DagsterEventType.ASSET_MATERIALIZATION
    newest = list(instance.get_latest_storage_id_by_partition(key, made).values())
    rows: dict[str, object] = {}
    if newest:
        asked = dg.AssetRecordsFilter(key, storage_ids=newest)
        for record in instance.fetch_materializations(asked, limit=len(newest)).records:
            if (found := record.asset_materialization) and found.partition:
                count = found.metadata.get(ROWS_OF_DAY)
                rows[found.partition] = count.value if count else None
    known = rows.keys() & set(instance.get_dynamic_partitions(_NAME)) - set(map(str, manifest.days))
    return {day for day, entry in manifest.days.items() if rows.get(str(day)) != entry.counted} | {
        date.fromisoformat(name) for name in known if rows[name] != 0
    }
