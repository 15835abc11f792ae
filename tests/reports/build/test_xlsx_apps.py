"""The setting `xlsx_apps` selects the apps that get a workbook. A change publishes again, and a check reports unknown
apps.
"""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipelines.commands.check.check import check_folder
from pipelines.contract.settings.settings import Settings
from reports.export.exports import ExportRequest, export_detail
from tests.support import DAY, CopyOf, DataFolder, days_before, record, records


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


@pytest.mark.parametrize(
    ("apps", "unknown"), [((), ""), (("*", "shop", "idle", "game"), ""), (("shop", "shp", "Game"), "Game shp")]
)
def test_a_check_warns_of_an_app_that_nobody_knows(
    copy_of: CopyOf, capsys: pytest.CaptureFixture[str], apps: tuple[str, ...], unknown: str
) -> None:
    folder = copy_of(make_tables)
    setting(folder, *apps)
    code = check_folder(folder.root)
    warned = [line.split("'")[1] for line in capsys.readouterr().out.splitlines() if line.startswith("warning ")]
    assert (code, warned) == (3 if unknown else 0, unknown.split())


def test_before_anything_is_published_the_registry_alone_is_known(folder: DataFolder) -> None:
    land(folder)
    setting(folder, "idle")
    assert check_folder(folder.root) == 0
    setting(folder, "game")
    assert check_folder(folder.root) == 3


def test_a_workbook_holds_the_rows_of_the_csv_and_is_that_of_an_export(folder: DataFolder, tmp_path: Path) -> None:
    land(folder)
    setting(folder, "*")
    folder.publish()
    for app in ("shop", "game", "idle"):
        detail = folder.store.site / "apps" / app / f"{app}_usage_detail"
        workbook = detail.with_suffix(".xlsx")
        headings, *rows = openpyxl.load_workbook(workbook).active.iter_rows(values_only=True)
        texts = pl.read_csv(detail.with_suffix(".csv"), infer_schema=False)
        assert [name.rpartition(" ")[2] for name in headings] == texts.columns
        assert len(rows) == texts.height
        assert {row[1] for row in rows} <= {app}
        export_detail(folder.store.database, ExportRequest(app, days_before(DAY, 29), DAY, "xlsx", tmp_path / "a.xlsx"))
        assert (tmp_path / "a.xlsx").read_bytes() == workbook.read_bytes()
    listed = {file["path"] for file in json.loads((folder.store.site / "manifest.json").read_text())["files"]}
    assert "apps/shop/shop_usage_detail.xlsx" in listed
