"""The Dagster resource that opens the data folder for a run and holds its lock until the run ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.daily_run import DailyRun, open_run
from pipelines.days import days_between
from pipelines.lock import hold

# Run tags of a backfill: the first and last day to compute anew.
BACKFILL_FIRST, BACKFILL_LAST = "authmeter/backfill_first", "authmeter/backfill_last"


class DataFolder(dg.ConfigurableResource[DailyRun]):
    """The data folder at `path`."""

    path: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[DailyRun]:
        """The boxes over the folder, whose lock is held until the Dagster run ends."""
        tags = context.run.tags if context.run else {}
        forced: frozenset[date] = frozenset()
        if BACKFILL_FIRST in tags:
            first, last = (date.fromisoformat(tags[name]) for name in (BACKFILL_FIRST, BACKFILL_LAST))
            forced = frozenset(days_between(first, last))
        run, notice = open_run(Path(self.path), forced)
        if notice and context.log:
            context.log.warning(notice)
        with hold(run.store, "run", run.now):
            yield run
