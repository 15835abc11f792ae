"""`authmeter whatif`: tries a limit against repeated verification on stored days."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.common.days import Window
from pipelines.common.errors import UsageError, nothing_published
from pipelines.common.text import counted, per_cent
from pipelines.contract.registry.accounts import ANY
from pipelines.contract.registry.limits import DAY, KEYS, Limit, window_of
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.registry.row_files import MOST_WHOLE
from pipelines.contract.settings.settings import load_settings
from pipelines.rollup.batches import roll_up_batches
from pipelines.rollup.inputs import RollupInputs
from pipelines.run.engines import engine_of
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

_SUMS = ("requests", "with_key", "blocked", "blocked_uses", "blocked_successes")
_READ = ("app_key", *_SUMS)


def limit_of(key: str, max_requests: int, window: str) -> Limit:
    """Return the limit that the arguments describe. It applies to each app, in one-click login and local number
    verification.

    Raises:
        UsageError: an argument is not valid for a limit.
    """
    seconds = window_of(window)
    if key not in KEYS or not 1 <= max_requests <= MOST_WHOLE or seconds is None:
        raise UsageError(
            f"The limit is invalid: key {key}, at most {max_requests}, window {window}.",
            do=f"Give a key of {', '.join(KEYS)}; 1 to {MOST_WHOLE}; and day, or seconds from 1 to 86400.",
        )
    return Limit("whatif", ANY, ANY, key, max_requests, seconds)


def run_whatif(data: Path, limit: Limit, span: Window) -> None:
    """Print the requests that the limit would have blocked in each app over the stored days of a span. Store nothing.

    Raises:
        UsageError: nothing is published, or no day of the span has stored events.
    """
    store, settings = Store(data), load_settings(data)
    if not store.warehouse.is_dir():
        raise nothing_published(data)
    registry = replace(load_registry(store.registry, settings.timezone), limits=(limit,))
    with store.held("whatif", settings.timezone):
        manifest = store.read_manifest()
        days = [day for day in sorted(manifest.days) if span.first <= day <= span.last and manifest.has_events_of(day)]
        if not days:
            raise UsageError(
                f"No day from {span.first} to {span.last} has stored events.",
                where=str(data),
                do="Name closed days whose events are still stored.",
            )
        inputs = RollupInputs(store, settings, registry, engine_of(settings, store))
        try:
            found = pa.concat_tables(_tried(inputs, manifest, days))
        finally:
            shutil.rmtree(store.temp, ignore_errors=True)
    window = "a day" if limit.window == DAY else f"in {counted(int(limit.window), 'second')}"
    print(f"{counted(limit.max_requests, 'request')} of each {limit.key} {window}, over {counted(len(days), 'day')}:")
    by_app = found.group_by("app_key").aggregate([(name, "sum") for name in _SUMS]).sort_by("app_key").to_pylist()
    total = {f"{name}_sum": sum(row[f"{name}_sum"] for row in by_app) for name in _SUMS}
    width = max(len("all apps"), *(len(row["app_key"]) for row in by_app)) if by_app else len("all apps")
    print(f"{'':{width}} {'requests':>12} {'coverage':>9} {'blocked':>12} {'saved':>12} {'harm':>12}")
    for name, row in [*((row["app_key"], row) for row in by_app), ("all apps", total)]:
        coverage = per_cent(row["with_key_sum"] / row["requests_sum"], 1) if row["requests_sum"] else "-"
        print(
            f"{name:{width}} {row['requests_sum']:>12,} {coverage:>9} {row['blocked_sum']:>12,} "
            f"{row['blocked_uses_sum']:>12,} {row['blocked_successes_sum']:>12,}"
        )
    print("saved: blocked uses that would not have been billed; harm: blocked requests that succeeded")


def _tried(inputs: RollupInputs, manifest: Manifest, days: list[date]) -> Iterator[pa.Table]:
    """Yield the table `limit_daily` of each day, as the roll-up computes it with the limit in `inputs.registry`."""
    fresh = inputs.store.fresh_folder("whatif")
    for batch in roll_up_batches(inputs, manifest, days, fresh):
        for day in batch:
            yield pq.read_table(fresh / str(day) / "limit_daily.parquet", columns=list(_READ))
            shutil.rmtree(fresh / str(day))
