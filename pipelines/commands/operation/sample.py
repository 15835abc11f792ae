"""`authmeter sample`: writes synthetic logs and a registry."""

from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.common.days import last_closed_day
from pipelines.common.process.progress import stage
from pipelines.common.text import counted
from pipelines.contract.settings.settings import Settings
from pipelines.sample.write import SampleSpec, write_sample


def yesterday() -> date:
    """Return the newest day that is over in the default business time zone. It is the default last day of a sample."""
    return last_closed_day(datetime.now(UTC), Settings().timezone)


def make_sample(out: Path, spec: SampleSpec) -> None:
    """Write a sample of logs and registry, and print its progress in one line."""
    with stage("sample") as progress:
        report = write_sample(out, spec, progress=lambda done: progress(done, spec.days))
        progress.result = f"{counted(report.files, 'file')}, {counted(report.lines, 'line')} in {out}"
