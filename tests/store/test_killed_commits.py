"""A commit is killed before each of its writing system calls: the catalogue then has the old or the new manifest."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.reliability.durable_names import HAS_STRACE
from pipelines.common.project import PROJECT
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store
from tests.older_store import make_older
from tests.store.test_catalogue import full
from tests.support import tree

COMMIT = """
import sys
from pathlib import Path
from pipelines.store.store import Store
store = Store(Path(sys.argv[1]))
manifest = store.read_manifest()
manifest.run = 99
for entry in manifest.files:
    entry.records_read = 99
store.commit(manifest)
"""
CALLS = "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "unlink", "mkdir"


def committed(data: Path, out: Path, *options: str) -> int:
    """Commit in a process that strace watches, with these options of strace. Return its exit code."""
    trace = ["strace", "-f", "-o", str(out), *options]
    return subprocess.run([*trace, sys.executable, "-B", "-c", COMMIT, str(data)], cwd=PROJECT, check=False).returncode


def later(manifest: Manifest) -> Manifest:
    """Return the manifest with the changes that the killed process commits."""
    manifest.run = 99
    for entry in manifest.files:
        entry.records_read = 99
    return manifest


def _new(store: Store) -> None:
    """Leave the data folder empty."""


def _committed(store: Store) -> None:
    store.commit(full(60))


def _older(store: Store) -> None:
    store.commit(full(60))
    make_older(store)


@pytest.mark.skipif(not HAS_STRACE, reason="strace is not there or may not trace")
@pytest.mark.parametrize(
    "prepare", [pytest.param(_new, marks=pytest.mark.lab), _committed, pytest.param(_older, marks=pytest.mark.lab)]
)
def test_a_killed_commit_leaves_the_manifest_before_or_the_new_one(
    prepare: Callable[[Store], None], tmp_path: Path
) -> None:
    base = Store(tmp_path / "base")
    base.data.mkdir()
    prepare(base)
    before = base.read_manifest()
    after = later(base.read_manifest())
    whole = Store(tmp_path / "whole")
    shutil.copytree(base.data, whole.data)
    assert committed(whole.data, tmp_path / "calls", "-e", f"trace={','.join(CALLS)}") == 0
    assert whole.read_manifest() == after
    calls = Counter(re.findall(r"^\d+ +(\w+)\(", (tmp_path / "calls").read_text(), re.MULTILINE))
    found = []
    for call, number in [(name, number) for name in CALLS for number in range(1, calls[name] + 1)]:
        store = Store(tmp_path / f"{call}-{number}")
        shutil.copytree(base.data, store.data)
        kill = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
        assert committed(store.data, Path("/dev/null"), *kill) == -signal.SIGKILL
        left = tree(store.data)
        read = store.read_manifest()
        assert read in (before, after), f"killed before {call} {number}"
        assert tree(store.data) == left
        store.clear_unfinished(read)
        assert store.read_manifest() == read
        store.commit(later(store.read_manifest()))
        assert store.read_manifest() == after
        assert sorted(path.name for path in store.warehouse.iterdir()) == ["catalogue.sqlite", "manifest.json"]
        found.append(read)
    assert len(found) >= 8
    # The last thing that a commit does changes nothing any more.
    assert before in found
    assert after in found
