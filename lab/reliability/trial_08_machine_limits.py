"""Promise 8: a run on a full disk, or with too little memory, fails with a clear message and damages nothing.

Each try starts from a published folder, limits something, and runs. The run must end with a message that names cause
and remedy, the last good report must stay, and the next run without the limit must publish the same as a folder that
never had it.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import (
    HISTORY,
    Ended,
    as_of,
    authmeter,
    environment,
    first_difference,
    installation,
    land_day,
    tables,
    whole_site,
)  # fmt: skip
from pipelines.common.project import PROJECT
from tests.support import DAY, DataFolder, days_before

OLD, NEW = days_before(DAY, 1), DAY
DISK_MB = 64


class Base:
    """A data folder in which one day is published, for runs of the next day.

    Attributes:
        before: the published tables of the folder.
        after: the tables that a run of the next day publishes without a limit.
    """

    def __init__(self, work: Path) -> None:
        self.folder = installation(work / "base", OLD)
        self.folder.publish(OLD)
        self.before = tables(self.folder.store.database)
        sound = self.copy(work / "sound")
        sound.tables(NEW)
        self.after = tables(sound.store.database, HISTORY)

    def copy(self, root: Path) -> DataFolder:
        """Return a copy of the folder in `root`, with the logs of the next day in landing."""
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.folder.root, root, symlinks=True)
        folder = DataFolder(root)
        land_day(folder, NEW)
        return folder

    def fault_of(self, folder: DataFolder) -> str:
        """Return how a failed run changed the last good report; empty if it is unchanged."""
        if tables(folder.store.database) != self.before:
            return "the published tables changed"
        return "" if whole_site(folder) and as_of(folder) == OLD else "the site is not whole"

    def unhealed(self, folder: DataFolder) -> str:
        """Return the damage that remains after a run without the limit; empty if there is none."""
        if folder.manifest.as_of != NEW:
            return "the next run did not publish the new day"
        damaged = [entry.path for entry in folder.manifest.files if entry.status != "read"]
        if damaged:
            return f"not read: {damaged}"
        return first_difference(tables(folder.store.database, HISTORY), self.after)


@contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """Mount a file system of 64 MB in memory, and yield its folder; None if mounting is not permitted."""
    place.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)], capture_output=True)
    try:
        yield place if made.returncode == 0 else None
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", str(place)], check=True)


def full_disk(base: Base, tries: int, work: Path) -> Result:
    """Try runs on a disk with a random, usually too small amount of free space, and then again with enough space."""
    tally = Tally(8, "Runs on a disk that fills up at a random point; then with room again")
    draw, failed, named = random.Random(8), 0, 0
    with small_disk(work / "disk") as disk:
        if disk is None:
            return Result(8, tally.what, 1, 0, "mounting is not permitted here: tried with a limit on file sizes only")
        for number in range(tries):
            folder = base.copy(disk / "data")
            left = draw.randrange(0, 3_500_000)
            with open(disk / "filler", "wb") as filler:
                os.posix_fallocate(filler.fileno(), 0, max(1, _free(disk) - left))
            ended = authmeter("run", "--day", NEW, data=folder.root)
            case = f"try {number}, {left} bytes free"
            if ended.code == 1:
                failed += 1
                is_named = ended.is_in_words and "The disk is full" in ended.said and "Free space" in ended.said
                named += is_named
                fault = base.fault_of(folder) or ("" if is_named else f"it says {ended.said[-300:]}")
            else:
                fault = "" if ended.code in (0, 3) else f"exit {ended.code}"
            (disk / "filler").unlink()
            again = authmeter("run", "--day", NEW, data=folder.root)
            fault = fault or ("" if again.code in (0, 3) else f"then exit {again.code}: {again.said[-300:]}")
            fault = fault or base.unhealed(folder)
            tally.check(not fault, f"{case}: {fault}")
    return tally.result(f"in {failed} the disk was full; {named} of these named cause and cure")


def _free(disk: Path) -> int:
    info = os.statvfs(disk)
    return info.f_bavail * info.f_bsize


def limited_files(base: Base, tries: int, work: Path) -> Result:
    """Try runs with a limit on the size of each file, as under a quota, and then again without it."""
    tally = Tally(8, "Runs under a limit on the size of a file; then without it")
    draw = random.Random(88)
    for number in range(tries):
        folder = base.copy(work / "limited")
        limit = draw.choice((4_096, 20_000, 60_000, 150_000, 400_000, 900_000))
        script = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); " + _BOXES
        ended = _python(script, folder.root)
        fault = "" if ended.code == 0 else base.fault_of(folder)
        if ended.code and not ("The disk is full" in ended.said and "Free space" in ended.said):
            fault = fault or f"it says {ended.said[-300:]}"
        folder.tables(NEW)
        fault = fault or base.unhealed(folder)
        tally.check(not fault, f"try {number}, {limit} bytes: {fault}")
    return tally.result()


_BOXES = """
import sys
from pathlib import Path
from tests.support import DataFolder, DAY
from pipelines.common.errors import AuthmeterError
try:
    DataFolder(Path(sys.argv[1])).publish(DAY)
except AuthmeterError as error:
    sys.exit(f"authmeter: {error}")
"""


def _python(script: str, *arguments: object, **more: str) -> Ended:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT, env=environment(**more), capture_output=True, text=True, check=False)
    return Ended(done.returncode, done.stdout + done.stderr)


def short_memory(base: Base, tries: int, work: Path) -> Result:
    """Try runs with too little memory, and then again with enough. DuckDB's memory limit or the process's address space
    is small.
    """
    tally, named = Tally(8, "Runs with too little memory; then with enough"), 0
    for number in range(tries):
        folder = base.copy(work / "memory")
        if number % 2:
            limit = f"{(1, 2, 4, 8, 12, 16, 24, 32)[number // 2 % 8]}MB"
            folder.write("authmeter.toml", f'memory_limit = "{limit}"\nthreads = 2\n')
            ended = _python(_BOXES, folder.root)
        else:
            limit = f"address space {(400, 600, 800, 1000, 1300)[number // 2 % 5]} MiB"
            size = int(limit.split()[2]) << 20
            ended = _python(
                f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({size}, {size})); " + _BOXES, folder.root
            )
        fault = "" if ended.code == 0 else base.fault_of(folder)
        if ended.code and "memory_limit" in ended.said:
            named += 1
        elif ended.code and number % 2:
            fault = fault or f"it says {ended.said[-300:]}"
        (folder.root / "authmeter.toml").unlink(missing_ok=True)
        folder.tables(NEW)
        fault = fault or base.unhealed(folder)
        tally.check(not fault, f"try {number}, {limit}: {fault}")
    return tally.result(
        f"{named} ended in words; where the system refuses memory to a library, its own words or none are all there is"
    )


def trial(scale: float, work: Path) -> list[Result]:
    """Try full disks, limited files and little memory."""
    base = Base(work)
    return [
        full_disk(base, some(40, scale), work),
        limited_files(base, some(30, scale), work),
        short_memory(base, some(26, scale, 2), work),
    ]
