"""The setting `xlsx_apps` selects the apps that get a workbook. A change publishes again, and a check reports unknown
apps.
"""

from __future__ import annotations

import json

import pytest

from pipelines.commands.check.check import check_folder
from pipelines.contract.settings.settings import Settings
from tests.support import CopyOf, DataFolder, record, records


def setting(folder: DataFolder, *apps: str) -> None:
    folder.write("authmeter.toml", f"xlsx_apps = {json.dumps(apps)}\n")


def land(folder: DataFolder) -> None:
    folder.write("registry/apps.csv", "app_key,app_name\nshop,=1+1\nidle,Idle\n")
    folder.land("a.ndjson", [*records(3), record("g", app_key="game", scheme_id="<r>007</r>")])


def make_tables(folder: DataFolder) -> None:
    land(folder)
    folder.tables()


def test_a_list_of_texts_is_the_setting() -> None:
    assert Settings().xlsx_apps == ()
    assert Settings.model_validate({"xlsx_apps": ["shop", "*", "shop"]}).xlsx_apps == ("*", "shop")


def test_a_change_publishes_anew_and_the_order_is_none(copy_of: CopyOf) -> None:
    folder = copy_of(make_tables)
    runs = [folder.manifest.run]
    for apps in (("shop", "game"), ("game", "shop", "shop"), ()):
        setting(folder, *apps)
        assert folder.tables().days == []
        runs.append(folder.manifest.run)
    assert runs == [1, 2, 2, 3]


def test_a_check_warns_of_an_app_that_nobody_knows(copy_of: CopyOf, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_of(make_tables)
    for apps, unknown in (("", []), ("* shop idle game", []), ("shop shp Game", ["Game", "shp"])):
        setting(folder, *apps.split())
        code = check_folder(folder.root)
        warned = [line.split("'")[1] for line in capsys.readouterr().out.splitlines() if line.startswith("warning ")]
        assert (code, warned) == (3 if unknown else 0, unknown), apps


def test_before_anything_is_published_the_registry_alone_is_known(folder: DataFolder) -> None:
    land(folder)
    setting(folder, "idle")
    assert check_folder(folder.root) == 0
    setting(folder, "game")
    assert check_folder(folder.root) == 3
