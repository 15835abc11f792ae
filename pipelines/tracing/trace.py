"""Finds the stored records of one user in the parts, and computes their sessions with the steps of the roll-up.

`authmeter trace` calls this module. It reads only files that the manifest names and changes nothing, so it needs no
lock, even while a run is active.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import duckdb
import pyarrow as pa

from pipelines.common.days import Window
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
from pipelines.tracing.sessions import make_session_apps, make_traced_sessions
from pipelines.tracing.traced import Traced, subjects_of
from pipelines.tracing.wanted import Wanted

MOST_SUBJECTS: Final = 50
"""Largest number of subjects listed for a day. If a client never changes its attempt id, all its users have that id."""
MOST_RECORDS: Final = 1000
"""Largest number of records listed for a session, and for a day outside sessions."""


@dataclass(frozen=True)
class TraceInputs:
    """The store, its manifest, and the rules of counting.

    `changed` are the days that the next run computes again: their stored tables are not up to date.
    """

    store: Store
    settings: Settings
    registry: Registry
    manifest: Manifest
    changed: frozenset[date] = frozenset()


@dataclass(frozen=True)
class TraceRequest:
    """The id to find (`wanted`), and the app and the days to search; `key` is the hash key."""

    app_key: str
    span: Window
    wanted: Wanted
    key: str | None


def trace(inputs: TraceInputs, request: TraceRequest, days: Sequence[date]) -> Traced:
    """Return the stored records of every subject that has the requested id, by session.

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
    """Return the records to print of these days, as rows of `printed_records`, and the number of subjects left out."""
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
    own = {"app_key": request.app_key, "most_subjects": MOST_SUBJECTS, "most_records": MOST_RECORDS}
    values = day_values(inputs.settings.billing_on(fitting[0]), inputs.settings.session_minutes) | own
    _create_books(connection, inputs, plan, fitting, values)
    create_view(connection, "events", "SELECT * EXCLUDE (fits) FROM traced_events")
    make_traced_sessions(connection, plan, values)
    ((more,),) = connection.execute("SELECT coalesce(max(found) - count(*), 0) FROM traced_subjects").fetchall()
    return named_rows(connection, _sql("printed_records")), int(more)


def _create_events(
    connection: duckdb.DuckDBPyConnection, inputs: TraceInputs, days: Sequence[date], condition: str, late: pa.Table
) -> None:
    """Create the relations `events` (the events of these days) and `app_events` (the events of the traced app).

    `app_events` has a column `fits`: whether the SQL `condition` is true. `late` has the schema `LATE_ROWS`.
    """
    batch = batch_days(days, inputs.settings.timezone, {})
    live = inputs.manifest.live_parts()
    used = {entry.part for entry in live if not entry.days.keys().isdisjoint(days)}
    create_batch(connection, batch)
    create_events(connection, batch, inputs.store.part_records(e for e in live if e.part in used), late)
    # Variables, because a view takes no parameters.
    fits = f"SELECT *, coalesce({condition}, false) AS fits FROM events WHERE app_key = getvariable('app_key')"
    create_view(connection, "app_events", fits)


def _create_books(
    connection: duckdb.DuckDBPyConnection,
    inputs: TraceInputs,
    plan: DayPlan,
    days: Sequence[date],
    values: Mapping[str, object],
) -> None:
    """Create the relation `books`: a row with `by_server` for each of these days with sign-in records of the app.

    If `by_server` is true, only a record of the app's server completes a sign-in by one_click.
    """
    # `by_server` depends on all sessions of the app, not only on the traced ones: it is read from the stored table, or
    # for days that changed, computed from all records of the app.
    stored = inputs.store.day_table_files(inputs.manifest, "session_books")
    files = [stored[day] for day in days if day not in inputs.changed]
    changed = [day for day in days if day in inputs.changed]
    connection.execute("CREATE OR REPLACE TEMP TABLE books (day DATE, by_server BOOLEAN)")
    if files:
        connection.execute(f"INSERT INTO books {_sql('stored_books')}", {"files": files, "app_key": values["app_key"]})
    if changed:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE book_events AS {_sql('book_events')}", {"days": changed})
        create_view(connection, "events", "FROM book_events")
        make_session_apps(connection, plan, values)
        connection.execute("INSERT INTO books SELECT day, by_server FROM session_apps")


def _landed(inputs: TraceInputs) -> dict[tuple[str, int], str]:
    """Return the path of each landed file with stored records, by record file and index in the part (`place`)."""
    return {
        (str(file), entry.place): entry.path
        for entry in inputs.manifest.live_parts()
        for file in record_files(inputs.store.part_folder(str(entry.part)))
    }


def _sql(name: str) -> str:
    return sql("pipelines.tracing", name)
