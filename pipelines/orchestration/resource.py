"""The Dagster resource that opens the data folder for a run that Dagster executes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from pipelines.contract.settings.settings import data_folder
from pipelines.orchestration.folder import JOB, run_over
from pipelines.orchestration.home import end_dead_runs, forget_old_runs, records_kept_open
from pipelines.run.daily_run import DailyRun


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
        data, own, instance = self.folder, context.run, context.instance

        def tidy(run: DailyRun) -> None:
            if instance and own:
                # Whoever holds the lock is alone: any other run that is said to be under way is dead.
                end_dead_runs(instance, but=own.run_id)
                forget_old_runs(instance, run.now, run.settings.keep_runs_days)

        def warn(notice: str) -> None:
            if context.log:
                context.log.warning(notice)

        tags = own.tags if own else {}
        kept_open = records_kept_open(data, *([own.run_id] if own else []))
        with run_over(data, tags, is_whole(own), tidy, warn=warn) as run, kept_open:
            yield run


def is_whole(run: dg.DagsterRun | None) -> bool:
    """Whether a run is to come to the last step: a chosen asset or check, made alone, is not."""
    return run is not None and run.job_name == JOB and not (run.asset_selection or run.asset_check_selection)
