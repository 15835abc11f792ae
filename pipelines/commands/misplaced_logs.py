"""Finds logs in the data folder next to an empty `landing/`, so that a message can name them."""

from pipelines.common.text import listed
from pipelines.reading.sources.mapping import format_of
from pipelines.store.store import Store


def misplaced_logs(store: Store) -> str:
    """Return a text that names the logs in the data folder itself, and what to do; empty if it has no logs."""
    # Authmeter's own JSON files are in this folder too.
    files = [path.name for path in store.data.iterdir() if path.is_file() and path.suffix.lower() != ".json"]
    beside = sorted(name for name in files if format_of(name))
    return f", but the data folder contains {listed(beside)}: move it into landing/" if beside else ""
