"""Tests JSON files with objects of several lines, or with an array. Each object counts as one line."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.files import json_objects
from pipelines.reading.files.first_bytes import is_spread
from pipelines.reading.files.json_objects import Cutter, one_a_line
from tests.reading_bench import ReadingBench
from tests.support import Row, records

ROWS = records(40)
BAD = ROWS[3] | {"channel": "fax"}
FORMS = {
    "array in one line": lambda rows: json.dumps(rows),
    "array without blanks": lambda rows: json.dumps(rows, separators=(",", ":")),
    "array of indented objects": lambda rows: json.dumps(rows, indent=2),
    "array with an object a line": lambda rows: "[\n" + ",\r\n".join(map(json.dumps, rows)) + "\n]\n",
    "byte order mark": lambda rows: "\ufeff" + json.dumps(rows, indent="\t"),
    "objects over many lines": lambda rows: "\n".join(json.dumps(row, indent=2) for row in rows),
    "objects over many lines without anything between": lambda rows: "".join(json.dumps(r, indent=1) for r in rows),
    "an array a line": lambda rows: "\n".join(json.dumps([row, rows[0]]) for row in rows[:1]) + json.dumps(rows[1:]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["a.json", "a.log.gz"])
def test_each_form_gives_the_records_and_their_numbers(bench: ReadingBench, form: str, name: str) -> None:
    rows = [*ROWS[:3], BAD, *ROWS[4:]]
    text = FORMS[form](rows).encode()
    read = bench.read(gzip.compress(text) if name.endswith(".gz") else text, name)
    twice = form == "an array a line"
    assert len(read.events) == 39 + twice
    assert read.reasons == [(4 + twice, "invalid:channel")]


MALFORMED = {
    "a number before": ('[5, {"a":1}]', ["5", '{"a":1}']),
    "a number between": ('[{"a":1}, 5, {"b":2}]', ['{"a":1}', "5", '{"b":2}']),
    "words between": ('[{"a":1}x{"b":2}]', ['{"a":1}', "x", '{"b":2}']),
    "a brace too many": ('[{"a":1}}{"b":2}', ['{"a":1}', "}", '{"b":2}']),
    "cut": ('[{"a":1},{"b":', ['{"a":1}', '{"b":']),
    "a text that is not closed": ('[{"a":1},{"b":"x\n},\n{"c":2}]', ['{"a":1}', '{"b":"x }', '{"c":2}']),
    "nothing": ("[]", []),
    "an object that is never closed": (
        '[{"a":{"b":1},\n{"c":2},\n{"d":{}}]',
        ['{"a":', '{"b":1}', '{"c":2}', '{"d":{}}'],
    ),
    "a line end within a text": ('[{"a":"x\ny","b":1},\n{"c":2}]', ['{"a":"x y" "b":1}', '{"c":2}']),
    "two that are never closed": (
        '{"a":1\n{"b":2}\n{"c":{"d":3}\n{"e":4}',
        ['{"a":1', '{"b":2}', '{"c":', '{"d":3}', '{"e":4}'],
    ),
}


def lines_of(text: str) -> str:
    first = Cutter()
    lines = b"".join(one_a_line(io.BytesIO(text.encode()), first))
    second = first.second()
    return (b"".join(one_a_line(io.BytesIO(text.encode()), second)) if second else lines).decode()


@pytest.mark.parametrize("block_bytes", [1, 2, 7, 1000])
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_object_is_a_line_of_its_own(name: str, block_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_objects, "_BLOCK_BYTES", block_bytes)
    text, expected = MALFORMED[name]
    found = lines_of(text)
    assert [line.strip() for line in found.split("\n") if line.strip()] == expected
    assert not any(not line.strip() for line in found.split("\n")[:-1])


JSON_TEXTS = st.text(st.sampled_from('ab{}[],:"\\\n 中'), max_size=6)
VALUES = st.recursive(
    JSON_TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JSON_TEXTS, inner),
)
OBJECTS = st.lists(st.dictionaries(JSON_TEXTS, VALUES, max_size=4), min_size=1, max_size=5)


@settings(max_examples=40)
@given(
    rows=OBJECTS,
    indent=st.sampled_from([None, 0, 1]),
    is_array=st.booleans(),
    open_row=st.none() | st.integers(0, 4),
    block_bytes=st.integers(1, 40),
)
def test_any_objects_are_found_whole(
    rows: list[Row], indent: int | None, is_array: bool, open_row: int | None, block_bytes: int
) -> None:
    """One object may lack its closing brace. This object is not found then, but objects inside it may be found."""
    texts = [json.dumps({**row, "row": number}, indent=indent) for number, row in enumerate(rows)]
    if open_row is not None and open_row < len(texts):
        texts[open_row] = texts[open_row][:-1]
    text = f"[{', '.join(texts)}]" if is_array else "\n".join(texts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_objects, "_BLOCK_BYTES", block_bytes)
        found = [as_object(line) for line in lines_of(text).split("\n") if line.strip()]
    whole = [{**row, "row": number} for number, row in enumerate(rows) if number != open_row]
    if len(whole) == len(rows):
        assert found == whole
    assert [row for row in found if row and "row" in row] == whole


def as_object(line: str) -> Row | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('{"a":1}\n{"b":2}\n', False), ('{"a":1,\n{"b":2}\n', False), ("[2026-03-10] {}\n", False), ("[1,2]\n", False),
        ("", False), ("[ {", True), ("[]", True), ('{\n  "a": 1', True), ('{"a": 1,\n"b": 2}', True),
        ('{ "a": {\r\n "b": 1}}', True), ('\ufeff [\n{"a"', True), ('{\n"\n{"a":1}\n', False), ('{\n"cut', True),
        ('{\n"cut\\', True), ('[-1.5e+3, null, "a\\"[", {"b":2}]', True), ('["a", "b"]\n{"c":1}\n', False),
        ("[2026-03-10, {}]\n", False), ("[INFO, {}]\n", False),
    ],
)  # fmt: skip
def test_a_log_with_an_object_a_line_is_left_as_it_is(head: str, expected: bool) -> None:
    assert is_spread(head.encode()) == expected


def test_an_array_may_begin_with_an_item_that_is_no_object(bench: ReadingBench) -> None:
    read = bench.read(json.dumps([None, *ROWS], indent=2).encode(), "a.json")
    assert (len(read.events), read.reasons) == (40, [(1, "malformed")])


def test_an_object_that_is_never_closed_costs_itself_alone(bench: ReadingBench) -> None:
    text = json.dumps(ROWS, indent=1).replace('"shop"\n }', '"shop"\n', 1).replace("}", "", 1)
    read = bench.read(text.encode(), "a.json")
    assert (len(read.events), read.reasons) == (39, [(1, "malformed")])


class Endless:
    """A stream of an array of objects that is never closed. It ends after `blocks` reads."""

    def __init__(self, blocks: int) -> None:
        self._left, self._text = blocks, b"[" + (json.dumps(ROWS[0]).encode() + b",") * 8000

    def readinto(self, buffer: memoryview, /) -> int:
        self._left -= 1
        buffer[:] = self._text[: len(buffer)]
        return len(buffer) if self._left >= 0 else 0


def test_an_array_is_cut_in_blocks_whatever_its_size() -> None:
    def peak(blocks: int) -> int:
        tracemalloc.start()
        try:
            for _ in one_a_line(Endless(blocks)):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(12) < 1.2 * peak(4)


def test_an_array_longer_than_a_line_may_be_is_read(bench: ReadingBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.reading.files.blocks.MAX_LINE_VALUES", 200)
    monkeypatch.setattr("pipelines.reading.files.plain_files._STRETCH", 100)
    assert len(bench.read(json.dumps(ROWS).encode(), "a.json").events) == 40
