"""What is said where nothing is in `landing/`: the logs may lie beside it."""

from pipelines.common.text import listed
from pipelines.reading.sources.sources import format_of
from pipelines.store.store import Store


def misplaced_logs(store: Store) -> str:
    """The logs that lie in the data folder itself, with what to do; empty where there are none."""
    # Files of authmeter itself lie there under the names of JSON.
    files = [path.name for path in store.data.iterdir() if path.is_file() and path.suffix.lower() != ".json"]
    beside = sorted(name for name in files if format_of(name))
    return f", but beside it lies {listed(beside)}: put it into landing/" if beside else ""
