"""Files that are there whole or not at all, for what is written outside the store: samples and exports.

The store's own files go further (fsync, manifest): see `store.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives a name beside `path` to write to, and renames it at the end; after an error nothing is left.

    The name ends in `.tmp`, so that ingestion leaves it alone. Missing folders are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
