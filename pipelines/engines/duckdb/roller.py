"""Rolls up days with DuckDB in this process, by the plan of the roll-up."""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.contract.tables.day_tables import DayBooks
from pipelines.engines.base import DayEvents, DayPlan
from pipelines.engines.duckdb.sessions import make_sessions
from pipelines.engines.limit_walk import add_limit_walk
from pipelines.engines.steps import (
    create_batch,
    create_events,
    create_plan,
    drop,
    make,
    make_devices,
    make_words,
    write_tables,
)


class DuckDBRoller:
    """Rolls up days by one open connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: DayPlan, memory: int, temp: Path) -> None:
        """`memory` is the memory limit of the connection in bytes, `temp` a folder that it may write to."""
        self._connection, self._plan, self._memory, self._temp = connection, plan, memory, temp
        add_limit_walk(connection)
        create_plan(connection, plan)

    def roll_up(self, events: DayEvents, target: Path) -> dict[date, DayBooks]:
        """De-duplicate the events and write the tables of each day; see `DayRoller`."""
        create_batch(self._connection, events.batch)
        create_events(self._connection, events.batch, events.parts, events.late)
        make(self._connection, (*self._plan.delivered_steps, *self._plan.number_steps), events.values)
        make_words(self._connection, self._plan, events.values)
        make_sessions(self._connection, self._plan, events.values, events.records, self._memory, self._temp)
        # Tables with a row for each record are dropped before the next ones are made: no step needs two of them.
        answers = (*self._plan.answer_steps, self._plan.device_records)
        make(self._connection, answers, events.values)
        make_devices(self._connection, self._plan, events.values, events.records, self._memory)
        drop(self._connection, answers)
        verifications = (*self._plan.verification_steps, self._plan.key_records, *self._plan.key_steps)
        make(self._connection, verifications, events.values)
        drop(self._connection, verifications)
        return write_tables(self._connection, self._plan, events.values, events.batch, target)

    def close(self) -> None:
        """Remove the function in Python: workbenches that share the database would have it too, and none could add its
        own.
        """
        self._connection.remove_function("blocked_of")
