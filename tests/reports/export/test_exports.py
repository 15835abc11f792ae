"""Exports of detail equal the files of the site byte by byte, and cover any span of days. In exports, no text runs as a
formula, numbers are exact, and records are masked.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.contract.record.parts import EVENT_SCHEMA
from pipelines.contract.settings.settings import Settings
from pipelines.store.part_records import PartRecords, record_files
from pipelines.store.published_file import UnreadablePublicationError
from reports.export import exports, tables
from reports.export import files as export_files
from reports.export.column_words import headings
from reports.export.exports import ExportRequest, export_detail, export_events
from tests.data.older_parts import OLDER_EVENT_SCHEMA
from tests.data.published_tables import AS_OF, Database, day

COUNTS = (
    "authorization_requests", "authorizations", "authorizations_cancelled", "authorizations_failed",
    "verification_requests", "verifications", "mismatches", "unknowns", "billable_verifications",
)  # fmt: skip
HEADER = "day,app_key,app_name,platform,scheme_id,package_name,channel,carrier," + ",".join(COUNTS)
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1"]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with 40 days of two apps.

    The first app's key has only digits; its name and schemes would run as formulas.
    """
    made = Database(tmp_path_factory.mktemp("exports") / "authmeter.duckdb")
    made.add("apps", {"app_key": "0123456789012345678", "app_name": "=cmd|' /C calc'!A0"}, {"app_key": "other"})
    for back in range(40):
        for key, scheme in (("0123456789012345678", FORMULAS[back % 8]), ("other", None)):
            counts = {name: back + place for place, name in enumerate(COUNTS)} | {"authorization_requests": back * 3}
            made.add("channel_detail_daily", {
                "day": day(back), "app_key": key, "channel": "one_click", "platform": "ios", "carrier": "CMCC",
                "scheme_id": scheme, "package_name": "com.example.a", **counts,
            })  # fmt: skip
    made.publish()
    return made.close()


def sheet_rows(path: Path) -> Iterator[list[str | float | None]]:
    """Yield the rows of the first sheet of a workbook, with texts as str and numbers as float."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert root.find(f".//{SHEET}f") is None, "a cell holds a formula"
    assert root.find(f"{SHEET}hyperlinks") is None
    for row in root.iter(f"{SHEET}row"):
        cells: list[str | float | None] = []
        for cell in row.iter(f"{SHEET}c"):
            text, value = cell.find(f"{SHEET}is/{SHEET}t"), cell.find(f"{SHEET}v")
            column = ord(cell.attrib["r"][0]) - ord("A")
            cells += [None] * (column - len(cells))
            cells.append(text.text if text is not None else float(value.text or "") if value is not None else None)
        yield cells


def test_a_damaged_published_file_is_no_fault_of_authmeter(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> int:
        raise duckdb.Error("Corrupt database file")

    target = tmp_path / "out.csv"
    monkeypatch.setattr(exports, "write_query", damaged)
    monkeypatch.setattr(tables, "write_query", damaged)
    with pytest.raises(UnreadablePublicationError, match="cannot be read: Corrupt"):
        export_detail(database, ExportRequest("other", day(35), day(3), "csv", target))
    with pytest.raises(UnreadablePublicationError, match="cannot be read: Corrupt"):
        tables.export_table(database, tables.TableRequest("apps", None, "csv", target))


def test_csv_has_the_columns_the_span_and_the_line_ends_of_the_contract(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "detail.csv"
    assert export_detail(database, ExportRequest("other", day(35), day(3), "csv", target)) == 33
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf" + HEADER.encode() + b",authorization_rate\r\n")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert len(lines) == 35
    assert lines[-1] == ""
    assert "\n" not in "".join(lines)
    assert lines[1].startswith(f"{day(35)},other,other,ios,,com.example.a,one_click,CMCC,105,36,37,")
    assert lines[33].startswith(f"{day(3)},")


def test_csv_in_chunks_is_the_csv_in_one(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export_detail(database, ExportRequest("0123456789012345678", day(39), AS_OF, "csv", tmp_path / "one.csv"))
    monkeypatch.setattr(export_files, "_ROWS_AT_ONCE", 7)
    export_detail(database, ExportRequest("0123456789012345678", day(39), AS_OF, "csv", tmp_path / "chunks.csv"))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "chunks.csv").read_bytes()


def test_csv_texts_do_not_run_as_formulas(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "detail.csv"
    export_detail(database, ExportRequest("0123456789012345678", day(39), AS_OF, "csv", target))
    frame = pl.read_csv(target.read_bytes(), infer_schema=False)
    assert len(frame) == 40
    assert set(frame["app_name"]) == {"'=cmd|' /C calc'!A0"}
    assert len(set(frame["scheme_id"])) == len(FORMULAS)
    assert all(text.startswith("'") for text in frame["scheme_id"])


def test_xlsx_keeps_texts_as_texts_and_numbers_as_numbers(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "detail.xlsx"
    assert export_detail(database, ExportRequest("0123456789012345678", day(9), AS_OF, "xlsx", target)) == 10
    rows = list(sheet_rows(target))
    assert rows[0] == headings([*HEADER.split(","), "authorization_rate"], "", is_workbook=True)
    first = rows[1]
    # Excel counts days from 1899-12-30.
    assert first[0] == (day(9) - date(1899, 12, 30)).days
    assert first[1:4] == ["0123456789012345678", "=cmd|' /C calc'!A0", "ios"]
    assert first[8:10] == [27.0, 10.0]
    assert first[17] == pytest.approx(10 / 27)
    # `_x000D_` is how a workbook writes a carriage return.
    texts = [str(row[4]).replace("_x000D_", "\r") for row in rows[1:]]
    assert texts == [FORMULAS[back % 8] for back in range(9, -1, -1)]
    # A rate over nothing is an empty cell.
    assert len(rows[-1]) == 17
    with zipfile.ZipFile(target) as archive:
        assert b'state="frozen"' in archive.read("xl/worksheets/sheet1.xml")


def test_xlsx_refuses_what_a_sheet_cannot_hold(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "XLSX_MAX_ROWS", 9)
    with pytest.raises(UsageError) as caught:
        export_detail(database, ExportRequest("other", day(9), AS_OF, "xlsx", tmp_path / "detail.xlsx"))
    assert "csv or parquet" in str(caught.value)
    assert not (tmp_path / "detail.xlsx").exists()


def test_parquet_keeps_types_and_texts(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "detail.parquet"
    assert export_detail(database, ExportRequest("0123456789012345678", day(39), AS_OF, "parquet", target)) == 40
    frame = pl.read_parquet(target)
    assert frame.schema["day"] == pl.Date
    assert frame.schema["billable_verifications"] == pl.Int64
    assert set(frame["scheme_id"]) == set(FORMULAS)
    assert frame["authorizations"].sum() == sum(back + 1 for back in range(40))


@pytest.mark.parametrize("format", export_files.FORMATS)
def test_equal_exports_are_equal_bytes(database: Path, tmp_path: Path, format: str) -> None:
    for name in ("a", "b"):
        export_detail(database, ExportRequest("other", day(39), AS_OF, format, tmp_path / name))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert not list(tmp_path.glob("*.tmp"))


def test_wrong_use_is_refused_with_a_remedy(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "x"
    with pytest.raises(UsageError, match="No app 'typo'") as refused:
        export_detail(database, ExportRequest("typo", day(1), AS_OF, "csv", target))
    assert "Similar names" not in refused.value.do
    with pytest.raises(UsageError, match="No app 'othre'") as refused:
        export_detail(database, ExportRequest("othre", day(1), AS_OF, "csv", target))
    assert refused.value.do.endswith(" Similar names: other.")
    with pytest.raises(UsageError, match="before it begins"):
        export_detail(database, ExportRequest("other", AS_OF, day(1), "csv", target))
    with pytest.raises(UsageError, match="The format 'ods' does not exist"):
        export_detail(database, ExportRequest("other", day(1), AS_OF, "ods", target))
    with pytest.raises(UsageError, match="is a folder"):
        export_detail(database, ExportRequest("other", day(1), AS_OF, "csv", tmp_path))
    with pytest.raises(UsageError, match="folder of the export does not exist"):
        export_detail(database, ExportRequest("other", day(1), AS_OF, "csv", tmp_path / "typo" / "x.csv"))
    with pytest.raises(UsageError, match="and the format is csv"):
        export_detail(database, ExportRequest("other", day(1), AS_OF, "csv", tmp_path / "x.XLSX"))
    with pytest.raises(AuthmeterError, match="Nothing is published"):
        export_detail(tmp_path / "none.duckdb", ExportRequest("other", day(1), AS_OF, "csv", target))
    assert not target.exists()
    assert not (tmp_path / "typo").exists()


def test_a_name_without_an_ending_of_a_format_is_taken(database: Path, tmp_path: Path) -> None:
    for name in ("shop", "shop.txt", "shop.2026"):
        assert export_detail(database, ExportRequest("other", day(1), AS_OF, "csv", tmp_path / name)) == 2


def test_a_span_without_rows_is_a_file_with_its_header(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "empty.csv"
    assert export_detail(database, ExportRequest("other", day(90), day(80), "csv", target)) == 0
    assert target.read_bytes().count(b"\r\n") == 1


@pytest.fixture
def parts(tmp_path: Path) -> list[PartRecords]:
    """Return a part in the form of an older version and a current part, in folders with `[` and `]` in their names."""
    given = {
        "event_time": datetime.fromisoformat("2026-03-30T16:00:00.123"), "day": AS_OF, "app_key": "other",
        "channel": "one_click", "stage": "verify", "result_code": "=OK", "phone_mask": "138****1234", "latency_ms": 12,
    }  # fmt: skip
    older = {"device_hash": UUID(int=1).bytes, "phone_hash": UUID(int=9).bytes, "carrier": "CMCC", "has_carrier": True}
    hashes = {"device_high": -1, "device_low": 2, "phone_high": 0, "phone_low": 9}
    dead = {**given, "file": 0, "event_id": "of a file that does not count"}
    return [
        _part(tmp_path / "1", "events", [given | older | {"event_id": "e1"}, {"line": 7}], OLDER_EVENT_SCHEMA),
        _part(
            tmp_path / "2", "records", [dead, given | hashes | {"file": 1, "event_id": "e2", "carrier": "cm_x"}],
            EVENT_SCHEMA,
        ),
    ]  # fmt: skip


def _part(folder: Path, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> PartRecords:
    """Write a part with records of several files. Only the records of the last file count."""
    folder = folder.with_name(f"store [{folder.name}]")
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
    return PartRecords(record_files(folder), {rows[-1].get("file", 0): "canonical"})


@pytest.mark.parametrize("format", export_files.FORMATS)
def test_events_are_masked_and_whole(parts: list[PartRecords], tmp_path: Path, format: str) -> None:
    target = tmp_path / f"events.{format}"
    rows = export_events(
        parts[::-1], ExportRequest("other", AS_OF, AS_OF, format, target), settings=Settings(), temp=tmp_path / "temp"
    )
    assert rows == 2
    if format == "csv":
        lines = target.read_text("utf-8-sig").splitlines()
        assert lines[1] == (
            f"e1,2026-03-30T16:00:00.123Z,{AS_OF},other,one_click,verify,,'=OK,,,CMCC,,,"
            "00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000009,138****1234,12,,,,"
        )
        assert lines[2] == lines[1].replace("e1,", "e2,").replace(
            "00000000-0000-0000-0000-000000000001", "ffffffff-ffff-ffff-0000-000000000002"
        )
    elif format == "parquet":
        assert pl.read_parquet(target)["event_id"].to_list() == ["e1", "e2"]
    else:
        assert [row[0] for row in sheet_rows(target)] == ["记录 ID event_id", "e1", "e2"]


def test_events_of_no_part_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No records are stored"):
        export_events(
            [], ExportRequest("other", AS_OF, AS_OF, "csv", tmp_path / "x"), settings=Settings(), temp=tmp_path
        )
