"""The Dagster resource that opens the data folder for runs that Dagster executes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from pipelines.contract.settings.data_folder import data_folder
from pipelines.orchestration.folder import JOB, opened_daily_run
from pipelines.orchestration.home.home import end_dead_runs, forget_old_runs, records_kept_open
from pipelines.run.daily_run import DailyRun


class DataFolder(dg.ConfigurableResource[DailyRun]):
    """The data folder that runs use: `path` or, if `path` is empty, the folder that the environment names.

    The folder is opened when a run begins.
    """

    path: str = ""

    @property
    def folder(self) -> Path:
        """The absolute path of the folder."""
        return data_folder(Path(self.path) if self.path else None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[DailyRun]:
        """Yield the `DailyRun` of the folder, whose lock is held until the Dagster run ends."""
        data, own, instance = self.folder, context.run, context.instance

        def tidy(run: DailyRun) -> None:
            if instance and own:
                # The lock excludes other runs, so any other run recorded as active is dead.
                end_dead_runs(instance, but=own.run_id)
                forget_old_runs(instance, run.now, run.settings.keep_runs_days)

        def warn(notice: str) -> None:
            if context.log:
                context.log.warning(notice)

        tags = own.tags if own else {}
        kept_open = records_kept_open(data, *([own.run_id] if own else []))
        with opened_daily_run(data, tags, is_whole(own), tidy, warn=warn) as run, kept_open:
            yield run


def is_whole(run: dg.DagsterRun | None) -> bool:
    """Return whether a run must render the site.

    This is false for runs of selected assets or checks, and for retries that begin after the step `render_site`.
    """
    if run is None or run.job_name != JOB or run.asset_selection or run.asset_check_selection:
        return False
    return run.step_keys_to_execute is None or "render_site" in run.step_keys_to_execute
