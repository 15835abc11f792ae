"""Tests that misspelt names of files in a data folder, such as `authmetre.toml`, are refused instead of ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.common.errors import UsageError
from pipelines.contract.registry.registry import FILES, FOLDERS, load_registry
from pipelines.contract.settings.settings import load_settings
from pipelines.reading.sources.sources import load_sources
from tests.published_folder import Call
from tests.support import DataFolder

SLIPS = [
    ("Authmeter.toml", "authmeter.toml"), ("authmeter.tml", "authmeter.toml"), ("authmeter.toml1", "authmeter.toml"),
    ("authmetre.toml", "authmeter.toml"), ("autmeter.toml", "authmeter.toml"), ("hash-key", "hash.key"),
    ("HASH.KEY", "hash.key"),
    ("registry/app.csv", "apps.csv"), ("registry/Apps.csv", "apps.csv"), ("registry/appss.csv", "apps.csv"),
    ("registry/apps.cvs", "apps.csv"), ("registry/scheme.csv", "schemes.csv"),
    ("registry/result-codes.csv", "result_codes.csv"), ("registry/note.csv", "notes.csv"),
    ("registry/resource_package.csv", "resource_packages.csv"),
    ("registry/resource_package_reading.csv", "resource_package_readings.csv"),
    ("registry/account.csv", "accounts.csv"), ("registry/limit.csv", "limits.csv"),
    ("registry/consoles/a.csv", "console"), ("registry/bill/a.csv", "bills"),
    ("Registry/apps.csv", "registry"), ("source/x.toml", "sources"), ("landings/a.ndjson", "landing"),
    ("sources/x.tml", ".toml"), ("sources/x.TOML", ".toml"), ("sources/x.toml.txt", ".toml"), ("sources/x", ".toml"),
]  # fmt: skip
LEFT_ALONE = (
    "authmeter.toml~", ".authmeter.toml.swp", "registry/apps.csv~", "registry/.apps.csv.swp", "sources/x.toml~",
    "sources/.x.toml.swp", "sources/old/x.tml", "registry/apps.csv.bak", "registry/customers.csv", "README.md",
    "tokens.toml", "site.before/index.html",
)  # fmt: skip


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(("path", "meant"), SLIPS)
def test_a_name_that_is_nearly_ours_is_refused(
    call: Call, folder: DataFolder, path: str, meant: str, command: str
) -> None:
    folder.write(path, "")
    ended = call(command, data=folder.root)
    assert ended.code == 2
    depth = 2 if meant in (*FILES, *FOLDERS, ".toml") else 1
    named = "/".join(path.split("/")[:depth])
    assert str(folder.root / named) in ended.err
    assert meant in ended.err
    assert not list(folder.store.warehouse.glob("*.duckdb"))


def test_all_other_names_are_left_alone(folder: DataFolder) -> None:
    for path in LEFT_ALONE:
        folder.write(path, "")
    folder.write("authmeter.toml", "threads = 1\n")
    folder.write("registry/apps.csv", "app_key,app_name\nshop,Shop\n")
    assert load_settings(folder.root).threads == 1
    assert len(load_registry(folder.store.registry).apps) == 1
    load_sources(folder.root)


def test_files_may_begin_with_a_byte_order_mark(folder: DataFolder) -> None:
    bom = "\ufeff"
    folder.write("authmeter.toml", f"{bom}threads = 1\n")
    folder.write("registry/apps.csv", f"{bom}app_key,app_name\nshop,Shop\n")
    folder.write("sources/x.toml", f'{bom}name = "x"\nfiles = ["*.log"]\nformat = "ndjson"\n')
    assert load_settings(folder.root).threads == 1
    assert [app["app_name"] for app in load_registry(folder.store.registry).apps] == ["Shop"]
    assert load_sources(folder.root).named("x").files == ("*.log",)


def test_a_fault_behind_a_byte_order_mark_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "authmeter.toml").write_bytes(b"\xef\xbb\xbfthreads = 1\n\xff\n")
    with pytest.raises(UsageError, match="line 2 is not UTF-8 text"):
        load_settings(tmp_path)
