"""`authmeter reread`: reads landed files again."""

from datetime import date
from pathlib import Path

from pipelines.commands.operation.run import run_daily
from pipelines.common.errors import nothing_published
from pipelines.store.store import Store


def run_reread(data: Path, source: str | None, first: date | None) -> int:
    """Read landed files again, then publish. Return the exit code of the run.

    Args:
        source: only files that this source read before, or would read now; None: all files.
        first: only files with accepted records of this day or later, and files first read on this day or later that
            have rejected or skipped records or no accepted one; None: all files.

    Raises:
        UsageError: there is no such source, or nothing is published yet.
    """
    from pipelines.orchestration.folder import REREAD, REREAD_FROM, REREAD_SOURCE
    from pipelines.reading.sources.sources import load_sources

    manifest = Store(data).read_manifest()
    if manifest.as_of is None:
        raise nothing_published(data)
    # The source may have been removed since it read files, which another source reads now.
    if source and source not in {entry.source for entry in manifest.files}:
        load_sources(data).named(source)
    given = {REREAD: "yes", REREAD_SOURCE: source, REREAD_FROM: str(first) if first else None}
    return run_daily(data, manifest.as_of, {name: value for name, value in given.items() if value})
