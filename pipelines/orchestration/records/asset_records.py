"""Records of assets, checks and partitions over all runs, in Dagster's SQLite file `history/runs/index.db`.

`run_records.py` writes a run's events with `note_event`; `partitions.py` reads and changes the partitions of the days.
"""

import json
import sqlite3
from collections.abc import Mapping

from pipelines.contract.checks import CHECKS
from pipelines.orchestration.asset_metadata import ROWS_OF_DAY
from pipelines.orchestration.home.record_files import transaction
from pipelines.orchestration.partitions import BUSINESS_DAYS
from pipelines.orchestration.records.event_rows import Event, Json, key_text, record_of

_OF_ASSETS = ("ASSET_MATERIALIZATION_PLANNED", "ASSET_MATERIALIZATION", "ASSET_OBSERVATION")
_NEWEST = """
    SELECT partition, event FROM event_logs WHERE id IN (
        SELECT max(id) FROM event_logs
        WHERE asset_key = ? AND dagster_event_type = 'ASSET_MATERIALIZATION' AND partition IS NOT NULL
        GROUP BY partition
    )
"""


def note_event(index: sqlite3.Connection, event: Event, entry: Json, at: str, number: int) -> None:
    """Update the rows of the asset or check that an event is about.

    Args:
        entry: the event's stored form.
        at: time of the event, as text in the format of Dagster's columns.
        number: id of the event's row in `index.db`.
    """
    if event.type in _OF_ASSETS:
        assert event.asset
        columns = {"last_materialization_timestamp": at}
        if event.type != "ASSET_OBSERVATION":
            columns["last_run_id"] = entry["run_id"]
        if event.type == "ASSET_MATERIALIZATION":
            columns["last_materialization"] = json.dumps(record_of(entry, number))
        names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
        index.execute(
            f"INSERT INTO asset_keys (asset_key, {names}) VALUES (?, {marks}) "
            f"ON CONFLICT (asset_key) DO UPDATE SET {changes}",
            [key_text(event.asset), *columns.values()],
        )
    elif event.type == "ASSET_CHECK_EVALUATION_PLANNED":
        index.execute(
            "INSERT INTO asset_check_executions (asset_key, check_name, run_id, execution_status, evaluation_event, "
            "evaluation_event_timestamp, evaluation_event_storage_id) VALUES (?, ?, ?, 'PLANNED', ?, ?, ?)",
            [*_check(event), entry["run_id"], json.dumps(entry), at, number],
        )
    elif event.type == "ASSET_CHECK_EVALUATION":
        specific = event.specific or {}
        of = specific["target_materialization_data"]
        index.execute(
            "UPDATE asset_check_executions SET execution_status = ?, evaluation_event = ?, "
            "evaluation_event_timestamp = ?, evaluation_event_storage_id = ?, materialization_event_storage_id = ? "
            "WHERE asset_key = ? AND check_name = ? AND run_id = ?",
            [
                "SUCCEEDED" if specific["success"] else "FAILED", json.dumps(entry), at, number,
                of and of["storage_id"], *_check(event), entry["run_id"],
            ],
        )  # fmt: skip


def _check(event: Event) -> tuple[str, str]:
    name = (event.specific or {})["check_name"]
    return key_text(CHECKS[name].asset), name


class RecordedPartitions:
    """Dagster's partitions, one per business day, as stored in `index.db`; implements `partitions.Partitions`."""

    def __init__(self, index: sqlite3.Connection) -> None:
        self._index = index

    def names(self) -> list[str]:
        """Return the names of all partitions, in the order in which they were added."""
        query = "SELECT partition FROM dynamic_partitions WHERE partitions_def_name = ? ORDER BY id"
        return [name for (name,) in self._index.execute(query, [BUSINESS_DAYS])]

    def add(self, names: list[str]) -> None:
        """Add partitions; names that exist already, such as those that a schedule just added, are skipped."""
        statement = "INSERT OR IGNORE INTO dynamic_partitions (partitions_def_name, partition) VALUES (?, ?)"
        with transaction(self._index):
            self._index.executemany(statement, [(BUSINESS_DAYS, name) for name in names])

    def remove(self, name: str) -> None:
        """Remove a partition."""
        statement = "DELETE FROM dynamic_partitions WHERE partitions_def_name = ? AND partition = ?"
        self._index.execute(statement, [BUSINESS_DAYS, name])

    def recorded_rows(self, asset: str) -> Mapping[str, object]:
        """Return the row count of each partition of an asset in its newest record; None if the record has none."""
        rows: dict[str, object] = {}
        for partition, event in self._index.execute(_NEWEST, [key_text(asset)]):
            made = json.loads(event)["dagster_event"]["event_specific_data"]["materialization"]
            holds = {entry["label"]: entry["entry_data"].get("value") for entry in made["metadata_entries"]}
            rows[partition] = holds.get(ROWS_OF_DAY)
        return rows
