"""Runs the steps of the daily job for a command, in order, and records them as Dagster does.

Loading Dagster and running the steps in it would take four fifths of the time of a run with nothing new.
"""

import io
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import date
from pathlib import Path
from typing import TextIO

from pipelines.common.errors import BooksError
from pipelines.contract.checks import CHECKS
from pipelines.orchestration.folder import opened_daily_run
from pipelines.orchestration.partitions import PARTITION_TAG, add_days
from pipelines.orchestration.records import event_rows
from pipelines.orchestration.records.event_rows import Event
from pipelines.orchestration.records.known_job import KnownJob
from pipelines.orchestration.records.rare_records import report_failure, tidy_records
from pipelines.orchestration.records.run_records import RunRecords
from pipelines.orchestration.steps import STEPS, RunStep, StepInputs
from pipelines.run.daily_run import DailyRun


def run_steps(home: Path, job: KnownJob, opened: DailyRun, day: date, tags: Mapping[str, str]) -> None:
    """Run the steps for a day over an opened data folder. Raises AuthmeterError if a stage fails."""
    tags, begun = {**tags, PARTITION_TAG: str(day)}, None
    records = RunRecords(home)
    try:
        add_days(records.partitions, [day])
        records.begin(job, tags, planned(day))
        with (
            opened_daily_run(
                opened.store.data, tags, True, lambda run: tidy_records(home, run, records.run_id), opened
            ) as run,
            output_copied_to(records.record_output_files(home / "storage", [step.name for step in STEPS])),
        ):
            for step in STEPS:
                begun = step.name
                _run_step(records, step, StepInputs(run, day, records.partitions))
            begun = None
        records.succeed()
    except BaseException:
        records.close()
        # Errors in the records, which are only history, must not hide the error that ended the run.
        with suppress(Exception):
            report_failure(home, records.run_id, begun)
        raise
    records.close()


def planned(day: date) -> Iterator[Event]:
    """Yield the planned materializations and checks of a run, in Dagster's order."""
    assets = sorted((asset, step.name) for step in STEPS for asset in step.assets)
    checks = sorted((CHECKS[check].asset, check, step.name) for step in STEPS for check in step.checks)
    for asset, step in assets:
        yield event_rows.asset_planned(step, asset, str(day) if asset == "day_tables" else None)
    for _, check, step in checks:
        yield event_rows.check_planned(step, check)


def _run_step(records: RunRecords, step: RunStep, work: StepInputs) -> None:
    begun = time.monotonic()
    records.add_events(event_rows.step_begun(step.name))
    for result in records.add_results(step.name, step.results(work)):
        check = CHECKS[result.check]
        if check.is_blocking and not result.passed:
            raise BooksError(f"The check {check.name} failed.", where=step.name, why=check.meaning_en, do=check.to_do)
    records.add_events(event_rows.step_done(step.name, time.monotonic() - begun))


@contextmanager
def output_copied_to(file: Path) -> Iterator[None]:
    """Copy the output of the `with` block to `<file>.out` and `<file>.err`; create `<file>.complete` if it succeeds."""
    out, err, complete = (file.with_name(f"{file.name}.{kind}") for kind in ("out", "err", "complete"))
    out.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(_Both(sys.stdout, stack.enter_context(out.open("a")))))
        stack.enter_context(redirect_stderr(_Both(sys.stderr, stack.enter_context(err.open("a")))))
        yield
    complete.touch()


class _Both(io.TextIOBase):
    """Writes to two streams; a failing stream, such as a pipe without a reader, does not end the run."""

    def __init__(self, *streams: TextIO) -> None:
        self._streams = streams

    def write(self, text: str, /) -> int:
        for stream in self._streams:
            with suppress(OSError):
                stream.write(text)
        return len(text)

    def flush(self) -> None:
        for stream in self._streams:
            with suppress(OSError):
                stream.flush()
