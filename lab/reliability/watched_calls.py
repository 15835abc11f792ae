"""Runs the command with Python's own calls for flushing and renaming watched, where no tracer may look at the system's.

`python -m lab.reliability.watched_calls OUT …`: the calls go to the file OUT, one JSON list a line, as
`durable_names.py` reads them. What is written it cannot see: a file counts as written right before it is renamed,
unless it was flushed, or was older than the last flush of everything. Nor can it see what SQLite does.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.cli import main


def watch(out: Path) -> None:
    """Puts watchers in place of the calls."""
    log = out.open("a", buffering=1, encoding="utf-8")
    flushed: set[str] = set()
    synced_at = 0.0

    def tell(*event: str) -> None:
        print(json.dumps(event), file=log)

    def flush(real: Callable[[int], None], descriptor: int) -> None:
        real(descriptor)
        name = os.readlink(f"/proc/self/fd/{descriptor}")
        flushed.add(name)
        tell("flush", name)

    def sync(real: Callable[[], None]) -> None:
        nonlocal synced_at
        synced_at = time.time()
        real()
        tell("sync")

    def rename(real: Callable[..., None], source: Any, target: Any, **given: Any) -> None:
        path = Path(source)
        for name in [path, *path.rglob("*")] if path.is_dir() and not path.is_symlink() else [path]:
            if name.is_file() and str(name) not in flushed and name.lstat().st_mtime > synced_at:
                tell("write", str(name))
        real(source, target, **given)
        tell("rename", str(source), str(target))

    for call, watcher in (("fsync", flush), ("sync", sync), ("replace", rename), ("rename", rename), ("link", rename)):
        setattr(os, call, partial(watcher, getattr(os, call)))


if __name__ == "__main__":
    watch(Path(sys.argv.pop(1)))
    main()
