"""A rejected row shows no personal data, whatever its format."""

from __future__ import annotations

import json

import pytest

from tests.reading_bench import ReadingBench
from tests.support import as_csv, as_parquet, columns_of, lines, record

HEADER = "event_id,event_time,app_key,channel,stage,outcome,phone,device_id,note"


@pytest.mark.parametrize(
    ("row", "seen"),
    [
        ("c3,x,13912350004,qq", "c3,x,***,qq"),
        ("a,b,c,d,e,f,g,9774d56d682e549c,i,j", "a,b,c,d,e,f,g,***,i,j"),
        ('e1,"open 9774d56d682e549c', 'e1,"open ***'),
    ],
)
def test_a_csv_row_without_sure_columns_shows_no_number(bench: ReadingBench, row: str, seen: str) -> None:
    assert bench.read(f"{HEADER}\n{row}\n".encode(), "a.csv").rejects == [(2, "malformed", seen)]


# The device id is neither an IMEI nor a UUID, and the phone is no mobile number: only the column shows that they are
# personal.
PERSONAL = record("e1", channel="fax", device_id="Anna's phone", phone="02120888")


@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_a_rejected_record_shows_neither_device_nor_phone(bench: ReadingBench, kind: str) -> None:
    content = {"ndjson": lines([PERSONAL]), "csv": as_csv([PERSONAL]), "parquet": as_parquet(columns_of([PERSONAL]))}[
        kind
    ]
    ((_, reason, text),) = bench.read(content, f"a.{kind}").rejects
    assert reason == "invalid:channel"
    assert "fax" in text
    assert "Anna" not in text
    assert "20888" not in text


@pytest.mark.parametrize("kind", ["ndjson", "csv"])
def test_no_value_is_visible_under_a_name_that_is_none_of_the_visible_fields(bench: ReadingBench, kind: str) -> None:
    names = ["attempt_id", "account_id", "meid", "sn", "终端", "联系方式", "openid", "EVENT_ID"]
    row = record("e1", channel="fax", latency_ms=12)
    written = row | dict.fromkeys(names, "Anna")
    content = lines([written])
    if kind == "csv":
        content = f"{','.join(written)}\n{','.join(map(str, written.values()))}".encode()
    ((_, _, text),) = bench.read(content, f"a.{kind}").rejects
    seen = json.loads(text) if kind == "ndjson" else dict(zip(written, text.split(","), strict=True))
    visible = row if kind == "ndjson" else {key: str(value) for key, value in row.items()}
    assert seen == visible | dict.fromkeys(names, "***")


VISIBLE = [
    ('{"channel":"fax","phone":null}', '{"channel":"fax","phone":null}'),
    ('{ "channel" : "s", "user": {"stage": "x"}, "ok":true, }', '{ "channel" : "s", "user": "***", "ok":"***", }'),
    ('{"channel":{"phone":"Anna"},"stage":["A"],"event_id":"[1]"}', '{"channel":"***","stage":"***","event_id":"***"}'),
    ('{"\\u0063hannel":"f\\u0061x","devic\\u0065_id":"Anna"}', '{"channel":"fax","device_id":"***"}'),
    ('{"channel":"fax","13912350004":1,"ref139123":2}', '{"channel":"fax","***":"***","***":"***"}'),
    ('{"event_id":13912350004,"latency_ms":-1.5,"stage":NaN}', '{"event_id":"***","latency_ms":-1.5,"stage":NaN}'),
    ('{"stage":"a","stage":"b","phone":"A","phone":"B"}', '{"stage":"a","stage":"b","phone":"***","phone":"***"}'),
    ("{}", "{}"),
]  # fmt: skip


def test_a_json_object_keeps_its_form(bench: ReadingBench) -> None:
    read = bench.read("".join(f"{line}\n" for line, _ in VISIBLE).encode())
    assert [text for _, _, text in read.rejects] == [seen for _, seen in VISIBLE]


def test_a_json_object_of_megabytes_is_cut(bench: ReadingBench) -> None:
    for long in ("x " * (1 << 20), ["Anna"] * (1 << 18), "13912350004 " * 1000):
        row = {"channel": "fax", "note": long, "stage": long, "phone": "Anna"}
        ((_, _, text),) = bench.read(lines([row])).rejects
        assert text.startswith('{"channel": "fax"')
        assert len(text) <= 2000
        assert "Anna" not in text
        assert "1391235" not in text


@pytest.mark.parametrize("cell", ["Anna 20888", '"Anna ""20888"", x"', "Anna\r20888", "Anna\x0020888"])
def test_of_a_rejected_csv_row_no_cell_of_a_column_named_so_is_kept(bench: ReadingBench, cell: str) -> None:
    names = ["Device ID", " device_id", "device_id ", "设备号", "udid", "Phone Number", "user_tel", "MAC"]
    content = f"event_id,{','.join(names)},channel\n1,{','.join([cell] * len(names))},fax\n".encode()
    ((_, _, text),) = bench.read(content, "a.csv").rejects
    assert text == f"1,{','.join(['***'] * len(names))},fax"


def test_a_csv_without_a_header_shows_no_number(bench: ReadingBench) -> None:
    row = "9774d56d682e549c,2026-03-10T10:00:00+08:00,shop,qq,login,success"
    assert [text for _, _, text in bench.read(f"{row}\n{row}\n".encode(), "a.csv").rejects] == [
        "***,2026-03-10T10:00:00+08:00,shop,qq,login,success"
    ]


@pytest.mark.parametrize("mark", [";", "\t", "|", "\x01", "^"])
def test_a_csv_with_other_marks_between_its_cells_shows_neither_device_nor_phone(
    bench: ReadingBench, mark: str
) -> None:
    content = as_csv([PERSONAL]).replace(b",", mark.encode())
    ((_, reason, text),) = bench.read(content, "a.csv").rejects
    assert reason == ("missing:event_id" if mark == "^" else "invalid:channel")
    assert "Anna" not in text
    assert "20888" not in text
