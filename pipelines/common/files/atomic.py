"""Writes files outside of the store, such as samples and exports: whole or not at all.

The store's own files are also synced to disk and listed in the manifest: see `store.py`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path` to write to, and rename the file to `path` at the end of the block.

    After an error, the temporary file is removed. Missing folders are created.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Ingestion ignores `.tmp`. With the number of the process, two processes never write to one file.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
