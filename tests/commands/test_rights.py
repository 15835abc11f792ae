"""Commands of a user without the right to write to the data folder.

A command that writes reports the owner of the folder and what to do. A command that only reads works.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from pipelines.common.files.rights import as_rights_error
from tests.published_folder import Call, Ended
from tests.rights import OWNER, authmeter_bound_by_rights, give_away, read_only_mount
from tests.support import DataFolder, records, tree

SPAN = ("--app", "shop", "--from", "2020-01-01", "--to", "2100-01-01")
EVENTS = ("export", *SPAN, "--events", "--out", "events.csv")
DETAIL = ("export", *SPAN, "--out", "detail.csv")
# The lock fails, which most commands take as a run does, or the temporary folder.
WRITING = (("run",), EVENTS)


def is_in_words(ended: Ended) -> bool:
    """Return whether a command was refused with a message that a user can understand."""
    return ended.code in (1, 2) and "what to do: " in ended.err and "fault of authmeter" not in ended.err


def in_folder(command: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Return the command with the path of its export, if it has one, in `folder`."""
    return tuple(str(folder / word) if word.endswith(".csv") else word for word in command)


@pytest.mark.parametrize("command", WRITING, ids=lambda command: command[0])
def test_another_users_folder_is_refused_by_its_owners_name(
    own: DataFolder, tmp_path: Path, command: tuple[str, ...]
) -> None:
    give_away(own.root)
    before = tree(own.root)
    ended = authmeter_bound_by_rights(*in_folder(command, tmp_path), data=own.root)
    assert is_in_words(ended), ended
    assert f"belongs to user {OWNER}" in ended.err.lower(), ended.err
    assert tree(own.root) == before


def test_a_run_that_may_not_lock_the_folder_is_a_failed_run(own: DataFolder) -> None:
    own.write("authmeter.toml", '[alerts]\ncommand = ["sh", "-c", "cat > said.json"]\non = ["failed"]\n')
    give_away(own.root / "warehouse")
    ended = authmeter_bound_by_rights("run", data=own.root)
    assert is_in_words(ended), ended
    status = authmeter_bound_by_rights("status", data=own.root)
    assert status.code == 3
    assert f"belongs to user {OWNER}" in status.out, status.out
    assert json.loads((own.root / "status.json").read_bytes())["state"] == "failed"
    assert json.loads((own.root / "said.json").read_bytes())["kind"] == "failed"


@pytest.mark.parametrize("command", [("check",), DETAIL], ids=lambda command: command[0])
def test_another_users_folder_is_read(own: DataFolder, tmp_path: Path, command: tuple[str, ...]) -> None:
    give_away(own.root)
    assert authmeter_bound_by_rights(*in_folder(command, tmp_path), data=own.root).code == 0


def test_a_read_only_mount_is_named_and_read(own: DataFolder) -> None:
    before = read_only_mount(own.root)
    ended = authmeter_bound_by_rights("run", data=own.root, before=before)
    assert is_in_words(ended), ended
    assert "mounted read-only" in ended.err
    assert authmeter_bound_by_rights("status", data=own.root, before=before).code == 0


@pytest.mark.parametrize(
    "closed",
    [
        "warehouse/catalogue.sqlite",
        *(
            pytest.param(path, marks=pytest.mark.lab)
            for path in (".", "warehouse", "warehouse/.lock", ".site", "dagster/history")
        ),
    ],
)  # fmt: skip
def test_what_a_run_may_not_write_is_named(call: Call, own: DataFolder, yesterday: date, closed: str) -> None:
    """A folder contains files that its user may not write if somebody once ran a command as root."""
    own.land("late.ndjson", records(1, yesterday, "late"))
    paths = [own.root / closed]
    if closed == "dagster/history":
        paths += [path for path in paths[0].rglob("*") if path.suffix == ".db" or path.is_dir()]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    ended = authmeter_bound_by_rights("run", data=own.root)
    for path, mode in modes.items():
        path.chmod(mode)
    assert ended.code == 1, ended
    assert is_in_words(ended), ended
    assert str(paths[0].resolve()) in ended.err
    assert "no right to write to it" in ended.err
    if closed == ".":
        assert call("run", data=own.root).code in (0, 3)
        assert own.counted()[yesterday] > 250


@pytest.mark.parametrize(
    ("command", "closed"),
    [
        ("run", "warehouse"),
        ("run", "registry"),
        ("status", "warehouse/catalogue.sqlite"),
        ("status", "authmeter.toml"),
        ("status", ".site"),
    ],
)
def test_what_may_not_be_read_is_named_and_not_passed_over(own: DataFolder, command: str, closed: str) -> None:
    own.write("authmeter.toml", "threads = 1\n")
    path = own.root / closed
    mode = path.stat().st_mode
    path.chmod(0)
    ended = authmeter_bound_by_rights(command, data=own.root)
    path.chmod(mode)
    assert is_in_words(ended), ended
    assert str(path) in ended.err


def test_the_file_is_looked_for_where_an_error_names_none(folder: DataFolder) -> None:
    said = sqlite3.OperationalError("attempt to write a readonly database")
    assert as_rights_error(said, str(folder.root)) is None, "nothing here is closed"
    assert as_rights_error(ValueError("no"), str(folder.root)) is None
