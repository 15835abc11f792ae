"""A Dagster instance that records a run in this process in the usual files, at less cost.

Dagster itself makes an engine, opens the SQLite file and compiles its statements for each of a run's 150 events, waits
for the disk after each, and starts four processes to capture output.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.instance.types import InstanceType
from dagster._core.storage.compute_log_manager import CapturedLogContext
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event

from pipelines.orchestration.home.record_files import FILES, make_run_file
from pipelines.orchestration.printed import printed_into

_INDEX = "index"


def open_instance(home: Path) -> dg.DagsterInstance:
    """Open the Dagster instance of a home for a run in this process. If the home's settings record runs elsewhere, or
    files are missing, return Dagster's usual instance.
    """
    ref, usual = InstanceRef.from_dir(str(home)), InstanceRef.config_defaults(str(home))
    runs, assets, schedules = (home / file for file in FILES)
    is_usual = (ref.storage_data, ref.compute_logs_data) == (usual["storage"], usual["compute_logs"])
    if not (is_usual and runs.exists() and assets.exists() and schedules.exists()):
        return dg.DagsterInstance.from_ref(ref)
    return dg.DagsterInstance(
        instance_type=InstanceType.PERSISTENT,
        local_artifact_storage=ref.local_artifact_storage,
        run_storage=_Runs(_address(runs)),
        event_storage=_Events(str(assets.parent)),
        schedule_storage=SqliteScheduleStorage(_address(schedules)),
        compute_log_manager=_Output(str(home / "storage")),
        run_coordinator=None,
        run_launcher=None,
        settings=ref.settings,
        ref=ref,
    )


class _Runs(SqliteRunStorage):
    """Storage of all runs, over one open file."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._engine = _engine(address)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._engine.dispose()


class _Events(SqliteEventLogStorage):
    """Storage of events of all assets, and of runs that begin in this process, each over one open file."""

    def __init__(self, base_dir: str) -> None:
        super().__init__(base_dir)
        self._engines = {_INDEX: _engine(self.conn_string_for_shard(_INDEX))}

    @contextmanager
    def index_connection(self) -> Iterator[Connection]:
        with self._engines[_INDEX].begin() as connection:
            yield connection

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        if run_id and run_id not in self._engines and not (file := Path(self.path_for_shard(run_id))).exists():
            make_run_file(file, Path(self.path_for_shard(_INDEX)))
            self._engines[run_id] = _engine(self.conn_string_for_shard(run_id))
        begun = self._engines[run_id].begin() if run_id in self._engines else super().run_connection(run_id)
        with begun as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        with self.index_connection() as connection:
            return bool(connection.dialect.has_table(connection, table_name))

    def dispose(self) -> None:
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()


class _Output(LocalComputeLogManager):
    """Copies the output of a run into the files that Dagster shows on the run's page."""

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        with printed_into(Path(self.get_captured_local_path(log_key, "out")).with_suffix("")):
            yield CapturedLogContext(log_key)


def _address(file: Path) -> str:
    return f"sqlite:///{file}"


def _engine(address: str) -> Engine:
    engine = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _wait_for_no_disk)
    return engine


def _wait_for_no_disk(connection: sqlite3.Connection, _: object) -> None:
    """Stop SQLite from waiting for the disk: a power cut can lose the last events, but the file stays valid."""
    connection.execute("PRAGMA synchronous = NORMAL")
