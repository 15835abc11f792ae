"""The logs of the benchmark, made once into a cache folder, and fresh data folders over them. Delete the cache folder
to make everything anew. `forms.py` makes other forms of the records, `contestants.py` runs their readers.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.measure import run

LAST_DAY = date(2026, 3, 31)
SEED = 20260331
_USED = "used-"


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

    def landing(self, first: int = 0, last: int | None = None) -> dict[str, Path]:
        """The files of the days from place `first` up to but not `last`, by the paths that they land under."""
        chosen = list(zip(self.days, self.files, strict=True))[first:last]
        return {f"{day}.ndjson": file for day, file in chosen}


class Cache:
    """Samples by their size, under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def at_home(cls) -> "Cache":
        """The cache in the folder that `AUTHMETER_BENCH_DIR` names, else in `bench/.cache`."""
        return cls(Path(os.environ.get("AUTHMETER_BENCH_DIR") or Path(__file__).parent / ".cache").absolute())

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
    def data(
        self, logs: Logs, landing: Mapping[str, Path], *, sources: Iterable[Path] = (), start: Path | None = None
    ) -> Iterator[Path]:
        """A data folder with the sample's registry and some log files. It is used up afterwards, see `clear`.

        Args:
            landing: the files by their paths under landing. They are hard links, for ingestion leaves symbolic ones
                alone and a copy of gigabytes would cool the page cache.
            sources: source mappings that it gets.
            start: a data folder that it begins as a copy of, without its logs; else it begins empty.
        """
        folder = Path(tempfile.mkdtemp(prefix="data-", dir=self.folder))
        try:
            if start is not None:
                # `site` is a link, and must stay one.
                without = shutil.ignore_patterns("landing")
                shutil.copytree(start, folder, symlinks=True, dirs_exist_ok=True, ignore=without, copy_function=_copy)
            else:
                shutil.copytree(logs.folder / "registry", folder / "registry")
            for mapping in sources:
                (folder / "sources").mkdir(exist_ok=True)
                shutil.copy(mapping, folder / "sources")
            for path, file in landing.items():
                link(file, folder / "landing" / path)
            yield folder
        finally:
            folder.rename(folder.with_name(f"{_USED}{folder.name}"))

    def clear(self) -> None:
        """Takes away the data folders that were used.

        Not between two runs: where files went a short while ago, ext4 looks longer for room for new ones, and the site
        of the next run takes twice its time.
        """
        for folder in self.folder.glob(f"{_USED}*"):
            shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, arguments: Mapping[str, object]) -> None:
    """Makes a sample, in a process of its own: the kernel counts a parent's memory as its children's peak."""
    options = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
    run([sys.executable, "-m", "pipelines", "sample", "--out", str(folder), *options])


def kept_beside(logs: Logs, name: str, make: Callable[[Path], object]) -> Path:
    """Return a file or folder made from a sample: kept beside it under a name, else made now."""
    kept = logs.folder / "made-of-it" / name
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            make(Path(folder) / name)
            (Path(folder) / name).rename(kept)
    return kept


def link(file: Path, target: Path) -> None:
    """Puts a file under another path without copying it, where the file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def _copy(file: str, target: str) -> object:
    """Copy a file of a warehouse. Parquet files are linked: they are never changed in place, and writing gigabytes
    would disturb the next measurement.
    """
    return link(Path(file), Path(target)) if file.endswith(".parquet") else shutil.copy2(file, target)


def warm(files: Iterable[Path]) -> None:
    """Reads files once, so that all contestants find them in the page cache."""
    for file in files:
        with file.open("rb") as content:
            while content.read(1 << 24):
                pass
