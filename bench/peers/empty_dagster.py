"""An empty Dagster job of ten steps in one process, on an instance on disk: the least time of a run that does nothing.

The argument is the folder of the instance. It is made if it is missing, without telemetry.
"""

import sys
from pathlib import Path

from dagster import DagsterInstance, In, Nothing, OpDefinition, Out, in_process_executor, job, op

STEPS = 10


def step(number: int) -> OpDefinition:
    """Return a step that does nothing and runs after the step before it."""
    ins = {"before": In(Nothing)} if number else {}

    @op(name=f"step_{number}", ins=ins, out=Out(Nothing))
    def nothing() -> None:
        pass

    return nothing


@job(executor_def=in_process_executor)
def empty() -> None:
    """A job of ten steps, one after the other."""
    before = step(0)()
    for number in range(1, STEPS):
        before = step(number)(before)


home = Path(sys.argv[1])
home.mkdir(parents=True, exist_ok=True)
(home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
with DagsterInstance.from_config(str(home)) as instance:
    result = empty.execute_in_process(instance=instance)
sys.exit(0 if result.success else 1)
