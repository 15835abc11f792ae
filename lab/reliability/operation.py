"""Helpers of the trials: commands as processes, small data folders, and published tables to compare."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.project import PROJECT
from pipelines.contract.tables.tables import TABLES
from tests.support import DataFolder, days_before, records

# Columns that may differ between two runs over the same logs: times of the runs.
TIMES = {"publication": ("generated_at", "run"), "input_files": ("first_read_at",)}
# Tables that describe how a folder got its contents: they differ if one run did the work of two.
HISTORY = {"publication", "restatements", "day_quality", "input_files", "check_results", "withdrawn_incidents"}


@dataclass(frozen=True)
class Ended:
    """A command that has ended; `said` is its output and its errors."""

    code: int
    said: str

    @property
    def is_in_words(self) -> bool:
        """Whether the command ended without a traceback, and without the message of an unexpected error."""
        return "Traceback" not in self.said and "should not happen" not in self.said


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without variables that could select another data folder, plus `more`."""
    left_out = ("AUTHMETER_", "DAGSTER_")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | more


def authmeter(*arguments: object, data: Path, **more: str) -> Ended:
    """Run a command of authmeter in a new process. `more` has additional environment variables."""
    command = [sys.executable, "-m", "pipelines", *map(str, arguments), "--data", str(data)]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(**more), capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout + done.stderr)


@dataclass(frozen=True)
class Measured(Ended):
    """A command that has ended; `peak` is its peak memory in bytes."""

    peak: int


def measured(command: str, data: Path) -> Measured:
    """Run a command of authmeter in a new process, and measure its memory."""
    line = [sys.executable, "-m", "pipelines", command, "--data", str(data)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            line, cwd=PROJECT, env=environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return Measured(process.returncode, said.read().decode("utf-8", "replace"), usage.ru_maxrss * 1024)


def land_day(folder: DataFolder, day: date, count: int = 40) -> None:
    """Write one day's logs into the landing folder: `count` records of the app `shop`, and half as many of `game`."""
    folder.land(f"{day}/shop.ndjson", records(count, day, device_id="d1"))
    folder.land(f"{day}/game.ndjson", records(count // 2, day, "g", app_key="game", channel="wechat", stage="login"))


def installation(root: Path, last: date, days: int = 3) -> DataFolder:
    """Return a data folder with logs of `days` days up to `last`, on which no command has run."""
    folder = DataFolder(root)
    for back in reversed(range(days)):
        land_day(folder, days_before(last, back))
    return folder


def tables(database: Path, without: frozenset[str] | set[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each published table except those in `without`, sorted. Columns with times of a run are left
    out.
    """
    found = {}
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        for name in TABLES.keys() - without:
            left_out = TIMES.get(name, ())
            columns = ", ".join(column for column in TABLES[name].columns if column not in left_out)
            found[name] = sorted(connection.execute(f"SELECT {columns} FROM {name}").fetchall(), key=repr)
    return found


def first_difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Return the names whose values differ between two dicts, as text; empty if all are equal."""
    return ", ".join(name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name))


def whole_site(folder: DataFolder) -> bool:
    """Return whether every file in the manifest of the published site exists and has the digest that the manifest
    names.
    """
    try:
        site = folder.store.site.resolve(strict=True)
        listed = json.loads((site / "manifest.json").read_bytes())["files"]
        return all(hashlib.sha256((site / f["path"]).read_bytes()).hexdigest() == f["sha256"] for f in listed)
    except OSError:
        return False


def as_of(folder: DataFolder) -> date | None:
    """Return the as-of of the published database."""
    found = folder.rows("SELECT as_of FROM publication")[0][0]
    return found if isinstance(found, date) else None


def stored_files(root: Path, *, but: tuple[str, ...] = ()) -> Iterator[Path]:
    """Yield every file below a folder, except in the top folders `but`; links are not followed."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.relative_to(root).parts[0] not in but:
            yield path
