"""The logs of the benchmark, made once into a cache folder, and fresh data folders over them.

Here: what is read. Not here: who reads it (`scenarios.py`). Delete the cache folder to make everything anew.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.measure import run

LAST_DAY = date(2026, 3, 31)
SEED = 20260331


@dataclass(frozen=True)
class Logs:
    """A sample in the cache: its folder, and the big files of its days with logs, oldest first."""

    folder: Path
    days: tuple[date, ...]
    files: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """Size of the big files."""
        return sum(file.stat().st_size for file in self.files)


class Cache:
    """Samples by their size, under one folder; `AUTHMETER_BENCH_DIR` or `bench/.cache`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def logs(self, *, days: int, apps: int, events: int) -> Logs:
        """Logs of `days` days with `events` records each: from the cache, else made now.

        Only the big files are used, without late records and bad lines, so that each day is one clean file.
        """
        # A sample of 20 days or more leaves one out.
        asked = days + 1 if days >= 19 else days
        folder = self.folder / f"{asked}d-{apps}a-{events}e"
        marker = folder / "made.json"
        arguments = {"days": asked, "apps": apps, "events": events, "seed": SEED, "last-day": str(LAST_DAY)}
        if not marker.is_file() or json.loads(marker.read_text()) != arguments:
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, arguments)
            marker.write_text(json.dumps(arguments))
        files = tuple(sorted((folder / "landing").glob("????-??-??/part-*.ndjson")))
        return Logs(folder, tuple(date.fromisoformat(file.parent.name) for file in files), files)

    @contextmanager
    def data(self, logs: Logs, days: Sequence[date], start: Path | None = None) -> Iterator[Path]:
        """A data folder with the registry and the logs of `days`, taken away afterwards.

        It begins as a copy of the folder `start`, or empty. Logs are hard links, for ingestion leaves symbolic
        ones alone and a copy of gigabytes would cool the page cache.
        """
        folder = Path(tempfile.mkdtemp(prefix="data-", dir=self.folder))
        try:
            if start is not None:
                # `site` is a link, and must stay one.
                without = shutil.ignore_patterns("landing")
                shutil.copytree(start, folder, symlinks=True, dirs_exist_ok=True, ignore=without)
            else:
                shutil.copytree(logs.folder / "registry", folder / "registry")
            for day, file in zip(logs.days, logs.files, strict=True):
                if day in days:
                    land(file, folder / "landing" / f"{day}.ndjson")
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, arguments: Mapping[str, object]) -> None:
    """Makes a sample, in a process of its own: the kernel counts a parent's memory as its children's peak."""
    options = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
    run([sys.executable, "-m", "pipelines", "sample", "--out", str(folder), *options])


def land(file: Path, target: Path) -> None:
    """Puts a log file into a landing folder without copying it, where the file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def warm(files: Sequence[Path]) -> None:
    """Reads files once, so that all contestants find them in the page cache."""
    for file in files:
        with file.open("rb") as content:
            while content.read(1 << 24):
                pass
