"""Tests whether the text of a line is one JSON object."""

from __future__ import annotations

import json

import pytest

from tests.reading_bench import ReadingBench
from tests.support import record

OBJECT = json.dumps(record("e1"))


NO_OBJECTS = {
    "text": "hello", "number": "42", "null": "null", "array": f"[{OBJECT}]", "cut": OBJECT[:-1], "two": OBJECT * 2,
    "comma behind": OBJECT + ",", "single quotes": OBJECT.replace('"', "'"),
    "leading zero": OBJECT[:-1] + ',"x":01}', "comment": OBJECT + " // x", "no quotes": "{a:1}",
    "raw tab": OBJECT[:-1] + ',"x":"\t"}', "raw NUL": OBJECT[:-1] + ',"x":"\0"}', "NUL behind": OBJECT + "\0",
    "bad escape": OBJECT[:-1] + ',"x":"\\x41"}', "half a surrogate": OBJECT[:-1] + ',"x":"\\ud800"}',
    "byte order mark": "\ufeff" + OBJECT, "no-break space": "\u00a0" + OBJECT, "lone return": f"{OBJECT}\r{OBJECT}",
    "deep": "[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", NO_OBJECTS)
def test_a_line_that_is_no_json_object_is_malformed(bench: ReadingBench, name: str) -> None:
    # A good line before it: a byte order mark at the head of a file is no fault.
    read = bench.read(f"{OBJECT}\n{NO_OBJECTS[name]}\n".encode())
    assert read.reasons == [(2, "malformed")]
    assert len(read.events) == 1


OBJECTS = {
    "blanks": f" \t{OBJECT} \r", "escaped key": OBJECT.replace("event_id", "event_\\u0069d"),
    "pair of surrogates": OBJECT[:-1] + ',"x":"\\ud83d\\ude00"}',
    "more fields": OBJECT[:-1] + ',"x":{"event_id":"other","channel":"fax"},"Event_ID":"E"}',
    "first one counts": OBJECT[:-1] + ',"event_id":"second"}',
    "odd numbers": OBJECT[:-1] + ',"x":[1e400,-0.0,1E+2,' + "9" * 400 + "]}",
    "no numbers": OBJECT[:-1] + ',"x":[NaN,-Infinity]}',
    "trailing comma": OBJECT[:-1] + ",}", "trailing comma within": OBJECT[:-1] + ',"x":[1, ]}',
    "blank before colon": OBJECT.replace('":', '"\r :'), "form feed": "\x0c" + OBJECT,
    "deep": OBJECT[:-1] + ',"x":' + "[" * 50_000 + "]" * 50_000 + "}",
    "line of three megabytes": OBJECT[:-1] + ',"x":"' + "长" * 1_000_000 + '"}',
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_json_may_be_written_in_many_ways(bench: ReadingBench, name: str) -> None:
    read = bench.read(f"{OBJECTS[name]}\n{OBJECTS[name]}".encode())
    assert (read.rejects, [event["event_id"] for event in read.events]) == ([], ["e1", "e1"])


VALUES = {
    "number": ("12345678901234567890123456789012", "12345678901234567890123456789012"), "minus zero": ("-0", "0"),
    "fraction": ("1.50", "1.5"), "true": ("true", "true"), "object": ('{"a": [1, null]}', '{"a":[1,null]}'),
    "array": ("[ ]", "[]"), "escapes": ('"\\u4e2d\\n\\u0000"', "中\n\0"), "no number": ("NaN", "NaN"),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_its_text(bench: ReadingBench, name: str) -> None:
    written, text = VALUES[name]
    read = bench.read((OBJECT[:-1] + f',"result_code":{written},"attempt_id":{written}}}').encode())
    assert (read.event("e1")["result_code"], read.event("e1")["attempt_id"]) == (text, text)


def test_null_is_absence_also_where_a_value_follows(bench: ReadingBench) -> None:
    assert bench.read(b'{"event_id":null,' + OBJECT[1:].encode()).reasons == [(1, "missing:event_id")]


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ('"app_key"\r: [7]', "invalid:app_key"),
        ('"app_key" :7.5e300', "invalid:app_key"),
        ('"stage"\t:\t1', "invalid:stage"),
        ('"outcome":  true', "invalid:outcome"),
    ],
)
def test_a_broken_value_is_found_however_it_is_written(bench: ReadingBench, member: str, reason: str) -> None:
    name = reason.partition(":")[2]
    rest = json.dumps({key: value for key, value in record("e1").items() if key != name})
    assert bench.read(f"{{{member},{rest[1:]}".encode()).reasons == [(1, reason)]


@pytest.mark.parametrize("content", [b"x", b"\t", b"{}", b"\n\n", b" \r\n", b'{"a":1}'])
def test_a_file_of_a_few_bytes_is_read_like_any_other(bench: ReadingBench, content: bytes) -> None:
    reasons = {b"x": "malformed", b"{}": "missing:event_id", b'{"a":1}': "missing:event_id"}
    assert bench.read(content).reasons == ([(1, reasons[content])] if content in reasons else [])
