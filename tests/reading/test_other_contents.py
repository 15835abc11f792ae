"""Text files in another format than their name implies, or in UTF-16, are read by their content."""

from __future__ import annotations

import gzip
import json

import pytest

from pipelines.reading.files.first_bytes import form_of_head
from pipelines.reading.sources.sources import SourceMapping
from tests.reading_bench import ReadingBench
from tests.support import as_csv, lines, records

NAMES = ("商城", "城市", "商", "城")
ROWS = [row | {"account_id": NAMES[place % 4]} for place, row in enumerate(records(40))]
BAD = [*ROWS[:3], ROWS[3] | {"channel": "短信"}, *ROWS[4:]]
FORMS = {
    "lines": lambda rows: lines(rows).decode(),
    "array in one line": lambda rows: json.dumps(rows, ensure_ascii=False),
    "array of indented objects": lambda rows: json.dumps(rows, ensure_ascii=False, indent=2),
    "objects over many lines": lambda rows: "\n".join(json.dumps(r, ensure_ascii=False, indent=1) for r in rows),
}
ENCODINGS = {"UTF-8": "utf-8", "UTF-16": "utf-16"}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["a.json", "a.log.gz", "a.csv", "a.csv.gz"])
def test_json_is_read_in_each_encoding_and_in_a_csv_file(
    bench: ReadingBench, encoding: str, form: str, name: str
) -> None:
    text = FORMS[form](BAD).encode(ENCODINGS[encoding])
    read = bench.read(gzip.compress(text) if name.endswith(".gz") else text, name)
    assert read.reasons == [(4, "invalid:channel")]
    wanted = {row["event_id"]: row["account_id"] for row in [*ROWS[:3], *ROWS[4:]]}
    assert {event["event_id"]: event["account_id"] for event in read.events} == wanted
    assert read.books.encoding == encoding


@pytest.mark.parametrize("encoding", [*ENCODINGS, "GB18030"])
@pytest.mark.parametrize("name", ["a.json", "a.ndjson", "a.log", "a.log.gz"])
def test_csv_with_our_header_is_read_in_a_json_file(bench: ReadingBench, encoding: str, name: str) -> None:
    text = as_csv(BAD).decode().encode(encoding)
    read = bench.read(gzip.compress(text) if name.endswith(".gz") else text, name)
    assert (len(read.events), read.reasons) == (39, [(5, "invalid:channel")])
    assert {event["account_id"] for event in read.events} == set(NAMES)
    assert read.books.encoding == encoding


HEADER = b"event_id,event_time,app_key,channel,stage,outcome\n"


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b' \r\n{"a": 1}\n', "ndjson"), (b"{\n", "ndjson"), (b"{}", "ndjson"), (b'[{"a":1}]', "ndjson"),
        (b"[]", "ndjson"), (b"{id},{name}\n", None), (b"[id],[name]\n", None), (b"{'a': 1}\n", None), (b"", None),
        (HEADER, "csv"), (HEADER.replace(b",", b"\t"), "csv"), (b"\xef\xbb\xbf" + HEADER, "csv"),
        (HEADER.replace(b"event_id", b'"event_id"'), "csv"), (HEADER.decode().encode("utf-16"), "csv"),
        # A banner over JSON, a header of other names, and prose with our names.
        (HEADER + b'{"event_id": "e1"}\n', None), (b"id,time,app\n", None), (b"# " + HEADER, None),
        (b"We log event_id, event_time, app_key, channel, stage\n", None),
    ],
)  # fmt: skip
def test_the_first_bytes_show_a_form_only_if_there_is_no_doubt(head: bytes, form: str | None) -> None:
    assert form_of_head(head) == form


def test_a_format_that_a_mapping_gives_is_not_doubted(bench: ReadingBench) -> None:
    given = SourceMapping(name="x", files=("*",), format="csv")
    assert not bench.read(lines(ROWS), "a.csv", given).events
    given = SourceMapping(name="x", files=("*",), format="ndjson")
    assert not bench.read(as_csv(ROWS), "a.log", given).events


def test_a_line_of_json_that_is_not_utf_8_is_malformed_whatever_the_others_are(bench: ReadingBench) -> None:
    gbk = lines(ROWS[2:]).decode().encode("gbk")
    for before in (lines(ROWS[:2]), b""):
        read = bench.read(before + gbk, "a.log")
        assert len(read.events) == len(before.splitlines())
        assert {reason for _, reason in read.reasons} == {"malformed"}
        assert read.books.encoding == "UTF-8"
