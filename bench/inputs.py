"""Makes the logs of the benchmark once, in a cache folder, and a new data folder with some of them for each run.

To make everything again, delete the cache folder. `forms.py` writes the records in other file formats; `contestants.py`
runs the measured programs.
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
    """A sample in the cache: its folder, its days with logs, oldest first, and the big log file of each day."""

    folder: Path
    days: tuple[date, ...]
    files: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """Total size of the big files, in bytes."""
        return sum(file.stat().st_size for file in self.files)

    def landing(self, first: int = 0, last: int | None = None) -> dict[str, Path]:
        """Return the files of the days from index `first` to `last` (excluded), by their path below landing."""
        chosen = list(zip(self.days, self.files, strict=True))[first:last]
        return {f"{day}.ndjson": file for day, file in chosen}


class Cache:
    """Keeps samples under one folder, each made once for its number of days, apps and records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def at_home(cls) -> "Cache":
        """Return the cache in the folder of `AUTHMETER_BENCH_DIR`, or in `bench/.cache`."""
        return cls(Path(os.environ.get("AUTHMETER_BENCH_DIR") or Path(__file__).parent / ".cache").absolute())

    def logs(self, *, days: int, apps: int, events: int) -> Logs:
        """Return logs of `days` days with `events` records each. They are made if the cache lacks them.

        Only the big files are returned, without late records and bad lines, so that each day is one clean file.
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
        """Create a data folder for one run, with the sample's registry and some log files. `clear` deletes it later.

        Args:
            landing: the files by their paths below landing. They are hard links: ingestion ignores symbolic links, and
                copies of gigabytes would displace the files in the page cache.
            sources: source mappings to copy into the folder.
            start: a data folder whose contents, except logs, are copied; None copies only the registry.
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
        """Delete the data folders that runs have used.

        Do not call it between two runs: after files are deleted, ext4 needs longer to find room for new ones, and the
        site of the next run takes twice its time.
        """
        for folder in self.folder.glob(f"{_USED}*"):
            shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, arguments: Mapping[str, object]) -> None:
    """Make a sample in a process of its own. In this process, its memory would count in the peak memory of all later
    children.
    """
    options = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
    run([sys.executable, "-m", "pipelines", "sample", "--out", str(folder), *options])


def kept_beside(logs: Logs, name: str, make: Callable[[Path], object]) -> Path:
    """Return the path of a file or folder `name` in the cache that is made from a sample. `make` writes it if it does
    not exist.
    """
    kept = logs.folder / "made-of-it" / name
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            make(Path(folder) / name)
            (Path(folder) / name).rename(kept)
    return kept


def link(file: Path, target: Path) -> None:
    """Create `target` as a hard link to a file, or as a copy if the file system has no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def _copy(file: str, target: str) -> object:
    """Copy a file of a data folder. A Parquet file is linked: it is never changed in place, and writing gigabytes would
    disturb the next measurement.
    """
    if not file.endswith(".parquet"):
        return shutil.copy2(file, target)
    link(Path(file), Path(target))
    return target


def warm(files: Iterable[Path]) -> None:
    """Read files once, so that every measured program finds them in the page cache."""
    for file in files:
        with file.open("rb") as content:
            while content.read(1 << 24):
                pass
