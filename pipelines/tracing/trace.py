"""Finds the stored records of one user in the parts, and computes their sessions with the steps of the roll-up.

`authmeter trace` calls it. It reads only files that the manifest names and writes nothing, so it needs no lock, also
while a run is active.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from pipelines.common.days import Window
from pipelines.common.errors import older_publication
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.channels import known_channels
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.engines.base import LATE_ROWS, DayPlan
from pipelines.engines.steps import create_batch, create_events, create_plan, create_view
from pipelines.rollup.batches import batches
from pipelines.rollup.late_rows import late_rows
from pipelines.rollup.plan import batch_days, day_plan, day_values
from pipelines.store.database import named_rows, workbench
from pipelines.store.manifest import Manifest
from pipelines.store.part_records import record_files
from pipelines.store.store import Store
from pipelines.tracing.sessions import make_traced_sessions
from pipelines.tracing.traced import Traced, subjects_of
from pipelines.tracing.wanted import Wanted

MOST_SUBJECTS: Final = 50
"""Most subjects listed for a day: an attempt id that a client never changes is shared by all its users."""
MOST_RECORDS: Final = 1000
"""Most records listed of a session, and of a day's records outside sessions."""


@dataclass(frozen=True)
class TraceInputs:
    """The store, its manifest, and the rules of counting."""

    store: Store
    settings: Settings
    registry: Registry
    manifest: Manifest


@dataclass(frozen=True)
class TraceRequest:
    """The id to find, with app and days; `key` is the hash key."""

    app_key: str
    span: Window
    wanted: Wanted
    key: str | None


def trace(inputs: TraceInputs, request: TraceRequest, days: Sequence[date]) -> Traced:
    """Return the records of each subject with the requested id, by session.

    Args:
        days: the days of the span with stored events, in order.
    """
    settings, store = inputs.settings, inputs.store
    plan = day_plan(inputs.registry, known_channels(inputs.manifest.declared_channels))
    rows: list[dict[str, Any]] = []
    left_out = 0
    with workbench(settings, store.temp, [store.warehouse]) as connection:
        create_plan(connection, plan)
        for name, value in {"app_key": request.app_key, **request.wanted.values(request.key)}.items():
            connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
        for batch in batches(settings, inputs.manifest, days):
            found, more = _found(connection, inputs, request, plan, batch)
            rows += found
            left_out += more
    subjects, apart = subjects_of(rows, request.wanted, _landed(inputs), settings.timezone)
    apart_left_out = sum({row["day"]: row["left_out"] for row in rows if row["session_number"] is None}.values())
    return Traced(request.app_key, request.span, len(days), subjects, apart, left_out, apart_left_out)


def _found(
    connection: duckdb.DuckDBPyConnection,
    inputs: TraceInputs,
    request: TraceRequest,
    plan: DayPlan,
    days: Sequence[date],
) -> tuple[list[dict[str, Any]], int]:
    """Return the printed records of some days, and the number of subjects left out."""
    condition = request.wanted.condition
    # Finding the days first reads few columns, and most days have no such record.
    _create_events(connection, inputs, days, condition, LATE_ROWS.empty_table())
    fitting = [day for (day,) in connection.execute(_sql("fitting_days")).fetchall()]
    if not fitting:
        return [], 0
    late = late_rows(inputs.store, inputs.settings, fitting, inputs.manifest.live_parts())
    _create_events(connection, inputs, fitting, condition, late)
    for name in ("app_rows", "needed_ids", "traced_events"):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {_sql(name)}")
    create_view(connection, "events", "SELECT * EXCLUDE (fits) FROM traced_events")
    files = {"files": _books_files(inputs, fitting)}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE stored_books AS {_sql('stored_books')}", files)
    values = day_values(inputs.settings.billing_on(fitting[0]), inputs.settings.session_minutes)
    own = {"app_key": request.app_key, "most_subjects": MOST_SUBJECTS, "most_records": MOST_RECORDS}
    make_traced_sessions(connection, plan, {**values, **own})
    ((more,),) = connection.execute("SELECT coalesce(max(found) - count(*), 0) FROM traced_subjects").fetchall()
    return named_rows(connection, _sql("printed_records")), int(more)


def _create_events(
    connection: duckdb.DuckDBPyConnection, inputs: TraceInputs, days: Sequence[date], condition: str, late: pa.Table
) -> None:
    """Create the relations `events`, with the events of the days, and `app_events`, with those events of the traced
    app. In `app_events`, the column `fits` is the result of the SQL `condition`. `late` has the schema `LATE_ROWS`.
    """
    batch = batch_days(days, inputs.settings.timezone, {})
    live = inputs.manifest.live_parts()
    used = {entry.part for entry in live if not entry.days.keys().isdisjoint(days)}
    create_batch(connection, batch)
    create_events(connection, batch, inputs.store.part_records(e for e in live if e.part in used), late)
    # Variables, because a view takes no parameters.
    fits = f"SELECT *, coalesce({condition}, false) AS fits FROM events WHERE app_key = getvariable('app_key')"
    create_view(connection, "app_events", fits)


def _books_files(inputs: TraceInputs, days: Sequence[date]) -> list[str]:
    """Return the files with the session books of these days.

    Raises:
        UsageError: a day was rolled up by a version without sessions.
    """
    files = inputs.store.day_table_files(inputs.manifest, "session_books")
    if lacking := [day for day in days if day not in files or not Path(files[day]).is_file()]:
        raise older_publication(inputs.store.data, f"The sessions of {lacking[0]} are not counted yet.")
    return [files[day] for day in days]


def _landed(inputs: TraceInputs) -> dict[tuple[str, int], str]:
    """Return the path of each landed file with stored records, by record file and index in the part (`place`)."""
    return {
        (str(file), entry.place): entry.path
        for entry in inputs.manifest.live_parts()
        for file in record_files(inputs.store.part_folder(str(entry.part)))
    }


def _sql(name: str) -> str:
    return sql("pipelines.tracing", name)
