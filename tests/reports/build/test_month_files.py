"""The files of each app by calendar month have the rows of an export of the month, and unchanged files are linked."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.contract.settings.settings import Settings
from reports.build import month_files
from reports.build.site import render_site
from reports.content.folders import app_folder
from reports.content.published import end_of_month
from reports.export.exports import ExportRequest, export_detail
from tests.data.made_database import AS_OF
from tests.data.published_tables import steady
from tests.support import days_before

MONTHS = {"2026-02": date(2026, 2, 1), "2026-03": date(2026, 3, 1)}
FOLDER = f"apps/{app_folder('shop', ['Shop'])}/monthly"


def rendered(database: Path, target: Path, before: Path | None = None, settings: Settings | None = None) -> Path:
    target.mkdir()
    render_site(database, target, settings=settings, before=before)
    return target


def made_anew(site: Path, before: Path) -> set[str]:
    """Return `folder/name` of each month file that is not a link to the file of the previous generation."""
    return {
        f"{path.parts[-3]}/{path.name}"
        for path in site.glob("apps/*/monthly/*")
        if not (old := before / path.relative_to(site)).exists() or not os.path.samefile(path, old)
    }


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_month_has_the_bytes_of_its_export(database: Path, site: Path, tmp_path: Path, format: str) -> None:
    for name, month in MONTHS.items():
        exported = tmp_path / f"exported.{format}"
        last = min(AS_OF, end_of_month(month))
        rows = export_detail(database, ExportRequest("shop", month, last, format, exported))
        assert exported.read_bytes() == (site / FOLDER / f"{name}.{format}").read_bytes()
        assert rows > 30
    files = {one["path"]: one for one in json.loads((site / "manifest.json").read_text())["files"]}
    assert files[f"{FOLDER}/2026-03.csv"]["rows"] == rows


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_detail_has_the_bytes_of_its_export(database: Path, site: Path, tmp_path: Path, format: str) -> None:
    app, exported = app_folder("Shop", ["shop"]), tmp_path / f"exported.{format}"
    assert export_detail(database, ExportRequest("Shop", days_before(AS_OF, 29), AS_OF, format, exported))
    assert exported.read_bytes() == (site / "apps" / app / f"{app}_usage_detail.{format}").read_bytes()


def test_the_current_month_is_whole_on_its_31st_day_and_the_detail_has_30_days(site: Path) -> None:
    month, detail = (
        (site / file).read_text("utf-8-sig").splitlines()[1:]
        for file in (f"{FOLDER}/2026-03.csv", f"{FOLDER}/../{Path(FOLDER).parts[1]}_usage_detail.csv")
    )
    assert (month[0][:10], detail[0][:10]) == ("2026-03-01", "2026-03-02")
    assert month[-len(detail) :] == detail


def test_what_did_not_change_is_linked_and_what_did_is_written(database: Path, site: Path, tmp_path: Path) -> None:
    before = Path(shutil.copytree(site, tmp_path / "before"))
    database = Path(shutil.copy(database, tmp_path))
    database.chmod(0o600)
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute("UPDATE channel_detail_daily SET authorizations = authorizations + 1 "
                           "WHERE app_key = 'ghost' AND day = '2026-02-25'")  # fmt: skip
        connection.execute("UPDATE apps SET app_name = 'Renamed' WHERE app_key = 'img'")
    (before / "apps" / "cmd" / "monthly" / "2026-02.csv").write_text("spoilt")
    (before / "apps" / "emoji" / "monthly" / "2026-02.xlsx").unlink()
    again = rendered(database, tmp_path / "again")
    linked = rendered(database, tmp_path / "linked", before)
    changed = {
        f"{path.parts[-3]}/{path.name}"
        for path in again.glob("apps/*/monthly/*")
        if "-03." in path.name or path.parts[-3] in ("ghost", "img")
    }
    assert made_anew(linked, before) == changed | {"cmd/2026-02.csv", "cmd/2026-02.xlsx"} | {
        "emoji/2026-02.csv", "emoji/2026-02.xlsx",
    }  # fmt: skip
    for path in again.rglob("*"):
        assert path.is_dir() or path.read_bytes() == (linked / path.relative_to(again)).read_bytes(), path


def test_another_language_of_headings_writes_all_months(database: Path, site: Path, tmp_path: Path) -> None:
    after = rendered(database, tmp_path / "site", site, Settings(csv_language="zh"))
    assert len(made_anew(after, site)) == len(list(after.glob("apps/*/monthly/*"))) > 20
    for file in (f"{FOLDER}/2026-02.csv", f"{FOLDER}/2026-03.csv", "usage_all.csv"):
        assert (after / file).read_text("utf-8-sig").startswith("日期,AppKey,应用名称,平台,")


def test_there_are_13_months_at_most_and_workbooks_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = steady(tmp_path / "authmeter.duckdb", days=400)
    (folder,) = rendered(database, tmp_path / "site").glob("apps/*/monthly")
    months = [
        f"{year}-{month:02}" for year, month in [(2025, m) for m in range(3, 13)] + [(2026, m) for m in (1, 2, 3)]
    ]
    names = {path.name for path in folder.iterdir()}
    assert names == {*(f"{month}.csv" for month in months), "2026-02.xlsx", "2026-03.xlsx"}
    monkeypatch.setattr(month_files, "_MOST_FILES", 1)
    monkeypatch.setattr(month_files, "_APPS_WITH_WORKBOOKS", 0)
    (tmp_path / "short").mkdir()
    database = steady(tmp_path / "short" / "authmeter.duckdb", days=90)
    (folder,) = rendered(database, tmp_path / "small").glob("apps/*/monthly")
    assert {path.name for path in folder.iterdir()} == {"2026-02.csv", "2026-03.csv"}
