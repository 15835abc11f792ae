"""CSV in encodings other than UTF-8 and with separators other than commas; each line keeps its number."""

from __future__ import annotations

import codecs
import gzip
import io
from itertools import product
from random import Random

import pytest

from pipelines.engines.duckdb import csv_files
from pipelines.reading.formats.csv_layout import csv_layout
from pipelines.reading.sources.mapping import SourceMapping
from tests.reading_bench import ReadingBench
from tests.support import record

NAMES = [*record("e"), "account_id"]


def row(event_id: str, account_id: str, **changes: str) -> list[str]:
    return [str(value) for value in {**record(event_id), **changes}.values()] + [account_id]


def written(rows: list[list[str]], separator: str = ",", end: str = "\r\n", first: str = "") -> str:
    marks = separator + '"\n'
    lines = [
        separator.join(
            '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in marks) else cell for cell in cells
        )
        for cells in rows
    ]
    return end.join([first, *lines][not first :]) + end


ROWS = [
    NAMES,
    row("e1", "商城"),
    ["too", "few"],
    row("e2", "two\nlines,;\t|\x01"),
    row("e3", "方案", channel="短信"),
    row("e4", ""),
]
ENCODED = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16, high bytes first": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "GB18030": lambda text: text.encode("gb18030"),
}


SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "SOH": "\x01"}
FIRST_LINES, ENDS = ["", "sep={}", '"SEP={}"'], ["\n", "\r\n"]
# All forms in UTF-8. Other encodings have each separator, and with different ones each first line and end.
FORMS = [
    *product(["UTF-8"], SEPARATORS, FIRST_LINES, ENDS),
    *((encoding, separator, FIRST_LINES[(place + number) % 3], ENDS[(place + number // 2) % 2])
      for place, encoding in enumerate(ENCODED) if place
      for number, separator in enumerate(SEPARATORS)),
]  # fmt: skip


@pytest.mark.parametrize(("encoding", "name", "first", "end"), FORMS)
def test_each_form_gives_the_same_records_and_places(
    bench: ReadingBench, encoding: str, name: str, first: str, end: str
) -> None:
    separator = SEPARATORS[name]
    content = ENCODED[encoding](written(ROWS, separator, end, first.format(separator)))
    # A first line `sep=` does not change how a file is unpacked.
    for file, packed in (("a.csv", content), ("a.csv.gz", gzip.compress(content)))[: 1 if first else 2]:
        read = bench.read(packed, file)
        assert [(event["event_id"], event["account_id"]) for event in read.events] == [
            ("e1", "商城"), ("e2", "two\nlines,;\t|\x01"), ("e4", None)
        ]  # fmt: skip
        before = 1 if first else 0
        assert read.reasons == [(3 + before, "malformed"), (6 + before, "invalid:channel")]
        assert read.books.encoding == encoding.partition(" ")[0].rstrip(",")


@pytest.mark.parametrize("name", SEPARATORS)
def test_thousands_of_good_rows_are_accepted_in_each_form(bench: ReadingBench, name: str) -> None:
    rows = written([NAMES, *(row(f"e{number}", "商城" * 9) for number in range(5_000))], SEPARATORS[name])
    for encoded in ENCODED.values():
        read = bench.read(encoded(rows), "a.csv")
        assert (read.books.accepted, read.books.rejected) == (5_000, 0)
        assert read.records["account_id"].unique().to_pylist() == ["商城" * 9]


@pytest.mark.parametrize("separator", [",", ";", "|", "\x01"], ids=["comma", "semicolon", "bar", "SOH"])
def test_plain_utf_8_is_read_by_the_database_itself(
    bench: ReadingBench, separator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(*arguments: object) -> None:
        raise AssertionError("its rows were copied")

    monkeypatch.setattr(csv_files, "CsvCleaner", copied)
    read = bench.read(written([NAMES, row("e1", "商城"), row("e2", "b")], separator).encode(), "a.csv")
    assert [event["account_id"] for event in read.events] == ["商城", "b"]


def test_a_header_alone_may_be_gb18030(bench: ReadingBench) -> None:
    fields = {name: f'"{name}"' for name in record("e")} | {"account_id": '"账号"'}
    mapping = SourceMapping(name="x", files=("*",), fields=fields)
    content = written([[*record("e"), "账号"], row("e1", "plain")]).encode("gb18030")
    assert [event["account_id"] for event in bench.read(content, "a.csv", mapping).events] == ["plain"]


def test_one_line_of_utf_8_makes_a_file_utf_8(bench: ReadingBench) -> None:
    lines = [written([cells]) for cells in (NAMES, row("e1", "商城"), row("e2", "商城"))]
    read = bench.read(lines[0].encode() + lines[1].encode() + lines[2].encode("gb18030"), "a.csv")
    assert [event["event_id"] for event in read.events] == ["e1"]
    assert (read.reasons, read.books.encoding) == ([(3, "malformed")], "UTF-8")


def test_a_line_that_is_no_gb18030_costs_itself(bench: ReadingBench) -> None:
    lines = [written([cells]).encode("gb18030") for cells in (NAMES, row("e1", "商城"), row("e2", "b"))]
    read = bench.read(b"".join([*lines, lines[2].replace(b"e2", b"e\xff")]), "a.csv")
    assert [event["account_id"] for event in read.events] == ["商城", "b"]
    assert read.reasons == [(4, "malformed")]
    # Without a line with GB18030 characters, the reader cannot detect that encoding.
    assert bench.read(b"".join([lines[0], lines[2], b"\xff\r\n"]), "a.csv").books.encoding == "UTF-8"


@pytest.mark.parametrize("cut", [b"\n", b"\xd8", b"\x00\xd8"])
def test_half_a_character_at_the_end_of_utf_16_costs_its_row(bench: ReadingBench, cut: bytes) -> None:
    content = ENCODED["UTF-16"](written([NAMES, row("e1", "商城")])) + cut
    read = bench.read(content, "a.csv")
    assert [event["account_id"] for event in read.events] == ["商城"]
    assert read.reasons == [(3, "malformed")]


def test_a_line_of_tabs_is_a_blank_one(bench: ReadingBench) -> None:
    text = written([NAMES, row("e1", "a"), [""] * len(NAMES), row("e2", "b")], "\t")
    read = bench.read(text.encode(), "a.csv")
    assert (len(read.events), read.reasons) == (2, [])


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("a,b;c", ["a", "b;c"]), ("a;b,c;d", ["a", "b,c", "d"]), ("a\tb,c", ["a\tb", "c"]),
        ('"a;b;c",d', ["a;b;c", "d"]), ("a", ["a"]), ("a|b", ["a", "b"]), ("a|b|c,d", ["a", "b", "c,d"]),
        ("a\x01b", ["a", "b"]), ("a^b", ["a^b"]), ("sep=;\na;b", ["a", "b"]), ("sep=;", []),
        ("separator;b", ["separator", "b"]),
    ],
)  # fmt: skip
def test_the_header_tells_what_cuts_the_cells(header: str, names: list[str]) -> None:
    assert list(csv_layout(io.BytesIO(header.encode() + b"\n")).names) == names


def test_pieces_of_a_file_end_anywhere(bench: ReadingBench) -> None:
    """Characters and lines are read whole if they cross the boundary of two chunks."""
    random = Random(7)
    rows = [NAMES, *(row(f"e{number}", "商" * random.randint(1, 400)) for number in range(6000))]
    text = written(rows)
    for encoding in ("UTF-16", "GB18030"):
        read = bench.read(ENCODED[encoding](text), "a.csv")
        found = {event["event_id"]: event["account_id"] for event in read.events}
        # A text of more than 128 characters breaks the rule of the field.
        assert found == {cells[0]: cells[-1] if len(cells[-1]) <= 128 else None for cells in rows[1:]}
