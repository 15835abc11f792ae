"""`authmeter export`: the detail of an app, or its masked events, in each format."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from tests.published_folder import MARKED_DEVICE, MARKED_PHONE, Call, Ended
from tests.support import DataFolder, days_before, records, tree


def export(call: Call, folder: DataFolder, target: Path, *more: object) -> Ended:
    span = ("--app", "shop", "--from", "2020-01-01", "--to", "2100-01-01")
    return call("export", *span, "--out", target, *more, data=folder.root)


def test_the_detail_or_a_month_as_csv_is_the_sites_own(call: Call, published: DataFolder, tmp_path: Path) -> None:
    site, span = published.store.site, ("--from", "2020-01-01", "--to", "2100-01-01")
    of_months = [(file, ("--month", file.stem.removeprefix("usage_"))) for file in (site / "monthly").iterdir()]
    of_shop = [(file, ("--app", "shop", "--month", file.stem)) for file in (site / "apps/shop/monthly").glob("*.csv")]
    assert of_shop
    detail = (site / "apps" / "shop" / "shop_usage_detail.csv", ("--app", "shop", *span, "--format", "csv"))
    for file, given in (detail, *of_months, *of_shop):
        ended = call("export", *given, "--out", tmp_path / file.name, data=published.root)
        assert (ended.code, str(tmp_path / file.name) in ended.out) == (0, True)
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_an_export_as_parquet_holds_typed_columns(call: Call, published: DataFolder, tmp_path: Path) -> None:
    assert export(call, published, tmp_path / "shop.parquet", "--format", "parquet").code == 0
    table = pq.read_table(tmp_path / "shop.parquet")
    assert str(table.schema.field("day").type) == "date32[day]"
    assert sum(table["authorization_requests"].to_pylist()) == 455
    assert set(table["app_name"].to_pylist()) == {"商城"}


def test_an_export_as_xlsx_is_a_workbook(call: Call, published: DataFolder, tmp_path: Path) -> None:
    assert export(call, published, tmp_path / "shop.xlsx", "--format", "xlsx").code == 0
    with ZipFile(tmp_path / "shop.xlsx") as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()


def test_a_month_as_xlsx_has_headings_in_both_languages(call: Call, published: DataFolder, tmp_path: Path) -> None:
    newest = max((published.store.site / "monthly").iterdir())
    month = newest.stem.removeprefix("usage_")
    target = tmp_path / "month.xlsx"
    assert call("export", "--month", month, "--format", "xlsx", "--out", target, data=published.root).code == 0
    heads, *rows = openpyxl.load_workbook(target).active.iter_rows(values_only=True)
    names, *lines = csv.reader(io.StringIO(newest.read_text("utf-8-sig")))
    # Chinese, then the name that the tables have.
    assert [re.fullmatch(r"(.*[\u4e00-\u9fff].*|AppKey) (\w+)", head)[2] for head in heads] == names  # type: ignore[index]
    assert [[str(cell)[:10] if isinstance(cell, datetime) else str(cell) for cell in row] for row in rows] == lines
    assert lines


def test_the_last_month_of_the_calendar_has_no_row(call: Call, published: DataFolder, tmp_path: Path) -> None:
    ended = call("export", "--app", "shop", "--month", "9999-12", "--out", tmp_path / "month.csv", data=published.root)
    assert ended.code == 0
    assert "no published day between 9999-12-01 and 9999-12-31" in ended.out


def test_headings_are_in_the_language_that_is_set(call: Call, own: DataFolder, tmp_path: Path) -> None:
    own.write("authmeter.toml", 'csv_language = "en"\n')
    assert export(call, own, tmp_path / "a.csv").code == 0
    assert (
        (tmp_path / "a.csv").read_text("utf-8-sig").startswith("Day,App key,App name,Platform,Scheme,Package,Channel,")
    )
    given = ("--table", "usage_daily", "--format", "xlsx", "--out", tmp_path / "a.xlsx")
    assert call("export", *given, data=own.root).code == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["authmeter", "Data dictionary"]
    assert [cell.value for cell in book.active[1]][:3] == ["Day", "App key", "App name"]


@pytest.mark.parametrize(
    "given",
    [("--month", "2031-01"), ("--month", "2026-13"), ("--month", "2026-3-1"),
     ("--month", "2026-03", "--app", "shop", "--from", "2026-03-01"), ("--month", "2026-03", "--events"),
     ("--month", "2026-03", "--format", "xml"), ("--app", "shop", "--from", "2026-03-01"), (),
     ("--app", "nobody", "--from", "2026-03-01", "--to", "2026-03-02"),
     ("--app", "shop", "--from", "2026-03-01", "--to", "2026-03-02", "--format", "xml"),
     ("--table", "nothing"), ("--table", "apps", "--from", "2026-03-02", "--to", "2026-03-01"),
     ("--table", "usage_daily", "--from", "2026-03-01"),
     ("--table", "usage_daily", "--from", "2026-03-02", "--to", "2026-03-01"),
     ("--table", "usage_daily", "--to", "2026-02-30"), ("--table", "usage_daily", "--app", "shop"),
     ("--table", "usage_daily", "--month", "2026-03"), ("--table", "usage_daily", "--events"),
     ("--table", "usage_daily", "--format", "xml")],
)  # fmt: skip
def test_what_is_not_there_or_takes_no_such_days_is_refused(
    call: Call, published: DataFolder, tmp_path: Path, given: tuple[str, ...]
) -> None:
    ended = call("export", *given, "--out", tmp_path / "out.csv", data=published.root)
    assert ended.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_table_of_a_span_is_the_sites_own(call: Call, published: DataFolder, tmp_path: Path, yesterday: date) -> None:
    target = tmp_path / "usage.csv"
    span = ("--from", yesterday - timedelta(days=29), "--to", yesterday)
    ended = call("export", "--table", "usage_daily", *span, "--out", target, data=published.root)
    assert (ended.code, ended.out) == (0, f"6 rows: {target}\n")
    assert target.read_bytes() == (published.store.site / "usage_all.csv").read_bytes()


def test_of_a_table_without_days_a_span_gives_the_whole_and_is_said(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    span = ("--from", yesterday, "--to", yesterday + timedelta(days=1))
    ended = call("export", "--table", "usage_7d", *span, "--out", tmp_path / "a.csv", data=published.root)
    assert ended.code == 0
    said, written = ended.out.splitlines()
    assert said == "the rows of usage_7d have no day: the whole table is exported"
    call("export", "--table", "usage_7d", "--out", tmp_path / "b.csv", data=published.root)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert written.endswith("a.csv")


def test_a_table_that_an_older_version_did_not_publish_is_named(call: Call, folder: DataFolder, tmp_path: Path) -> None:
    folder.store.warehouse.mkdir(parents=True)
    with duckdb.connect(str(folder.store.database)) as connection:
        connection.execute("CREATE TABLE publication AS SELECT DATE '2026-03-10' AS as_of, 'UTC' AS time_zone")
    ended = call("export", "--table", "resource_packages", "--out", tmp_path / "table.csv", data=folder.root)
    assert ended.code == 2
    assert "older version" in ended.err
    assert "resource_packages" in ended.err
    assert not (tmp_path / "table.csv").exists()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_exported_events_are_masked(call: Call, published: DataFolder, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"events.{form}"
    assert export(call, published, target, "--events", "--format", form).code == 0
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))))
    else:
        rows = pq.read_table(target).to_pylist()
    assert len(rows) == 455
    masks = [row["phone_mask"] for row in rows if row["phone_mask"]]
    assert masks == ["166****8877"] * 5
    assert MARKED_PHONE not in str(rows)
    assert MARKED_DEVICE not in str(rows)
    assert len({row["device_hash"] for row in rows if row["device_hash"]}) == 1


def test_an_export_without_a_folder_or_of_another_format_is_refused(
    call: Call, published: DataFolder, tmp_path: Path
) -> None:
    for target in (tmp_path / "typo" / "shop.csv", tmp_path / "shop.xlsx"):
        for more in ((), ("--events",)):
            ended = export(call, published, target, *more)
            assert ended.code == 2
            assert str(target.parent) in ended.err
    assert list(tmp_path.iterdir()) == []


def test_an_export_of_a_span_without_a_published_day_says_so(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    after = yesterday + timedelta(days=1)
    span = ("--from", after, "--to", after, "--out", tmp_path / "shop.csv")
    ended = call("export", "--app", "shop", *span, data=published.root)
    assert ended.code == 0
    assert f"no published day between {after} and {after}" in ended.out
    assert "0 rows: " in ended.out
    ended = call("export", "--app", "shop", "--events", *span, data=published.root)
    assert ended.code == 2
    assert f"No records are stored for {after} to {after}." in ended.err


def test_an_export_says_where_what_is_published_ends(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    said = f"published as of {yesterday}: days after it are not in the export"
    for more in ((), ("--events",)):
        assert said in export(call, published, tmp_path / "shop.csv", *more).out
        assert said not in export(call, published, tmp_path / "shop.csv", *more, "--to", yesterday).out


def test_an_export_of_events_says_which_days_retention_removed(
    call: Call, own: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    target, said = tmp_path / "shop.csv", "retention removed the events of "
    assert said not in export(call, own, target, "--events").out
    manifest = own.manifest
    manifest.events_from = yesterday + timedelta(days=1)
    own.store.commit(manifest)
    days = sorted(manifest.days)
    of_days = f"{said}{len(days)} published day{'s' * (len(days) > 1)} from {days[0]} to {yesterday}: "
    assert of_days + "they are not in the export\n" in export(call, own, target, "--events").out
    assert said not in export(call, own, target).out


def test_an_export_after_a_killed_run_says_where_what_is_published_ends(
    call: Call, own: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    today = days_before(yesterday, -1)
    own.land("b.ndjson", records(7, today))
    # The run ended after the commit of the day, and before its tables were published.
    own.roll_up(today)
    said = f"published as of {yesterday}: days after it are not in the export"
    for more in (("--app", "shop"), ("--app", "shop", "--events"), ("--table", "usage_daily")):
        target = tmp_path / "out.parquet"
        span = ("--from", yesterday, "--to", today, "--format", "parquet", "--out", target)
        ended = call("export", *more, *span, data=own.root)
        assert (ended.code, said in ended.out) == (0, True)
        assert set(pq.read_table(target)["day"].to_pylist()) == {yesterday}


OWN = (
    "warehouse/authmeter.duckdb", "warehouse/shop.csv", "warehouse/events/shop.csv", "landing/shop.csv",
    "site/shop.csv", "site/usage_all.csv", ".site/shop.csv", "registry/apps.csv", "hash.key",
)  # fmt: skip


@pytest.mark.parametrize(("form", "writer"), [("csv", "csv_files.harmless"), ("xlsx", "workbook.headings")])
def test_an_export_that_is_asked_to_end_leaves_no_file(
    published: DataFolder, tmp_path: Path, form: str, writer: str
) -> None:
    """The signal arrives while the file is written."""
    module, name = writer.split(".")
    code = f"""
import signal, sys
from pipelines.cli import main
from reports.export import {module}, files

{module}.{name} = files.{name} = lambda *_, **__: signal.raise_signal(signal.SIGTERM)
sys.argv = ["authmeter", *sys.argv[1:]]
main()
"""
    span = ("--app", "shop", "--from", "2020-01-01", "--to", "2100-01-01", "--data", published.root)
    command = (sys.executable, "-c", code, "export", *span, "--format", form, "--out", tmp_path / f"shop.{form}")
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGTERM, "")
    assert list(tmp_path.iterdir()) == []


def test_an_export_to_a_link_is_written_to_the_file_behind_it(
    call: Call, published: DataFolder, tmp_path: Path
) -> None:
    """An export as root to `/dev/stdout` replaced this link of the machine by a file."""
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "shop.csv")
    for _ in range(2):
        assert export(call, published, link).code == 0
        assert link.is_symlink()
    assert (tmp_path / "shop.csv").read_bytes().startswith(b"\xef\xbb\xbfday,")
    assert len(list(tmp_path.iterdir())) == 2


def test_the_end_of_a_link_is_examined_as_a_file_name_is(call: Call, published: DataFolder, tmp_path: Path) -> None:
    for name, end, words in (("a.csv", "real.xlsx", "ends in .xlsx"), ("b.csv", "nofolder/x.csv", "does not exist")):
        (tmp_path / name).symlink_to(tmp_path / end)
        ended = export(call, published, tmp_path / name)
        assert (ended.code, words in ended.err) == (2, True), ended
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_an_export_to_a_pipe_is_refused(call: Call, published: DataFolder, tmp_path: Path) -> None:
    """A device is refused in the same way; a test must not name one, because a fault would replace it."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        ended = export(call, published, tmp_path / name)
        assert (ended.code, "a pipe or a device" in ended.err) == (2, True), ended
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()


def test_an_export_over_what_the_folder_holds_is_refused(call: Call, own: DataFolder, tmp_path: Path) -> None:
    """A file is refused by its own path, by another spelling, and through a link to its folder or to the file."""
    before = tree(own.root)
    (tmp_path / "folder").symlink_to(own.root / "site")
    (tmp_path / "file").symlink_to(own.root / "hash.key")
    others = (own.root / "landing" / ".." / "hash.key", tmp_path / "folder" / "shop.csv", tmp_path / "file")
    for target in (*(own.root / name for name in OWN), *others):
        for more in ((), ("--events",)) if target in others else ((),):
            ended = export(call, own, target, *more)
            assert ended.code == 2, target
            assert "the data folder's own" in ended.err
    assert tree(own.root) == before


def test_an_export_beside_what_the_folder_holds_is_written(call: Call, own: DataFolder) -> None:
    assert export(call, own, own.root / "shop.csv").code == 0
    (own.root / "exports").mkdir()
    assert export(call, own, own.root / "exports" / "shop.csv").code == 0
