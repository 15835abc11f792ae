"""`authmeter trace`: prints the stored records of one user by sign-in session, and how each was counted."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from pipelines.commands.analysis.trace_lines import trace_lines
from pipelines.common.days import Window, require_same_zone
from pipelines.common.errors import UsageError, nothing_published, require_order
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.hash_key import hash_key, require_same_key
from pipelines.contract.settings.settings import load_settings
from pipelines.engines.duckdb.engine import DuckDBEngine
from pipelines.rollup.due_days import due_days
from pipelines.rollup.inputs import RollupInputs
from pipelines.store.manifest import Manifest
from pipelines.store.publication_note import note_of
from pipelines.store.published_file import last_day_of, published_tables, run_of
from pipelines.store.store import Store
from pipelines.tracing.trace import TraceInputs, TraceRequest, trace
from pipelines.tracing.traced import Traced
from pipelines.tracing.wanted import Wanted
from reports.export.exports import require_app

_DAYS: Final = 30


def run_trace(
    data: Path, app_key: str, wanted: Wanted, first: date | None, last: date | None, *, as_json: bool
) -> None:
    """Print the sessions and records of each subject (a device, or an attempt without a device) that has the given id.

    Without `first`, the span has 30 days; without `last`, it ends at the last published day.

    Raises:
        UsageError: nothing is published, the app is unknown, no day of the span is stored, or the hash key differs.
    """
    store, settings = Store(data), load_settings(data)
    # A run may clear the usual folder for spilled data.
    store.temp = store.export_temp()
    manifest = store.read_manifest()
    if manifest.as_of is None:
        raise nothing_published(data)
    require_same_zone(manifest.time_zone, settings.timezone)
    with published_tables(store.database) as connection:
        require_app(connection, app_key)
        published = min(manifest.as_of, last_day_of(connection))
        is_published = run_of(connection)[0] >= manifest.run
    unpublished = set() if is_published else _unpublished_days(store, manifest)
    span = _span(published, first, last)
    days = _stored_days(data, manifest, manifest.as_of, span)
    key = None
    if wanted.is_hashed:
        key, _ = hash_key(data, may_make=False)
        require_same_key(manifest.key_fingerprint, key, data)
    registry = load_registry(store.registry, settings.timezone)
    try:
        engine = DuckDBEngine(settings, store.temp, store.warehouse)
        # The next run computes these days again: their files or the rules of counting changed since the last run.
        due = due_days(RollupInputs(store, settings, registry, engine), manifest, manifest.as_of)
        inputs = TraceInputs(store, settings, registry, manifest, frozenset(due.changed))
        found = trace(inputs, TraceRequest(app_key, span, wanted, key), days)
    finally:
        shutil.rmtree(store.temp, ignore_errors=True)
    changed = sorted(found.printed_days & (inputs.changed | unpublished))
    if as_json:
        print(json.dumps(_fields(found, changed), ensure_ascii=False, default=_text))
    else:
        print("\n".join(trace_lines(found, wanted, changed)))


def _unpublished_days(store: Store, manifest: Manifest) -> set[date]:
    """Return the days whose tables are committed and not published: the run was killed, or is not finished yet."""
    note = note_of(store.database)
    published = note.days if note else {}
    return {day for day, entry in manifest.days.items() if published.get(str(day)) != entry.content}


def _span(as_of: date, first: date | None, last: date | None) -> Window:
    """Return the requested span. Without a first day it has 30 days; without a last day it ends at the as-of."""
    last = last or as_of
    span = Window(first or last - min(timedelta(days=_DAYS - 1), last - date.min), last)
    to_do = f"Give the earlier day as --from. The last published day is {as_of}."
    require_order(span.first, span.last, where="--from, --to", do=to_do)
    return span


def _stored_days(data: Path, manifest: Manifest, as_of: date, span: Window) -> list[date]:
    stored = [day for day in sorted(manifest.days) if day <= as_of and manifest.has_events_of(day)]
    days = [day for day in stored if span.first <= day <= span.last]
    if not days:
        there = f"They are stored from {stored[0]} to {stored[-1]}." if stored else "No day has any."
        raise UsageError(
            f"No day from {span.first} to {span.last} has stored records.",
            where=str(data),
            why=f"{there} Records are kept for `keep_events_days`.",
            do="Give days with stored records in --from and --to.",
        )
    return days


def _fields(found: Traced, changed: Sequence[date]) -> dict[str, Any]:
    return {
        "app_key": found.app_key,
        "from": found.span.first,
        "to": found.span.last,
        "days_with_records": found.days,
        "changed_days": changed,
        "subjects": [asdict(subject) for subject in found.subjects],
        "apart": [asdict(record) for record in found.apart],
        "subjects_left_out": found.left_out,
        "apart_left_out": found.apart_left_out,
    }


def _text(value: Any) -> str:
    return str(value.isoformat(timespec="milliseconds")) if hasattr(value, "hour") else str(value)
