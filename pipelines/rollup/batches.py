"""Rolls days up in batches: for a small day, preparing a plan takes longer than running it."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from pipelines.common.process.machine_limits import is_out_of_memory
from pipelines.contract.record.channels import known_channels
from pipelines.contract.settings.settings import Settings
from pipelines.contract.tables.day_tables import DayBooks
from pipelines.engines.base import APP_BITS, DayEvents
from pipelines.rollup.inputs import RollupInputs
from pipelines.rollup.late_rows import late_rows
from pipelines.rollup.plan import batch_days, day_plan, day_values
from pipelines.store.manifest import Manifest

MOST_RECORDS: Final = 1_000_000
"""Largest number of records in a batch of several days.

The steps use 280 MB for one million records. Two million need 620 MB, and take as long as two batches of one million.
"""
# With more days, the number of an app on a day would not fit into an INTEGER.
_MOST_DAYS: Final = 1 << (31 - APP_BITS)


def roll_up_batches(
    inputs: RollupInputs, manifest: Manifest, days: Sequence[date], target: Path
) -> Iterator[dict[date, DayBooks]]:
    """Compute the tables of days from the parts that count; yield the books of each batch, by day.

    A batch that does not fit into memory is halved and computed again, down to a single day.

    Args:
        days: days with events, in order.
        target: an empty folder; each day gets a folder of tables in it.

    Raises:
        BooksError: a key occurs twice in a table.
        AuthmeterError: a single day does not fit into memory.
    """
    plan = day_plan(inputs.registry, known_channels(manifest.declared_channels))
    waiting = deque(batches(inputs.settings, manifest, days))
    while waiting:
        with inputs.engine.day_roller(plan) as roller:
            while waiting:
                batch = waiting.popleft()
                try:
                    books = roller.roll_up(_events_of(inputs, manifest, batch), target)
                except Exception as error:
                    if len(batch) == 1 or not is_out_of_memory(error):
                        raise
                    half = len(batch) // 2
                    waiting.extendleft((batch[half:], batch[:half]))
                    # Leaving the roller removes the tables of the failed batch.
                    break
                yield books


def batches(settings: Settings, manifest: Manifest, days: Sequence[date]) -> Iterator[list[date]]:
    """Split the days into batches. The days of a batch have the same billing rules and at most `MOST_RECORDS` records
    together; a larger day is its own batch.
    """
    accepted = manifest.accepted_records
    batch: list[date] = []
    records = 0
    for day in days:
        is_full = records + accepted[day] > MOST_RECORDS or len(batch) == _MOST_DAYS
        if batch and (is_full or settings.billing_on(day) != settings.billing_on(batch[0])):
            yield batch
            batch, records = [], 0
        batch.append(day)
        records += accepted[day]
    if batch:
        yield batch


def _events_of(inputs: RollupInputs, manifest: Manifest, days: Sequence[date]) -> DayEvents:
    """Return the input of a batch of `days`: the parameters of its steps, and the parts with records of these days,
    limited to the files that count.
    """
    # These parts may also hold other days: the events are filtered by day.
    live = manifest.live_parts()
    used = {entry.part for entry in live if not entry.days.keys().isdisjoint(days)}
    return DayEvents(
        batch=batch_days(days, inputs.settings.timezone, inputs.registry.bought.cuts),
        records=sum(entry.days[day].accepted for entry in live for day in days if day in entry.days),
        parts=inputs.store.part_records(entry for entry in live if entry.part in used),
        values=day_values(inputs.settings.billing_on(days[0]), inputs.settings.session_minutes),
        late=late_rows(inputs.store, inputs.settings, days, live),
    )
