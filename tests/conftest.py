"""Fixtures and settings for all tests. No variable of the caller's environment reaches a test, and property tests draw
the same cases each time.
"""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipelines.common.project import PROJECT
from pipelines.store.database import shared_workbenches
from tests.no_waiting import wait_for_no_disk
from tests.reading_bench import ReadingBench, reading_bench
from tests.support import CopyOf, DataFolder, Make

pytest_plugins = ["tests.published_folder"]
# Files that take a minute and more, and the first that needs the sample's site, which other processes would wait for.
_FIRST = (
    "tests/oracle/test_independent_count.py",
    "tests/dropped/",
    "tests/engines/",
    "tests/browser/test_briefing_in_browser.py",
)

settings.register_profile(
    "deterministic",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("deterministic")
wait_for_no_disk()
# The command sets the same threshold: little of the loaded data is garbage, and looking for it takes a fifth of the
# tests' time.
gc.set_threshold(500_000)

# AUTHMETER_CHROMIUM stays: it names the program of the browser tests and is no setting of the product.
for name in [name for name in os.environ if name.startswith(("AUTHMETER_", "DAGSTER_"))]:
    if name != "AUTHMETER_CHROMIUM":
        del os.environ[name]


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the project's code, which a test may change to compare digests. It lacks the sources of the scripts."""
    target = tmp_path / "project"
    for name in ("pipelines", "reports"):
        shutil.copytree(PROJECT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "js"))
    return target


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run slow files first, so that the test processes end at about the same time."""
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))


def pytest_collection_finish() -> None:
    """Keep garbage collections short: with the modules and the collected tests, each would take 0.3 s."""
    gc.freeze()


@pytest.fixture(autouse=True)
def no_instance_of_another_test() -> None:
    """Remove Dagster's reference to an instance of an earlier test, which may be deleted."""
    if base := sys.modules.get("dagster._core.storage.defs_state.base"):
        base._current_storage.set(None)


@pytest.fixture(scope="session")
def bench() -> Iterator[ReadingBench]:
    with reading_bench() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    """An empty data folder. Its runs share their workbenches: opening a new one takes a tenth of a small run."""
    folder = DataFolder(tmp_path / "data")
    with shared_workbenches(folder.store.temp):
        yield folder


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> CopyOf:
    """Return a function that returns the data folder filled by `make`.

    Each `make` runs once in this process, and no test may change its folder.
    """

    @cache
    def made(make: Make) -> DataFolder:
        folder = DataFolder(tmp_path_factory.mktemp("once") / "data")
        make(folder)
        return folder

    return made


@pytest.fixture
def copy_of(made_once: CopyOf, folder: DataFolder) -> CopyOf:
    """Return a function that copies a folder of `made_once` into `folder`. The test may change the copy."""

    def copied(make: Make) -> DataFolder:
        shutil.copytree(made_once(make).root, folder.root, symlinks=True, dirs_exist_ok=True)
        return folder

    return copied
