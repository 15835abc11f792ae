"""One published data folder for all tests of commands and of Dagster, and functions that run commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.common.project import PROJECT
from tests.once import once_for_all
from tests.support import (
    DataFolder,
    Row,
    as_csv,
    as_parquet,
    closed_day,
    columns_of,
    days_before,
    lines,
    record,
    records,
)

# Nobody's device and number, each once in every format, in good records and in rejected ones.
MARKED_DEVICE = "Marked-Device-7f3a9c"
MARKED_PHONE = "16612088877"


@dataclass(frozen=True)
class Ended:
    """The exit code and output of a command that has ended."""

    code: int
    out: str
    err: str


Call = Callable[..., Ended]


def checked(ended: Ended) -> Ended:
    """Return `ended`.

    Assert that it has no traceback, at most 24 lines of errors, and some output if its code is 1 or 2.
    """
    assert "Traceback" not in ended.err + ended.out, ended.err
    assert len(ended.err.splitlines()) <= 24, ended.err
    if ended.code in (1, 2):
        assert (ended.err + ended.out).strip(), "it failed without a word"
    return ended


def authmeter(*arguments: object, data: Path | None = None, cwd: Path = PROJECT, **environment: str) -> Ended:
    """Run `authmeter` with these arguments in a new process, and return its exit code and output.

    `environment` adds environment variables.
    """
    command = [sys.executable, "-m", "pipelines", *map(str, arguments), *(["--data", str(data)] if data else [])]
    env = os.environ | {"PYTHONPATH": str(PROJECT)} | environment
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return checked(Ended(done.returncode, done.stdout, done.stderr))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the environment variables that a run sets, and restore them after the test."""
    for name in ("DAGSTER_HOME", "AUTHMETER_DATA", "DAGSTER_DISABLE_TELEMETRY"):
        # Without setting it first, monkeypatch would not restore a variable that is not set.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def call(environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command in this process, and returns its exit code and output."""

    def ended(*arguments: object, data: Path | None = None) -> Ended:
        monkeypatch.setattr(sys, "argv", ["authmeter", *map(str, arguments), *(["--data", str(data)] if data else [])])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit:
            cli.main()
        out, err = capsys.readouterr()
        return checked(Ended(exit.value.code if isinstance(exit.value.code, int) else 0, out, err))

    return ended


@pytest.fixture
def yesterday() -> date:
    """The newest day that is over in Shanghai. It stays the newest for at least two minutes."""
    return closed_day()


def marked(event_id: str, day: date, **changes: object) -> Row:
    """Return a record of the device `MARKED_DEVICE` with the phone `MARKED_PHONE`."""
    return record(event_id, day, device_id=MARKED_DEVICE, phone=MARKED_PHONE, stage="login", **changes)


def fill(folder: DataFolder, newest: date) -> None:
    """Land logs of two apps for the three days up to `newest`, as JSON, CSV and Parquet.

    They contain too few invalid records for a warning.
    """
    folder.write(
        "registry/apps.csv",
        "app_key,app_name,platform,account_id,created_at,status\nshop,商城,ios,,2026-01-02,\ngame,Game,android,,2026-01-02,\n",
    )
    for back in range(3):
        day = days_before(newest, back)
        folder.land(f"{day}/shop.ndjson", [*records(150, day), marked(f"m{back}", day)])
        folder.land(f"{day}/game.ndjson", records(100, day, "g", app_key="game", channel="wechat", stage="login"))
    folder.land("more.csv", as_csv([marked("c1", newest), marked("c2", newest, channel="fax")]))
    folder.land("more.parquet", as_parquet(columns_of([marked("p1", newest), marked("p2", newest, channel="fax")])))
    folder.land("odd.jsonl", lines([marked("o1", newest, channel="fax")]) + lines([marked("o2", newest)])[:-5] + b"\n")


HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.common.files.lock import hold
from pipelines.store.store import Store
with hold(Store(Path(sys.argv[1])).lock, "run", datetime.now(UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: DataFolder) -> Iterator[int]:
    """Lock the data folder from another process, and yield the id of that process."""
    command = [sys.executable, "-c", HOLDER, str(folder.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.communicate("")


@pytest.fixture(scope="session")
def publish_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[date], DataFolder]:
    """Return a function that returns the data folder published as of a given day.

    Tests may only copy the folder. Opening its SQLite files creates and removes files, which would break another test's
    copying.
    """

    def publish(root: Path, day: date) -> None:
        fill(DataFolder(root), day)
        ended = authmeter("run", data=root)
        assert ended.code == 0, ended

    @cache
    def folder_of(day: date) -> DataFolder:
        made = once_for_all(tmp_path_factory, f"published-{day}", lambda to: publish(to / "data", day))
        return DataFolder(made / "data")

    return folder_of


@pytest.fixture(scope="session")
def copy_to_read(
    publish_once: Callable[[date], DataFolder], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[date], DataFolder]:
    """Return a function that returns this process's copy of the folder published as of a day."""
    return cache(lambda day: _copied(publish_once(day), tmp_path_factory.mktemp("published") / "data"))


@pytest.fixture
def published(copy_to_read: Callable[[date], DataFolder], yesterday: date) -> DataFolder:
    """A published folder. No test may change it."""
    return copy_to_read(yesterday)


@pytest.fixture
def own(publish_once: Callable[[date], DataFolder], yesterday: date, folder: DataFolder) -> DataFolder:
    """A copy of the published folder that a test may change."""
    return _copied(publish_once(yesterday), folder.root)


def _copied(folder: DataFolder, to: Path) -> DataFolder:
    shutil.copytree(folder.root, to, symlinks=True, dirs_exist_ok=True)
    return DataFolder(to)
