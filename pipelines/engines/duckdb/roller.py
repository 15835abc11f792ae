"""The heavy step in DuckDB, second half: one day's live parts into the day's tables, by the plan of the roll-up."""

from pathlib import Path

import duckdb

from pipelines.contract.day_tables import DayBooks
from pipelines.engines.base import DayEvents, DayPlan
from pipelines.engines.limit_walk import add_limit_walk
from pipelines.engines.steps import create_events, make, make_devices, make_records, write_tables


class DuckDBRoller:
    """Rolls days up over one open workbench."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: DayPlan, memory: int) -> None:
        """`memory` is what the connection may take, in bytes."""
        self._connection, self._plan, self._memory = connection, plan, memory
        add_limit_walk(connection)
        for name, rows in plan.relations.items():
            connection.register(name, rows)

    def roll_up(self, events: DayEvents, target: Path) -> DayBooks:
        """De-duplicates the day's events and writes its tables into the empty folder `target`."""
        create_events(self._connection, self._plan, events.day, events.parts, events.late)
        make(self._connection, (*self._plan.delivered_steps, *self._plan.number_steps), events.values)
        make_records(self._connection, self._plan, events.values)
        make(self._connection, (self._plan.key_records, *self._plan.key_steps), events.values)
        make_devices(self._connection, self._plan, events.values, events.records, self._memory)
        return write_tables(self._connection, self._plan, events.values, target)
