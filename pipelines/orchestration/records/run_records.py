"""Records a run of a command in Dagster's own SQLite files: the run, its events, its assets.

The rows equal Dagster's, without data versions and without events of Dagster's own machinery: executor, resources,
outputs of steps.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pipelines.contract.checks import CHECKS
from pipelines.orchestration.folder import JOB
from pipelines.orchestration.home.record_files import ASSETS, RUNS, make_run_file, open_records, transaction
from pipelines.orchestration.partitions import PARTITION_TAG
from pipelines.orchestration.records import event_rows
from pipelines.orchestration.records.asset_records import RecordedPartitions, note_event
from pipelines.orchestration.records.event_rows import Event, Json
from pipelines.orchestration.records.known_job import KnownJob
from pipelines.orchestration.results import Evaluated, Made, Result

_EVENT = (
    "INSERT INTO event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
# Events that are not in the file of all assets.
_ONLY_IN_RUN_FILE = ("STEP_START", "STEP_SUCCESS", "LOGS_CAPTURED")
_PARTITION_SET_TAG = "dagster/partition_set"


class RunRecords:
    """The record of one run; each change is committed at once."""

    def __init__(self, home: Path) -> None:
        self.run_id = str(uuid4())
        self._made: dict[str, Json] = {}
        self._index_file = home / ASSETS
        self._open = ExitStack()
        self._runs, self._index = (self._opened(home / file) for file in (RUNS, ASSETS))
        self.partitions = RecordedPartitions(self._index)

    def close(self) -> None:
        """Close all files."""
        self._open.close()

    def _opened(self, file: Path) -> sqlite3.Connection:
        return self._open.enter_context(closing(open_records(file)))

    def begin(self, job: KnownJob, tags: Mapping[str, str], planned: Iterable[Event]) -> None:
        """Record the start of the run and its planned events."""
        tags = {**tags, _PARTITION_SET_TAG: f"{JOB}_partition_set"}
        now = time.time()
        body = {**job.body, "run_id": self.run_id, "tags": tags, "status": _status("STARTED")}
        columns = {
            "run_id": self.run_id, "snapshot_id": body["pipeline_snapshot_id"], "pipeline_name": JOB,
            "status": "STARTED", "run_body": json.dumps(body), "partition": tags[PARTITION_TAG],
            "partition_set": tags[_PARTITION_SET_TAG], "create_timestamp": _at(now), "update_timestamp": _at(now),
            "start_time": now,
        }  # fmt: skip
        with transaction(self._runs):
            marks = ", ".join("?" for _ in columns)
            self._runs.execute(f"INSERT INTO runs ({', '.join(columns)}) VALUES ({marks})", [*columns.values()])
            rows = [(self.run_id, name, value) for name, value in tags.items()]
            self._runs.executemany("INSERT INTO run_tags (run_id, key, value) VALUES (?, ?, ?)", rows)
        # The run's row comes first, because a file without one would never be removed.
        own = self._index_file.with_name(f"{self.run_id}.db")
        make_run_file(own, self._index_file)
        self._own = self._opened(own)
        self.add_events(*planned, event_rows.run_event("PIPELINE_START"))

    def succeed(self) -> None:
        """Record the success of the run."""
        self.add_events(event_rows.run_event("PIPELINE_SUCCESS"))
        now = time.time()
        with transaction(self._runs):
            ((text,),) = self._runs.execute("SELECT run_body FROM runs WHERE run_id = ?", [self.run_id]).fetchall()
            body = {**json.loads(text), "status": _status("SUCCESS")}
            self._runs.execute(
                "UPDATE runs SET status = 'SUCCESS', run_body = ?, update_timestamp = ?, end_time = ? WHERE run_id = ?",
                [json.dumps(body), _at(now), now, self.run_id],
            )

    def record_output_files(self, storage: Path, steps: list[str]) -> Path:
        """Record which files have the steps' output; return their common path, without `.out` and `.err`."""
        name = self.run_id[:8]
        self.add_events(event_rows.output_captured(name, steps))
        return storage / self.run_id / "compute_logs" / name

    def add_events(self, *events: Event) -> None:
        """Record events, with the time of now."""
        with self._transactions():
            for event in events:
                self._add(event, time.time())

    def add_results(self, step: str, results: Iterable[Result]) -> list[Evaluated]:
        """Run a step by iterating over `results`, and return the results of its checks.

        All results are recorded at the end, also those yielded before the step failed.
        """
        reported: list[tuple[Result, float]] = []
        try:
            for result in results:
                reported.append((result, time.time()))
        finally:
            with self._transactions():
                for result, at in reported:
                    self._add(self._event_of(step, result), at)
        return [result for result, _ in reported if isinstance(result, Evaluated)]

    def _event_of(self, step: str, result: Result) -> Event:
        if isinstance(result, Evaluated):
            return event_rows.evaluated(step, result, self._made.get(CHECKS[result.check].asset))
        return event_rows.made(step, result) if isinstance(result, Made) else event_rows.observed(step, result)

    def _add(self, event: Event, now: float) -> None:
        entry, at = event.entry(self.run_id, now), _at(now)
        row = [self.run_id, json.dumps(entry), event.type, at, event.step, event.key, event.partition]
        self._own.execute(_EVENT, row)
        if event.type in _ONLY_IN_RUN_FILE:
            return
        number = self._index.execute(_EVENT, row).lastrowid
        assert number
        note_event(self._index, event, entry, at, number)
        if event.type == "ASSET_MATERIALIZATION" and event.asset:
            self._made[event.asset] = {"run_id": self.run_id, "storage_id": number, "timestamp": now}

    @contextmanager
    def _transactions(self) -> Iterator[None]:
        with transaction(self._own), transaction(self._index):
            yield


def _status(name: str) -> Json:
    return {"__enum__": f"PipelineRunStatus.{name}"}


def _at(now: float) -> str:
    """Return a Unix time (in seconds) as UTC text in the format of Dagster's columns."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
