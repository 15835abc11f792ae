"""Computes the sessions of traced subjects with the steps of the roll-up.

The steps run over the few records that a trace needs. Some steps group by app. To group by session instead, relations
in `sql/` replace the number of the app by a number of the session.
"""

from collections.abc import Iterator, Mapping

import duckdb

from pipelines.contract.measures.counts import counts_query
from pipelines.contract.measures.sql import sql
from pipelines.engines.base import DayPlan, Step
from pipelines.engines.steps import make


def make_traced_sessions(connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object]) -> None:
    """Create the relation `counted_traced_records`: the records to print, each with its count for every metric.

    Reads the relations `events`, `traced_events` and `books`.

    Args:
        values: the parameters of the steps, with `app_key`, `most_subjects` and `most_records`.
    """
    make(connection, _steps(plan), values)


def make_session_apps(connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object]) -> None:
    """Create the relation `session_apps`: a row for each day on which the app has sign-in records. Its column
    `by_server` is true if only a record of the app's server completes a sign-in by one_click on that day.

    The relation `events` must have all records of the app, and the records of other apps with the same event ids, as
    one of these may be the copy that counts.

    Args:
        values: the parameters of the steps, with `app_key`.
    """
    make(connection, _session_app_steps(plan), values)


def _session_app_steps(plan: DayPlan) -> Iterator[Step]:
    planned = {step.name: step for step in _all_steps(plan)}
    yield from _record_steps(plan, planned)
    yield planned["sign_in_counts"]
    *before, subject_records = plan.subjects.steps
    yield from before
    # A table, as in the steps of traced sessions, because a table cannot replace a view.
    yield Step(subject_records.name, subject_records.query)
    yield from plan.session_steps
    yield planned["session_apps"]


def _record_steps(plan: DayPlan, planned: Mapping[str, Step]) -> Iterator[Step]:
    yield from (planned["delivered_apps"], planned["app_numbers"], *plan.copies)
    # Copies in other apps are found by now; their records are not needed any more.
    yield Step("counted_records", f"SELECT * FROM ({plan.counted_records}) WHERE app_key = $app_key")
    yield from (planned[name] for name in ("record_groups", "record_labels", "sign_in_kinds", "sign_in_records"))


def _steps(plan: DayPlan) -> Iterator[Step]:
    planned = {step.name: step for step in _all_steps(plan)}
    yield from _record_steps(plan, planned)
    *before, subject_records = plan.subjects.steps
    yield from before
    yield Step("all_subject_records", subject_records.query)
    yield _own("traced_subjects")
    yield Step("repeated_subjects", "SELECT * EXCLUDE (found) FROM traced_subjects")
    yield _own("traced_subject_records", "subject_records")
    yield Step("all_cut_records", planned["cut_records"].query)
    yield _own("traced_cuts", "cut_records")
    yield from (planned[name] for name in ("alone_groups", "session_records", "marked_records", "sessions"))
    yield planned["session_groups"]
    yield _own("traced_session_apps", "session_apps")
    yield planned["session_facts"]
    yield from map(_own, ("session_places", "traced_places", "traced_records"))
    yield Step("counted_traced_records", counts_query("resolved_of('traced_records')"))


def _all_steps(plan: DayPlan) -> Iterator[Step]:
    for steps in (
        plan.delivered_steps, plan.number_steps, plan.word_steps, plan.sign_in_steps, plan.session_steps,
        plan.last_steps,
    ):  # fmt: skip
        yield from steps


def _own(name: str, as_name: str | None = None) -> Step:
    return Step(as_name or name, sql("pipelines.tracing", name))
