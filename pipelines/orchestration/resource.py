"""The Dagster resource that opens the data folder for a run, holds its lock until the run ends, and notes the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from pipelines.closing.machine_clock import require_near_day
from pipelines.common.days import days_between
from pipelines.common.errors import AuthmeterError
from pipelines.common.lock import hold
from pipelines.contract.settings import data_folder
from pipelines.ingest.reread import RereadRequest
from pipelines.orchestration.home import end_dead_runs, forget_old_runs, records_kept_open
from pipelines.orchestration.partitions import PARTITION_TAG
from pipelines.run.daily_run import DailyRun, open_run
from pipelines.run.run_end import failures_noted, note_end

# Run tags of a backfill: the first and last day to compute anew.
BACKFILL_FIRST, BACKFILL_LAST = "authmeter/backfill_first", "authmeter/backfill_last"
# Run tags of a reread: that it is one, and the source and the first day, where files are chosen by them.
REREAD, REREAD_SOURCE, REREAD_FROM = "authmeter/reread", "authmeter/reread_source", "authmeter/reread_from"
_SCHEDULE = "dagster/schedule_name"
# The job of a whole run.
JOB = "daily"


class DataFolder(dg.ConfigurableResource[DailyRun]):
    """The data folder at `path`; where it is empty, that of the environment, looked up when a run begins."""

    path: str = ""

    @property
    def folder(self) -> Path:
        """The folder, absolute."""
        return data_folder(Path(self.path) if self.path else None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[DailyRun]:
        """The boxes over the folder, whose lock is held until the Dagster run ends."""
        data, tags = self.folder, context.run.tags if context.run else {}
        day = date.fromisoformat(tags[PARTITION_TAG]) if PARTITION_TAG in tags else None
        forced: frozenset[date] = frozenset()
        if BACKFILL_FIRST in tags:
            first, last = (date.fromisoformat(tags[name]) for name in (BACKFILL_FIRST, BACKFILL_LAST))
            forced = frozenset(days_between(first, last))
        with failures_noted(data, day):
            run, notice = open_run(data, forced)
            if day and _SCHEDULE in tags:
                require_near_day(run.manifest, run.settings, day)
        if REREAD in tags:
            since = tags.get(REREAD_FROM)
            run.reread = RereadRequest(tags.get(REREAD_SOURCE), date.fromisoformat(since) if since else None)
        if notice and context.log:
            context.log.warning(notice)
        with hold(run.store.lock, "run", run.now):
            if context.instance and context.run:
                # Whoever holds the lock is alone: any other run that is said to be under way is dead.
                end_dead_runs(context.instance, but=context.run.run_id)
                forget_old_runs(context.instance, run.now, run.settings.keep_runs_days)
            try:
                with records_kept_open(data, *([context.run.run_id] if context.run else [])):
                    yield run
            finally:
                if run.failure or run.is_done or is_whole(context.run):
                    error = run.failure or (None if run.is_done else _stopped(data))
                    manifest = run.loaded if run.is_done else None
                    checks = run.made.checks if run.made else None
                    note_end(data, datetime.now(UTC), day, error, checks, manifest)


def is_whole(run: dg.DagsterRun | None) -> bool:
    """Whether a run is to come to the last step: a chosen asset or check, made alone, is not."""
    return run is not None and run.job_name == JOB and not (run.asset_selection or run.asset_check_selection)


def _stopped(data: Path) -> AuthmeterError:
    return AuthmeterError(
        "The run was stopped before its last step.",
        where=str(data / "dagster"),
        why="The last good report still stands.",
        do="Run `authmeter run`; `authmeter dev` shows what the steps of the stopped one said.",
    )
