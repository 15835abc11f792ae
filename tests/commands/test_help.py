"""Tests the help screens, and that wrong use of any command ends with exit code 2."""

from __future__ import annotations

import re
from datetime import date

import pytest

from pipelines.run.verify import VerifyReport
from tests.published_folder import Call
from tests.support import DataFolder, records

COMMANDS = (
    "run", "backfill", "reread", "demo", "sample", "export", "check", "accept", "dev", "serve", "status", "incidents",
    "packages", "explain", "verify", "whatif", "trace", "alert",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_its_use(call: Call, command: str) -> None:
    ended = call(command, "--help")
    assert ended.code == 0
    assert "--data" in ended.out
    assert command in ended.out
    # Arguments are bracketed once, and switches have no type.
    assert not any(odd in ended.out for odd in ("[[", "<bool>"))


def test_the_program_lists_its_commands(call: Call) -> None:
    ended = call("--help")
    assert ended.code == 0
    assert all(command in ended.out for command in COMMANDS)
    assert "<bool>" not in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",), ("run", "--day", "yesterday"), ("run", "--day", "2026-02-30"), ("run", "--speed", "1"), ("backfill",
        "2026-03-10"),
        ("export", "--app", "shop"), ("sample",), ("accept",), ("check", "--source"),
    ],
)  # fmt: skip
def test_wrong_use_ends_with_2(call: Call, arguments: tuple[str, ...]) -> None:
    assert call(*arguments).code == 2


@pytest.mark.parametrize("command", ["run", "check", "status"])
def test_a_data_folder_without_a_name_is_refused(call: Call, command: str) -> None:
    ended = call(command, "--data", "")
    assert ended.code == 2
    assert "empty" in ended.err


@pytest.mark.parametrize(
    "command", [("run",), ("backfill", "2026-03-01", "2026-03-02"), ("check",), ("dev",), ("status",)]
)
def test_a_wrong_setting_is_refused_by_name(call: Call, own: DataFolder, command: tuple[str, ...]) -> None:
    own.write("authmeter.toml", "retention = 30\n")
    ended = call(*command, data=own.root)
    assert ended.code == 2
    assert "`retention` is unknown" in ended.err
    assert str(own.root / "authmeter.toml") in ended.err


def test_a_span_that_ends_before_it_begins_is_refused(call: Call, published: DataFolder) -> None:
    assert call("backfill", "2026-03-02", "2026-03-01", data=published.root).code == 2
    assert call("export", "--app", "shop", "--from", "2026-03-02", "--to", "2026-03-01", data=published.root).code == 2


@pytest.mark.parametrize(
    "command",
    [
        ("export", "--app", "shop", "--from", "2026-03-01", "--to", "2026-03-02"), ("serve",), ("verify",), ("reread",),
        ("backfill", "2026-03-01", "2026-03-02"), ("trace", "--app", "shop", "--event", "e1"), ("incidents",),
        ("packages",), ("explain", "--channel", "qq", "--now", "2026-03-01..2026-03-02", "--before",
        "2026-02-01..2026-02-02"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_made", [False, True])
def test_before_the_first_run_what_reads_what_is_published_is_wrong_use(
    call: Call, folder: DataFolder, command: tuple[str, ...], is_made: bool
) -> None:
    if is_made:
        folder.store.warehouse.mkdir()
    ended = call(*command, data=folder.root)
    assert ended.code == 2
    assert "Nothing is published yet." in ended.err


def test_one_of_a_thing_is_in_the_singular(
    call: Call, folder: DataFolder, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder.land("a.ndjson", records(1, yesterday))
    folder.write("registry/apps.csv", "app_key,app_name\nshop,Shop\n")
    said = call("check", data=folder.root).out + call("check", file, data=folder.root).out
    folder.store.warehouse.mkdir()
    one = VerifyReport(parts=1, days=1, tables=1, rows=1, without_events=1, without_checksum=1)
    monkeypatch.setattr("pipelines.run.verify.verify", lambda *_: one)
    said += call("verify", data=folder.root).out
    parts = ("1 app,", "1 file canonical", ": 1 record read", "): 1 record\n", "1 part and", "1 day; 1 table, 1 row ")
    assert [words for words in parts if words not in said] == []
    assert re.findall(r"\b1 (?:app|file|record|part|day|table|row)s\b", said) == []
