"""Opens the data folder for a run, holds its lock until the run ends, and writes the result to `status.json`.

Used by runs that Dagster executes (`definitions/resource.py`), and by runs of a command (`own_run.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.closing.machine_clock import require_closed_day, require_near_day
from pipelines.common.days import days_between
from pipelines.common.errors import AuthmeterError
from pipelines.common.process.ending import end_noticed
from pipelines.ingest.reread import RereadRequest
from pipelines.orchestration.partitions import PARTITION_TAG
from pipelines.run.daily_run import DailyRun, open_run
from pipelines.run.run_end import failure_of, failures_noted, held_for_run, note_end
from pipelines.store.database import shared_workbenches

# Name of the job for a complete run.
JOB = "daily"
# Run tags of a backfill: the first and last day to compute again.
BACKFILL_FIRST, BACKFILL_LAST = "authmeter/backfill_first", "authmeter/backfill_last"
# Run tags of a reread: a mark that the run is a reread, and the source and the first day if given.
REREAD, REREAD_SOURCE, REREAD_FROM = "authmeter/reread", "authmeter/reread_source", "authmeter/reread_from"
# Run tags of runs that Dagster starts by the clock.
_BY_CLOCK = {"dagster/schedule_name", "dagster/sensor_name"}


@contextmanager
def opened_daily_run(
    data: Path, tags: Mapping[str, str], is_whole: bool, tidy: Callable[[DailyRun], None],
    opened: DailyRun | None = None, warn: Callable[[str], None] = print,
) -> Iterator[DailyRun]:  # fmt: skip
    """Yield a `DailyRun`, whose methods are the stages of a run. The lock of the folder is held until the run ends.

    Args:
        tags: Dagster's tags of the run: its partition (the day), and for a backfill or reread the tags that this module
            declares.
        is_whole: whether the run must render the site, and so has failed if it ends before that.
        tidy: called with the run as soon as the lock is held.
        opened: the run, if the caller opened it; if None, `open_run` opens it here.
        warn: called with the notice of `open_run`, if it returns one.
    """
    day = date.fromisoformat(tags[PARTITION_TAG]) if PARTITION_TAG in tags else None
    with failures_noted(data, day):
        run, notice = (opened, None) if opened else open_run(data)
        if day:
            # In Dagster's pages, any day can be added as a partition.
            require_closed_day(day, run.now, run.settings.timezone, "partition of the run")
        if day and not _BY_CLOCK.isdisjoint(tags):
            require_near_day(run.manifest, run.settings, day)
    if BACKFILL_FIRST in tags:
        first, last = (date.fromisoformat(tags[name]) for name in (BACKFILL_FIRST, BACKFILL_LAST))
        run.forced = frozenset(days_between(first, last))
    if REREAD in tags:
        since = tags.get(REREAD_FROM)
        run.reread = RereadRequest(tags.get(REREAD_SOURCE), date.fromisoformat(since) if since else None)
    if notice:
        warn(notice)
    with held_for_run(run, day), shared_workbenches(run.store.temp):
        tidy(run)
        try:
            with end_noticed():
                yield run
        except Exception as outside:
            # A stage sets `failure` itself. Other errors come from a blocking check or from the record of the run.
            run.failure = run.failure or failure_of(outside, data)
            raise
        finally:
            if run.failure or run.is_done or is_whole:
                error = run.failure or (None if run.is_done else _stopped(data))
                manifest = run.loaded if run.is_done else None
                checks = run.decided_publication.checks if run.decided_publication else None
                note_end(data, datetime.now(UTC), day, error, checks, manifest)


def _stopped(data: Path) -> AuthmeterError:
    return AuthmeterError(
        "The run was stopped before its last step.",
        where=str(data / "dagster"),
        why="The last good report still stands.",
        do="Run `authmeter run`. `authmeter dev` shows the messages of the stopped run.",
    )
