"""`authmeter dev`: Dagster's web server and scheduler on a data folder."""

import sys
from pathlib import Path

from pipelines.common.process.loopback import LOOPBACK, require_free
from pipelines.common.project import PROJECT
from pipelines.orchestration.home.home import end_dead_runs_before_scheduler, prepare
from pipelines.orchestration.home.scheduler_process import run_scheduler
from pipelines.run.daily_run import open_run


def run_dev(data: Path, port: int) -> int:
    """Run Dagster's web server and daemon on the home of a data folder, on loopback only. Return their exit code.

    Raises:
        AuthmeterError: another `authmeter dev` runs on the folder, or the port is in use.
    """
    open_run(data)
    home = prepare(data)

    def before() -> None:
        # If the port is in use, Dagster's web server ends and its parent waits forever. The processes of a killed
        # `authmeter dev` have ended by now.
        require_free(port)
        end_dead_runs_before_scheduler(data)
        page = f"http://{LOOPBACK}:{port}" if port else "a free port, printed below,"
        print(f"Dagster on {page} for {data}; stop it with Ctrl-C.", flush=True)

    where = ["-w", str(PROJECT / "workspace.yaml"), "-h", LOOPBACK, "-p", str(port)]
    # The warning recommends another tool of Dagster, which users of authmeter cannot use.
    quiet = ["-W", "ignore:Function `dev_command` is superseded"]
    return run_scheduler([sys.executable, *quiet, "-m", "dagster", "dev", *where], home, PROJECT, before)
