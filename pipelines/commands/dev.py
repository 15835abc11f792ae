"""`authmeter dev`: Dagster's web server and scheduler on a data folder."""

import sys
from pathlib import Path

from pipelines.common.loopback import LOOPBACK, require_free
from pipelines.common.project import PROJECT
from pipelines.orchestration.home import end_runs_of_the_dead, prepare
from pipelines.orchestration.scheduler_process import run_alone
from pipelines.run.daily_run import open_run


def run_dev(data: Path, port: int) -> int:
    """`authmeter dev`: Dagster's web server and daemon with this data folder's instance, loopback only.

    Raises:
        AuthmeterError: another one runs on the folder, or the port is taken.
    """
    open_run(data)
    home = prepare(data)

    def before() -> None:
        # Dagster's web server would end over it, and its head wait for ever. What a killed one left has ended by now.
        require_free(port)
        end_runs_of_the_dead(data)
        page = f"http://{LOOPBACK}:{port}" if port else "a free port, which it names below,"
        print(f"Dagster on {page} for {data}; stop it with Ctrl-C.", flush=True)

    where = ["-w", str(PROJECT / "workspace.yaml"), "-h", LOOPBACK, "-p", str(port)]
    # Dagster names its next tool there, which is nothing that whoever reads this could use.
    quiet = ["-W", "ignore:Function `dev_command` is superseded"]
    return run_alone([sys.executable, *quiet, "-m", "dagster", "dev", *where], home, PROJECT, before)
