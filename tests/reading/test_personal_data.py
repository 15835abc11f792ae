"""Of a rejected row nothing personal is shown, whatever its format."""

from __future__ import annotations

import pytest

from tests.reading_bench import ReadingBench
from tests.support import as_csv, as_parquet, columns_of, lines, record

HEADER = "event_id,event_time,app_key,channel,stage,outcome,phone,device_id,note"


@pytest.mark.parametrize("row", ["c3,x,13912350004,MARKED", "a,b,c,d,e,f,g,MARKED,i,j", 'MARKED,"open'])
def test_a_csv_row_without_sure_columns_shows_no_cell(bench: ReadingBench, row: str) -> None:
    ((line, reason, text),) = bench.read(f"{HEADER}\n{row}\n".encode(), "a.csv").rejects
    assert (line, reason) == (2, "malformed")
    assert "MARKED" not in text


# A device id that is neither an IMEI nor a UUID, a phone that is no mobile number: only their column tells.
PERSONAL = record("e1", channel="sms", device_id="Anna's phone", phone="02120888")


@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_a_rejected_record_shows_neither_device_nor_phone(bench: ReadingBench, kind: str) -> None:
    content = {"ndjson": lines([PERSONAL]), "csv": as_csv([PERSONAL]), "parquet": as_parquet(columns_of([PERSONAL]))}[
        kind
    ]
    ((_, reason, text),) = bench.read(content, f"a.{kind}").rejects
    assert reason == "invalid:channel"
    assert "sms" in text
    assert "Anna" not in text
    assert "20888" not in text


def test_a_csv_row_with_a_cell_too_many_shows_neither_device_nor_phone(bench: ReadingBench) -> None:
    content = as_csv([PERSONAL]).rstrip() + b",more\r\n"
    ((_, reason, text),) = bench.read(content, "a.csv").rejects
    assert reason == "malformed"
    assert "Anna" not in text
    assert "20888" not in text


@pytest.mark.parametrize(
    "name", ["Device ID", " device_id", "device_id ", "设备号", "udid", "Phone Number", "user_tel", "MAC"]
)
def test_of_a_rejected_csv_row_no_cell_of_a_column_named_so_is_kept(bench: ReadingBench, name: str) -> None:
    for cell in ("Anna 20888", '"Anna ""20888"", x"', "Anna\r20888", "Anna\x0020888"):
        content = f"event_id,{name},channel\n1,{cell},sms\n".encode()
        ((_, _, text),) = bench.read(content, "a.csv").rejects
        assert text == "1,***,sms"


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_csv_with_other_marks_between_its_cells_shows_neither_device_nor_phone(
    bench: ReadingBench, mark: str
) -> None:
    content = as_csv([PERSONAL]).replace(b",", mark.encode())
    ((_, reason, text),) = bench.read(content, "a.csv").rejects
    assert (reason, text) == ("missing:event_id", "***")
