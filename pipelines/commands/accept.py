"""`authmeter accept`: a held file is taken."""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.common.lock import hold
from pipelines.common.text import counted
from pipelines.ingest.ingest import accept_held
from pipelines.store.store import Store


def accept_file(data: Path, path: str) -> None:
    """`authmeter accept`."""
    store = Store(data)
    with hold(store.lock, "accept", datetime.now(UTC)):
        entry = accept_held(store, store.read_manifest(), path)
    taken = f"accepted {entry.path}: {counted(entry.accepted, 'record')}"
    print(f"{taken}; the next `authmeter run` restates the days it touches")
