"""`authmeter demo`: writes sample logs into a folder of their own, and runs on them."""

from pathlib import Path

from pipelines.commands.operation.run import run_daily
from pipelines.commands.operation.sample import yesterday
from pipelines.sample.write import SampleSpec, write_sample


def run_demo(data: Path) -> int:
    """Write 60 days of sample logs into `data` and run; warnings do not change the exit code."""
    print(f"Making 60 days of synthetic logs in {data} …")
    write_sample(data, SampleSpec(days=60, apps=8, events=20_000, seed=1, last_day=yesterday()))
    run_daily(data, None)
    return 0
