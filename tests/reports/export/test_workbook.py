"""Workbooks have typed cells, one heading row and always the same bytes; texts that look like numbers stay texts."""

from __future__ import annotations

import errno
import gc
import re
import sys
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from xlsxwriter import Workbook

from pipelines.contract.measures.metrics import METRICS
from reports.content.published import detail_query
from reports.export import workbook
from reports.export.column_words import Language, column_words, headings
from reports.export.csv_files import csv_bytes
from reports.export.exported_record import EXPORTED
from reports.export.workbook import EVERY_APP, gets_workbook, workbook_bytes

MADE = date(2026, 3, 31)
HOSTILE = [
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "{=1}", "https://example.invalid/",
    "mailto:a@b.invalid", "internal:Sheet1!A1", "0123456789012345678", "1e5", "TRUE", "2026-03-31", " edge ",
    "<b>&amp;</b>", "a\nb", "_x0041_", "<r><t>rich</t></r>", "<r>&</r>",
    "<r></t></is></c><c r='Z1'><f>1+1</f></c><c><is><t></r>", "café 👩‍👩‍👧‍👦 应用",
]  # fmt: skip


def frame(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame(columns)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content), rich_text=False)


def cells(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in opened(content).active.iter_rows()]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_the_text_and_nothing_else(text: str) -> None:
    content = workbook_bytes(frame(app_name=[text], authorizations=[1]), MADE)
    ((_, _), (cell, number)) = opened(content).active.iter_rows()
    # `_x005F_` is how a workbook writes the first `_` of a text such as `_x0041_`.
    assert cell.value.replace("_x005F_", "_") == text
    # `@` keeps it a text when somebody edits it.
    assert (cell.data_type, cell.number_format, cell.hyperlink) == ("s", "@", None)
    assert (number.value, number.data_type) == (1, "n")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert not any("rels" in name and "sheet" in name for name in archive.namelist())


@pytest.mark.parametrize("text", ["\x00", "a\x0bb", "\r=1", "\ufffe"])
def test_a_text_with_control_characters_leaves_the_workbook_whole(text: str) -> None:
    ((_,), (value,)) = cells(workbook_bytes(frame(app_name=[text + "!"]), MADE))
    assert str(value).endswith("!")


def test_a_text_longer_than_a_cell_is_cut_not_lost() -> None:
    long = frame(app_name=["长" * 40_000, "👩" * 20_000, "x" * 32_767])
    assert cells(workbook_bytes(long, MADE))[1:] == [["长" * 32_767], ["👩" * 16_383], ["x" * 32_767]]


def test_a_day_is_a_date_a_rate_a_percentage_and_null_an_empty_cell() -> None:
    rows = frame(
        day=[MADE, MADE], app_key=["0123456789012345678", None], authorizations=[12345, 0],
        authorization_rate=[0.5, None],
    )  # fmt: skip
    sheet = opened(workbook_bytes(rows, MADE)).active
    _, first, second = sheet.iter_rows()
    assert first[0].is_date
    assert first[0].value.date() == MADE
    assert [cell.value for cell in first[1:]] == ["0123456789012345678", 12345, 0.5]
    assert [cell.number_format for cell in first] == ["yyyy-mm-dd", "@", "#,##0", "0.00%"]
    assert [cell.value for cell in second[1:]] == [None, 0, None]


@pytest.mark.parametrize("count", [0, 3])
def test_one_row_of_headings_stays_in_sight_and_has_a_filter(count: int) -> None:
    rows = frame(day=[MADE], authorizations=[1]).select(pl.all().repeat_by(count).explode())
    sheet = opened(workbook_bytes(rows.drop_nulls(), MADE)).active
    assert [cell.value for cell in sheet[1]] == ["日期 day", "登录授权量 authorizations"]
    assert sheet.max_row == count + 1
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == ("A1:B4" if count else "A1:B1")
    assert 15 < sheet.column_dimensions["B"].width < 30


@pytest.mark.parametrize("language", ["", "zh", "en"])
def test_days_and_large_counts_are_narrower_than_their_columns(language: Language) -> None:
    # Excel shows `####` for them otherwise.
    rows = frame(day=[MADE], uses=[1_234_567_890])
    sheet = opened(workbook_bytes(rows, MADE, language)).active
    assert sheet.column_dimensions["A"].width > len("2026-10-31")
    assert sheet.column_dimensions["B"].width > len("1,234,567,890")


def test_every_column_of_the_exports_has_a_heading_in_both_languages() -> None:
    columns = [
        line.strip().rstrip(",").rpartition(" ")[2].rpartition(".")[2]
        for line in detail_query().partition("SELECT")[2].partition("\nFROM")[0].splitlines()
        if line.strip()
    ]
    columns += EXPORTED
    assert len(columns) > 35
    words = [column_words(name, columns) for name in columns]
    assert [one.name for one in words if one.name in (one.label.zh, one.label.en) or not one.meaning.zh] == []
    assert headings(["no such column"], "zh") == ["no such column"]


@pytest.mark.parametrize(
    ("language", "csv", "book", "sheet"),
    [
        ("", ["day", "scheme_id", "authorization_rate"],
         ["日期 day", "方案 ID scheme_id", "授权成功率 authorization_rate"], "数据字典"),
        ("zh", ["日期", "方案 ID", "授权成功率（0–1）"], ["日期", "方案 ID", "授权成功率（%）"], "数据字典"),
        ("en", ["Day", "Scheme", "Authorization rate (0–1)"], ["Day", "Scheme", "Authorization rate (%)"],
         "Data dictionary"),
    ],
)  # fmt: skip
def test_headings_and_the_dictionary_are_in_the_language_that_is_set(
    language: Language, csv: list[str], book: list[str], sheet: str
) -> None:
    rows = frame(day=[MADE], scheme_id=["12345678901234567890"], authorization_rate=[0.5])
    assert csv_bytes(rows, language).decode("utf-8-sig").splitlines()[0].split(",") == csv
    made = opened(workbook_bytes(rows, MADE, language))
    assert [cell.value for cell in made.worksheets[0][1]] == book
    assert made.sheetnames == ["authmeter", sheet]
    described = [[cell.value for cell in row] for row in made[sheet].iter_rows(min_row=2)]
    assert [row[:3] for row in described] == [
        ["day", "日期", "Day"], ["scheme_id", "方案 ID", "Scheme"],
        ["authorization_rate", "授权成功率", "Authorization rate"],
    ]  # fmt: skip
    assert described[2][3:] == (
        ["share: 1 is 100 %", "Share of authorization requests that succeeded."]
        if language == "en"
        else ["比例：1 即 100%", "登录授权量占授权请求量的比例。"]
    )


def test_lost_requests_of_incidents_are_not_called_sessions() -> None:
    assert headings(["incident_id", "lost"], "en") == ["incident_id", "lost"]
    rows = frame(incident_id=["a"], lost=[20.0])
    (_, row) = list(opened(workbook_bytes(rows, MADE, "en"))["Data dictionary"].iter_rows(min_row=2))
    assert [cell.value for cell in row] == ["lost", "lost", "lost", "", ""]
    assert headings(["sessions", "lost"], "en") == ["Sign-in sessions", "Not seen signing in"]


def test_columns_have_different_headings() -> None:
    assert len(set(headings([*METRICS, "day"], "en"))) == len(METRICS) + 1


def test_the_same_rows_are_the_same_bytes_and_carry_no_clock() -> None:
    rows = frame(day=[MADE], app_name=["商城"], authorization_rate=[0.5])
    content = workbook_bytes(rows, MADE)
    assert content == workbook_bytes(rows, MADE)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        times = re.findall(rb"\d{4}-\d\d-\d\dT[^<]*", archive.read("docProps/core.xml"))
        assert set(times) == {b"2026-03-31T00:00:00Z"}
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}


def test_an_app_gets_its_workbook_where_it_is_named_and_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gets_workbook("shop", 5, ("shop", "game"))
    assert gets_workbook("shop", 5, (EVERY_APP,))
    assert not gets_workbook("shop", 5, ("game",))
    assert not gets_workbook("shop", 5, ())
    monkeypatch.setattr(workbook, "XLSX_MAX_ROWS", 4)
    assert not gets_workbook("shop", 5, (EVERY_APP,))


def test_nothing_is_left_in_the_folder_of_what_is_unfinished(tmp_path: Path) -> None:
    (tmp_path / "unfinished").mkdir()
    assert workbook.write_workbook(tmp_path / "a.xlsx", ["day"], [(MADE,)], MADE, tmp_path / "unfinished") == 1
    assert list((tmp_path / "unfinished").iterdir()) == []


def test_a_full_disk_leaves_nothing_unfinished_and_no_late_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", late.append)
    with pytest.raises(OSError, match="No space left"):
        workbook.write_workbook(Path("/dev/full"), ["day"], [(MADE,)] * 100, MADE, tmp_path)
    gc.collect()
    assert late == []
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_system_is_raised_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Workbook, "_store_workbook", full)
    with pytest.raises(OSError, match="No space left"):
        workbook.write_workbook(tmp_path / "a.xlsx", ["day"], [(MADE,)], MADE)
