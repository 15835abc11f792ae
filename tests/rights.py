"""Starts processes to which file permissions apply: tests often run as root, who may read and write everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.published_folder import Ended, checked

# The owner of a folder that another user reads: an id that no user who runs tests has.
OWNER = 12345
_LAID_DOWN = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
_READ_ONLY = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"')


def python_bound_by_rights() -> list[str]:
    """Return the command that starts Python so that file permissions apply to it.

    Root remains root, so that the command can read this project, but loses the capabilities that override permissions.
    """
    return [*(_LAID_DOWN if os.geteuid() == 0 else ()), sys.executable]


def authmeter_bound_by_rights(*arguments: object, data: Path, before: Sequence[str] = ()) -> Ended:
    """Run a command to which file permissions apply, and return its exit code and output.

    `before` is the start of its command line, such as the result of `read_only_mount`.
    """
    command = [*before, *python_bound_by_rights(), "-m", "pipelines", *map(str, arguments), "--data", str(data)]
    env = os.environ | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    return checked(Ended(done.returncode, done.stdout, done.stderr))


def give_away(folder: Path) -> None:
    """Give a folder and everything in it to another user. Skip the test unless root runs it."""
    if os.geteuid() != 0:
        pytest.skip("only root may give files to another user")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, OWNER, OWNER, follow_symlinks=False)


@cache
def _why_no_mount(probe: Path) -> str:
    words = [*_READ_ONLY, str(probe), "true"]
    if not shutil.which("unshare"):
        return "there is no unshare"
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


def read_only_mount(folder: Path) -> list[str]:
    """Return the start of a command line: a program that is appended to it sees `folder` mounted read-only. Skip the
    test if no read-only mount can be made.
    """
    if why := _why_no_mount(folder):
        pytest.skip(f"no read-only mount can be made here: {why}")
    return [*_READ_ONLY, str(folder)]
