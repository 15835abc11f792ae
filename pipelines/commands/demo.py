"""`authmeter demo`: sample logs in a folder of their own, run."""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.commands.run import run_daily
from pipelines.common.days import last_closed_day
from pipelines.contract.settings import Settings


def run_demo(data: Path) -> int:
    """`authmeter demo`: 60 days of sample logs in `data`, run; warnings do not change the exit code."""
    from pipelines.sample.write import write_sample

    print(f"Making 60 days of synthetic logs in {data} …")
    last_day = last_closed_day(datetime.now(UTC), Settings().timezone)
    write_sample(data, days=60, apps=8, events=20_000, seed=1, last_day=last_day)
    run_daily(data, None)
    return 0
