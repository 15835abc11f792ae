"""`authmeter backfill`: computes days again from stored events."""

from datetime import date
from pathlib import Path

from pipelines.commands.operation.run import run_daily
from pipelines.common.days import FIRST_DAY
from pipelines.common.errors import nothing_published, require_order
from pipelines.store.store import Store


def run_backfill(data: Path, first: date, last: date) -> int:
    """Compute the days `first` to `last` again from stored events, then publish. Return the exit code of the run."""
    from pipelines.orchestration.folder import BACKFILL_FIRST, BACKFILL_LAST

    require_order(first, last, do="Give the earlier day first.")
    manifest = Store(data).read_manifest()
    if manifest.as_of is None:
        raise nothing_published(data)
    if not any(first <= day <= last and manifest.has_events_of(day) for day in manifest.days):
        print(f"no events are stored from {first} to {last}: no table is computed again")
    # The run makes a set of all days of the span, so the span is limited to days that can have records.
    first, last = max(first, FIRST_DAY), min(last, manifest.as_of)
    return run_daily(data, manifest.as_of, {BACKFILL_FIRST: str(first), BACKFILL_LAST: str(last)})
