"""`authmeter sample`: synthetic logs and a registry."""

from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.common.days import last_closed_day
from pipelines.common.progress import stage
from pipelines.contract.settings import Settings
from pipelines.sample.write import write_sample


def make_sample(out: Path, *, days: int, apps: int, events: int, seed: int, format: str, last_day: date | None) -> None:
    """`authmeter sample`."""
    last = last_day or last_closed_day(datetime.now(UTC), Settings().timezone)
    with stage("sample") as box:
        report = write_sample(
            out, days=days, apps=apps, events=events, seed=seed, format=format, last_day=last,
            progress=lambda done: box(done, days),
        )  # fmt: skip
        box.result = f"{report.files:,} files, {report.lines:,} lines in {out}"
