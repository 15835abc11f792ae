"""An empty Dagster job of ten steps in one process, on an instance on disk: the floor under a run that does nothing.

The argument is the instance's folder; it is made, without telemetry, if it is missing.
"""

import sys
from pathlib import Path

from dagster import DagsterInstance, In, Nothing, OpDefinition, Out, in_process_executor, job, op

STEPS = 10


def step(number: int) -> OpDefinition:
    """One step that does nothing, after the one before."""
    ins = {"before": In(Nothing)} if number else {}

    @op(name=f"step_{number}", ins=ins, out=Out(Nothing))
    def nothing() -> None:
        pass

    return nothing


@job(executor_def=in_process_executor)
def empty() -> None:
    """Ten steps in a row."""
    before = step(0)()
    for number in range(1, STEPS):
        before = step(number)(before)


home = Path(sys.argv[1])
home.mkdir(parents=True, exist_ok=True)
(home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
with DagsterInstance.from_config(str(home)) as instance:
    result = empty.execute_in_process(instance=instance)
sys.exit(0 if result.success else 1)
