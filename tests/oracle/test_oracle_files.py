"""Files of every format whose rows, by line and text, are written beside them."""

from __future__ import annotations

import gzip
import math
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.oracle import raw_rows, records
from tests.oracle.by_hand import GOOD, LIMITS, NOON_MS, ndjson, read


@pytest.mark.parametrize("line", [b"", b" ", b"\t\r", b"\v", b"\f", b" \r\v\t\f "])
def test_blank_lines_are_no_records(tmp_path: Path, line: bytes) -> None:
    for name, head in (("a.log", b""), ("a.csv", b"event_id\n")):
        assert read(tmp_path, name, head + line + b"\n" + line).rejects == []


@pytest.mark.parametrize(
    "line",
    [
        b"{}x", b"[{}]", b"12", b'"text"', b"text", b"{}{}", b'{"a":01}', b'{"a":"\xff"}', b"{'a':1}",
        b'{"\xed\xa0\x80":1}', b'{"a":"\xc0\xaf"}', b"[" * 50_000,
    ],
)  # fmt: skip
def test_lines_that_are_no_object(tmp_path: Path, line: bytes) -> None:
    found = read(tmp_path, "a.log", b"\xef\xbb\xbf" + ndjson(GOOD) + b" \r\n\n" + line + b"\r\n")
    assert found.rejects == [records.Reject("a.log", 4, "malformed")]
    assert len(found.records) == 1


def test_csv_rows_and_their_lines(tmp_path: Path) -> None:
    head = "event_id,event_time,app_key,channel,stage,outcome,os_version,latency_ms\r\n"
    row = f"{{id}},{NOON_MS},app,qq,login,success,{{os}},7"
    rows = [
        row.format(id=1, os='"a\r\n""b"",c"'),
        row.format(id=2, os="") + ",",
        "",
        row.format(id="", os=""),
        row.format(id='""', os=""),
        row.format(id='"3', os=""),
        row.format(id=4, os='""'),
    ]
    found = read(tmp_path, "a.csv", "\r\n".join(["\ufeff" + head + rows[0], *rows[1:]]).encode())
    kept = [(one.event_id, one.os_version, one.latency_ms) for one in found.records]
    assert kept == [("1", 'a\r\n"b",c', 7), ("4", None, 7)]
    assert [(one.line, one.reason) for one in found.rejects] == [
        (4, "malformed"), (6, "missing:event_id"), (7, "missing:event_id"), (8, "malformed")
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n"])
def test_csv_in_other_encodings_and_with_other_separators(tmp_path: Path, encoding: str, mark: str, first: str) -> None:
    rows = [[*GOOD, "account_id"], [*map(str, GOOD.values()), "商城,;"], ["e2"], [""] * 7]
    text = first.format(mark) + "\r\n".join(mark.join(f'"{c}"' if "," in c else c for c in row) for row in rows)
    found = read(tmp_path, "a.csv", text.encode(encoding))
    assert [(one.event_id, one.account_id) for one in found.records] == [("e1", "商城,;")]
    line = 3 + bool(first)
    # A line of tabs is a blank one.
    assert [(one.line, one.reason) for one in found.rejects] == [
        (line, "malformed"), (line + 1, "missing:event_id")
    ][: 1 if mark == "\t" else 2]  # fmt: skip


def test_one_line_of_utf_8_makes_a_csv_utf_8(tmp_path: Path) -> None:
    head = ",".join([*GOOD, "account_id"]).encode()
    first, second = (",".join([*map(str, (GOOD | {"event_id": name}).values()), "商"]) for name in ("e1", "e2"))
    found = read(tmp_path, "a.csv", b"\n".join([head, first.encode(), second.encode("gb18030")]))
    assert [one.event_id for one in found.records] == ["e1"]
    assert [(one.line, one.reason) for one in found.rejects] == [(3, "malformed")]


def test_of_a_column_that_comes_twice_the_first_counts(tmp_path: Path) -> None:
    names = [*GOOD, "event_id"]
    cells = [*map(str, GOOD.values()), "last"]
    (record,) = read(tmp_path, "a.csv", "\n".join([",".join(names), ",".join(cells)]).encode()).records
    assert record.event_id == "e1"


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array([7, None]), ["7", None]),
        (pa.array([7.0, 2.5]), ["7", "2.5"]),
        (pa.array([1773115200.25, math.nan]), ["1773115200.25", "nan"]),
        (pa.array([Decimal("7.00"), Decimal("2.50")]), ["7", "2.50"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array(["", "a\0b"]), ["", "a\0b"]),
        (pa.array(["a", "a"]).dictionary_encode(), ["a", "a"]),
    ],
    ids=str,
)
def test_the_text_of_a_parquet_value(tmp_path: Path, column: pa.Array, texts: list[str | None]) -> None:
    pq.write_table(pa.table({"x": column}), tmp_path / "a.parquet")
    assert list(raw_rows.raw_rows(tmp_path / "a.parquet")) == [(1, {"x": texts[0]}), (2, {"x": texts[1]})]


def test_parquet_timestamps(tmp_path: Path) -> None:
    noon_ns = NOON_MS * 1_000_000 + 1_999_999
    for zone, ms in (("Europe/Berlin", NOON_MS + 1), (None, NOON_MS + 1 - 8 * 3_600_000)):
        times = pa.array([noon_ns, None], pa.timestamp("ns", tz=zone))
        columns = {
            **{name: [value] * 2 for name, value in GOOD.items()},
            "event_id": [7, 8],
            "event_time": times,
        }
        pq.write_table(pa.table(columns), tmp_path / "a.parquet")
        found = records.read_landing(tmp_path, LIMITS)
        assert [(one.event_id, one.event_ms) for one in found.records] == [("7", ms)]
        assert found.rejects == [records.Reject("a.parquet", 2, "missing:event_time")]


def test_compressed_whole_cut_and_left_alone(tmp_path: Path) -> None:
    part = ndjson(GOOD)
    zst = zstandard.ZstdCompressor().compress(part)
    files = {
        "a.ndjson.gz": gzip.compress(part) * 2,
        "b.ndjson.gz": gzip.compress(part)[:-1],
        "c.jsonl.zst": zst * 3,
        "d.jsonl.zst": zst + zst[:-1],
        "e.parquet": b"PAR1",
        "_f.ndjson": part,
        "g.ndjson.tmp": part,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "h.txt").write_bytes(part)
    (tmp_path / "i.parquet.gz").write_bytes(gzip.compress(part))
    books = records.read_landing(tmp_path, LIMITS).files
    assert [(one.path[0], one.status, one.records_read) for one in books] == [
        ("a", "read", 2), ("b", "damaged", 0), ("c", "read", 3), ("d", "damaged", 0), ("e", "damaged", 0),
        ("h", "unread", 0), ("i", "unread", 0),
    ]  # fmt: skip


def test_a_source_skips_rejects_and_maps(tmp_path: Path) -> None:
    (tmp_path / "gateway").mkdir()
    lines = [
        "2026-03-10 01:00:00 auth id=g1 app=shop way=wx ret=0 cost=80.0 dev=d1",
        "2026-03-10 01:00:00 heartbeat pool=7",
        "",
        "yesterday auth id=g2 app=shop way=wx ret=0",
        "2026-03-10 01:00:00 auth id=g3 app=shop way=sms ret=0",
        "2026-03-10 01:00:00 auth id=g4 app=shop way=phone ret=1 cost=slow",
    ]
    found = read(tmp_path, "gateway/a.txt", "\r\n".join(lines).encode())
    at_five = NOON_MS + 3_600_000
    assert [(one.event_id, one.event_ms, one.channel, one.latency_ms) for one in found.records] == [
        ("g1", at_five, "wechat", 80), ("g4", at_five, "one_click", None)
    ]  # fmt: skip
    assert [(one.line, one.reason) for one in found.rejects] == [(4, "invalid:event_time"), (5, "missing:channel")]
    assert found.files == [records.Books("gateway/a.txt", "read", 4, 2, 2, 1)]
    assert found.nulled == {("gateway/a.txt", "latency_ms"): 1}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, "c1"),
        ({"level": 2}, "skipped"),
        ({"level": None}, "skipped"),
        ({"level": "high"}, "invalid:where"),
        ({"ok": "maybe"}, "invalid:outcome"),
        ({"app": None}, "missing:app_key"),
    ],
)
def test_an_expression_that_fails_breaks_the_rule(tmp_path: Path, change: dict[str, object], wanted: str) -> None:
    (tmp_path / "callbacks").mkdir()
    line = {"id": "c1", "Time": NOON_MS, "level": 3, "app": {"key": "shop"}, "stage": "login", "ok": True} | change
    found = read(tmp_path, "callbacks/a.log", ndjson(line))
    said = [one.event_id for one in found.records] + [one.reason for one in found.rejects]
    assert said + ["skipped"] * found.files[0].skipped == [wanted]
