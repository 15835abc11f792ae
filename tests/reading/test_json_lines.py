"""The text of a line: what is one JSON object and what is none, in both readings."""

from __future__ import annotations

import json

import pytest

from pipelines.reading.records import parse_json
from tests.reading_bench import ReadingBench
from tests.support import record

OBJECT = json.dumps(record("e1"))


NO_OBJECTS = {
    "nothing": "", "text": "hello", "number": "42", "null": "null", "array": f"[{OBJECT}]", "cut": OBJECT[:-1],
    "two": OBJECT * 2,
    "comma behind": OBJECT + ",", "trailing comma": OBJECT[:-1] + ",}",
    "trailing comma, blanks": OBJECT[:-1] + "," + " " * 8 + "}",
    "trailing comma, many blanks": OBJECT[:-1] + "," + " " * 80 + "}",
    "trailing comma within": OBJECT[:-1] + ',"x":[1,]}',
    "NaN": OBJECT[:-1] + ',"x":NaN}', "Infinity": OBJECT[:-1] + ',"x":-Infinity}', "single quotes": OBJECT.replace('"',
    "'"),
    "leading zero": OBJECT[:-1] + ',"x":01}', "comment": OBJECT + " // x", "no quotes": "{a:1}",
    "raw tab": OBJECT[:-1] + ',"x":"\t"}',
    "raw NUL": OBJECT[:-1] + ',"x":"\0"}', "bad escape": OBJECT[:-1] + ',"x":"\\x41"}',
    "half a surrogate": OBJECT[:-1] + ',"x":"\\ud800"}',
    "byte order mark": "\ufeff" + OBJECT, "vertical tab": "\x0b" + OBJECT, "no-break space": "\u00a0" + OBJECT,
    "deep": "[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", NO_OBJECTS)
def test_a_line_that_is_no_json_object_is_none(name: str) -> None:
    assert parse_json(NO_OBJECTS[name]) is None


@pytest.mark.parametrize("name", [name for name in NO_OBJECTS if name != "nothing"])
def test_the_fast_reading_takes_none_of_them_either(bench: ReadingBench, name: str) -> None:
    # A good line before it: a byte order mark at the head of a file is no fault.
    read = bench.read(f"{OBJECT}\n{NO_OBJECTS[name]}\n".encode())
    assert read.reasons == [(2, "malformed")]
    assert len(read.events) == 1


OBJECTS = {
    "blanks": f" \t{OBJECT} \r", "escaped key": OBJECT.replace("event_id", "event_\\u0069d"),
    "pair of surrogates": OBJECT[:-1] + ',"x":"\\ud83d\\ude00"}',
    "more fields": OBJECT[:-1] + ',"x":{"event_id":"other","channel":"sms"},"Event_ID":"E"}',
    "last one counts": '{"event_id":"first",' + OBJECT[1:],
    "odd numbers": OBJECT[:-1] + ',"x":[1e400,-0.0,1E+2,' + "9" * 400 + "]}",
    "blank before colon": OBJECT.replace('":', '"\r :'),
    "deep": OBJECT[:-1] + ',"x":' + "[" * 500 + "]" * 500 + "}",
    "line of a megabyte": OBJECT[:-1] + ',"x":"' + "长" * 400_000 + '"}',
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_json_may_be_written_in_many_ways(bench: ReadingBench, name: str) -> None:
    parsed = parse_json(OBJECTS[name])
    assert parsed is not None
    assert {key: parsed[key] for key in record("e1")} == record("e1")
    read = bench.read(OBJECTS[name].encode())
    assert (read.rejects, [event["event_id"] for event in read.events]) == ([], ["e1"])


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ('"app_key"\r: 7', "invalid:app_key"),
        ('"app_key" :7', "invalid:app_key"),
        ('"stage"\t:\t1', "invalid:stage"),
        ('"outcome":  true', "invalid:outcome"),
    ],
)
def test_a_text_field_that_is_no_text_is_found_however_it_is_written(
    bench: ReadingBench, member: str, reason: str
) -> None:
    name = reason.partition(":")[2]
    rest = json.dumps({key: value for key, value in record("e1").items() if key != name})
    assert bench.read(f"{{{member},{rest[1:]}".encode()).reasons == [(1, reason)]


@pytest.mark.parametrize("content", [b"x", b"\t", b"{}", b"\n\n", b" \r\n", b'{"a":1}'])
def test_a_file_of_a_few_bytes_is_read_like_any_other(bench: ReadingBench, content: bytes) -> None:
    reasons = {b"x": "malformed", b"{}": "missing:event_id", b'{"a":1}': "missing:event_id"}
    assert bench.read(content).reasons == ([(1, reasons[content])] if content in reasons else [])


def test_minus_zero_is_the_same_number_in_both_readings(bench: ReadingBench) -> None:
    line = json.dumps(record("e1", outcome=None))[:-1] + ',"result_code":-0}'
    parsed = parse_json(line)
    assert parsed is not None
    assert parsed["result_code"] == "0"
    assert bench.read(line.encode()).event("e1")["result_code"] == "0"
