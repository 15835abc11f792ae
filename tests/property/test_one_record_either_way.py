"""Tests that a line gives the same record by DuckDB's JSON reader of whole files and by the query for single lines."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import FIELD_NAMES, OUTCOMES, PLATFORMS, STAGES
from tests.reading_bench import ReadFile, ReadingBench, limits

ZONES = ("Asia/Shanghai", "America/New_York", "UTC")
Judgement = tuple[Counter[str], list[tuple[int, str]], dict[str, int]]

# JSON texts of values, by the fields that accept them; every field can get each of them.
ODD_TOKENS = (
    "null", "true", "false", "[]", "{}", '["a"]', '{"a":1}', '""', '" "', "0", "-0", "-1", "1", "7.0", "7.5", "1e3",
    "1E+2",
    "600000", "600001", "0600", "+1", ".5", "1.", "NaN", "-Infinity",
    "9" * 19, "12345678901234567890", "9" * 30, "9" * 128, "9" * 129, "-" + "9" * 40,
    '"null"',
    '"NaN"', '"a\\u0000b"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u4e2d"', '"中"', f'"{"x" * 128}"', f'"{"x" * 129}"',
    f'"{"中" * 128}"', f'"{"中" * 43}"', f'"{"😀" * 128}"', '"a\\"b"', '"a\\\\"', '"tab\\there"', '"\u00a0"',
    '"\u007f"',
    '"a,b}"',
)  # fmt: skip
TIMES = (
    '"2026-03-10T10:00:00.000+08:00"', '"2026-03-10 10:00:00+08:00"', '"2026-03-09T23:59:59.999Z"',
    '"2026-03-10T00:00:00Z"',
    '"2026-03-08T02:30:00"', '"2026-11-01T01:30:00"', '"2025-11-02T01:30:00.5"', '"2026-03-10T10:00:00.1234567Z"',
    "1773100800000", "1773100800", '"1773100800"', "1773100800.25", '"1773100800.1239"', '"1773100800."', "17731008000",
    '"1773100800000"', "1773100800000.5", '"1773100800000.5"', "1773100800000.0",
    "1.7731008e12", "177310080000", '"177310080000"',
    "253402300800000",
    '"2026-02-30T10:00:00Z"', '"2024-02-29T10:00:00Z"', '"2026-03-10T24:00:00Z"', '"2026-03-10T10:00:60Z"',
    '"2026-03-10T10:00Z"',
    '"2026-03-10T10:00:00+24:00"', '"2026-03-10T10:00:00+23:59"', '"2026-03-10T10:00:00+0800"',
    '"2026-03-10t10:00:00z"',
    '"2026-03-10T10:00:00.+08:00"', '" 2026-03-10T10:00:00Z"', '"2026-03-10T10:00:00Z "', '"0001-01-01T00:00:00+14:00"',
    '"9999-12-31T23:59:59-14:00"', '"２０２６-03-10T10:00:00Z"', '"2026-03-10T10:00:00.999999+00:00"', '"yesterday"',
    '"2026-03-10"',
    '"2025-02-03T00:00:00+08:00"', '"2025-02-02T23:59:59.999+08:00"', '"2026-03-12T18:30:00Z"',
    '"2026-03-12T18:30:00.001Z"',
)  # fmt: skip
WORDS = {
    "event_id": ['"e1"', '"e2"', '"\\u00651"', "1", "12345678901234567890", "-5", "007"],
    "app_key": ['"shop"', '"a.b-c_d"', '"-x"', '".x"', '"a b"', f'"{"a" * 64}"', f'"{"a" * 65}"', '"商城"'],
    "channel": [f'"{name}"' for name in (*CHANNELS, "fax", "WECHAT", "wechat ")],
    "stage": [f'"{name}"' for name in (*STAGES, "pay")],
    "outcome": [f'"{name}"' for name in (*OUTCOMES, "ok")],
    "result_code": ['"600000"', "600000", "-4", "-0", "0", '"OK"', "1.5", f'"{"c" * 300}"'],
    "vendor": ['"umeng"', '"jiguang"'],
    "platform": [f'"{name}"' for name in (*PLATFORMS, "windows", "iOS")],
    "carrier": [
        '"CMCC"', '"cm_zyhl"', '"CU"', '"ct"', '"cm"', '"CMX"', '"chinamobile"', '"ｃｍ"', '"ct_"', '"unknown"', '"ı"',
    ],
    "package_name": ['"com.example.a"', f'"{"p" * 128}"', f'"{"p" * 129}"', '"com example"'],
    "phone": [
        '"13812345678"', '"138"', '"+8613812345678"', '"138-1234-5678"', '"１３８12345678"', "13812345678",
        '"1381234567"',
    ],
    "latency_ms": ["0", "180", "600000", "600001", "-1", "12.0", '"180"', "1e2", "00", "0600000", "999999"],
}  # fmt: skip
OWN_TOKENS = {name: WORDS.get(name, ['"s1"', '"2.14.5"', '"长"']) for name in FIELD_NAMES} | {"event_time": list(TIMES)}
FIELD_TOKENS = {name: st.sampled_from(tokens) for name, tokens in OWN_TOKENS.items()}
GOOD = {
    "event_id": '"e1"', "event_time": '"2026-03-10T10:00:00.000+08:00"', "app_key": '"shop"', "channel": '"one_click"',
    "stage": '"authorize"', "outcome": '"success"',
}  # fmt: skip
TEXT_TOKENS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(json.dumps)
OTHER_KEYS = (
    '"note"', '"Event_ID"', '"event_id "', '""', '"\\u0065vent_id"', '"app\\u005fkey"', '"a":1,"b"', '"x\\"y"',
)  # fmt: skip


@st.composite
def objects(draw: st.DrawFn) -> str:
    """Generate a JSON object, or nearly one: a good record with changed, missing, repeated and additional fields."""
    tokens = dict(GOOD)
    for name in draw(st.lists(st.sampled_from(FIELD_NAMES), max_size=5, unique=True)):
        tokens[name] = draw(st.one_of(FIELD_TOKENS[name], FIELD_TOKENS[name], st.sampled_from(ODD_TOKENS), TEXT_TOKENS))
    for name in draw(st.lists(st.sampled_from(FIELD_NAMES[:7]), max_size=1)):
        tokens.pop(name, None)
    colon, comma = draw(st.sampled_from([(":", ","), (":", ","), (": ", ", "), (" :\t", " , "), ("\r:", "\r,")]))
    members = [f'"{name}"{colon}{token}' for name, token in tokens.items()]
    if draw(st.integers(0, 5)) == 0:
        again = draw(st.sampled_from(FIELD_NAMES))
        members.append(f'"{again}"{colon}{draw(st.one_of(FIELD_TOKENS[again], st.just("null")))}')
    if draw(st.integers(0, 3)) == 0:
        members.append(f"{draw(st.sampled_from(OTHER_KEYS))}{colon}{draw(st.sampled_from(ODD_TOKENS))}")
    return "{" + comma.join(draw(st.permutations(members))) + "}"


@st.composite
def json_lines(draw: st.DrawFn) -> bytes:
    """Generate a line of a log: mostly an object, sometimes cut, wrapped, doubled, blank or of other bytes."""
    text = draw(objects())
    kind = draw(st.integers(0, 9))
    if kind == 0:
        cut = draw(st.integers(0, len(text)))
        return draw(st.sampled_from([text[:cut], text[cut:], text[:cut] + "," + text[cut:]])).encode()
    if kind == 1:
        before, after = draw(st.sampled_from([
            ("[", "]"), ("", ","), ("", text), ("  ", "\t"), ("\ufeff", ""), ("", " //"), ("", "\0"), ("\u00a0", ""),
            ("\x0b", ""), ("\x0c ", "\x0b"), ("\r", "\r\t"),
            ("", ",}"),
        ]))  # fmt: skip
        return (before + text + after).encode()
    if kind == 2:
        return draw(
            st.sampled_from(
                [b"", b"  ", b"\t", b"\r", b"\x0b", b"null", b"[]", b"42", b"{}", b'"e"', b"[" * 2000, b"\x0c", b"\xa0"]
            )
        )
    if kind == 3:
        place = draw(st.integers(1, len(text)))
        encoded = text.encode()
        return (
            encoded[:place]
            + draw(st.sampled_from([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xc3", b"\x00", b"\x1f", b"\\"]))
            + encoded[place:]
        )
    if kind == 4:
        return text[:-1].encode() + draw(
            st.sampled_from([b",}", b", }", b",\t]}", b' ,"x":[1,]}', b',"x":{"y":1 , }}', b"," + b" " * 80 + b"}"])
        )
    return text.encode()


def judgement(read: ReadFile) -> Judgement:
    """Return the events of a file with their counts, its rejects, and the number of removed values by field.

    Assert that the books balance.
    """
    books = read.books
    assert books.accepted == len(read.events)
    assert books.rejected == len(read.rejects)
    assert books.skipped == 0
    assert books.days == Counter(event["day"] for event in read.events)
    return Counter(as_text(event) for event in read.events), read.reasons, dict(books.nulled)


def as_text(event: dict[str, Any]) -> str:
    """Return an event as one text for comparison, in order of the columns."""
    return json.dumps({name: None if value is None else str(value) for name, value in sorted(event.items())})


@pytest.mark.parametrize(
    ("zones", "space"),
    [(("Asia/Shanghai", "Asia/Shanghai"), ""), (("America/New_York", "UTC"), " "), (("UTC", "America/New_York"), "\r")],
)
def test_every_value_in_every_field_is_read_alike(bench: ReadingBench, zones: tuple[str, str], space: str) -> None:
    good = record_of(GOOD, space)
    lines = [good]
    for name in FIELD_NAMES:
        lines += [record_of(GOOD | {name: token}, space) for token in (*OWN_TOKENS[name], *ODD_TOKENS)]
        lines.append(record_of({key: token for key, token in GOOD.items() if key != name}, space))
    content = "\n".join(lines).encode()
    events, rejects, nulled = judgement(bench.read(content, reading=limits(*zones)))
    assert (events, rejects, nulled) == judgement(bench.read_texts(content, limits(*zones)))
    assert events.total() > 500
    assert len(rejects) > 200


def record_of(tokens: dict[str, str], space: str) -> str:
    return "{" + ",".join(f'"{name}":{space}{token}' for name, token in tokens.items()) + "}"


@settings(max_examples=10)
@given(
    written=st.lists(json_lines(), min_size=1, max_size=60),
    zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    end=st.sampled_from([b"\n", b"\r\n"]),
)
def test_every_line_is_read_alike(
    bench: ReadingBench, written: list[bytes], zones: tuple[str, str], mark: bytes, end: bytes
) -> None:
    reading = limits(*zones)
    content = mark + end.join(written)
    assert judgement(bench.read(content, reading=reading)) == judgement(bench.read_texts(content, reading))
