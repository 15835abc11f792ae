"""`authmeter fetch`: copies new objects from the buckets of the settings into landing, without a run."""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.buckets.fetch import fetch
from pipelines.common.errors import WARNED, UsageError
from pipelines.common.process.machine_limits import as_machine_error
from pipelines.common.process.progress import stage
from pipelines.common.text import counted
from pipelines.contract.settings.settings import load_settings
from pipelines.store.store import Store


def run_fetch(data: Path) -> int:
    """Fetch new objects and print findings. Return the exit code: 3 if there are findings, else 0.

    Raises:
        UsageError: the settings are wrong, or name no bucket.
        AuthmeterError: landing cannot be written, or another process works on the data folder.
    """
    settings, store, now = load_settings(data), Store(data), datetime.now(UTC)
    if not settings.fetch:
        raise UsageError(
            "The settings name no bucket to fetch from.",
            where=str(data / "authmeter.toml"),
            why="No object can be fetched.",
            do="Add a table [[fetch]] with `url` and `into`.",
        )
    store.require_landing_folder()
    try:
        with store.held("fetch", settings.timezone), stage("fetch") as progress:
            report = fetch(store, settings.fetch, now, progress)
            progress.result = report.summary
    except OSError as error:
        if known := as_machine_error(error, str(data)):
            raise known from error
        raise
    if report.ignored:
        print(
            f"{counted(report.ignored, 'object')} ignored: their names begin with . or _, or end like names of "
            "unfinished files"
        )
    for url, words in report.findings.items():
        print(f"warning: fetch: {url}: {words.en}")
    return WARNED if report.findings else 0
