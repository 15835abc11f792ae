"""Text files in another format than their name implies, or in UTF-16 or GB18030, are read by their content."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipelines.contract.settings.settings import Settings
from pipelines.engines.duckdb.reader import DuckDBReader
from pipelines.reading.files import encodings
from pipelines.reading.files.first_bytes import form_of_head
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.pieces import pieces_of
from pipelines.reading.sources.sources import SourceMapping
from pipelines.store.database import workbench
from tests.reading_bench import CANONICAL, ReadingBench, limits
from tests.support import KEY, as_csv, lines, records

# GBK has a backslash or a brace as the second byte of some characters: 誠 is D5 5C, 獅 is AA 7B, 珆 is AB 7D.
NAMES = ("商城", "誠", "獅", "珆")
ROWS = [row | {"account_id": NAMES[place % 4]} for place, row in enumerate(records(40))]
BAD = [*ROWS[:3], ROWS[3] | {"channel": "短信"}, *ROWS[4:]]
FORMS = {
    "lines": lambda rows: lines(rows).decode(),
    "array in one line": lambda rows: json.dumps(rows, ensure_ascii=False),
    "array of indented objects": lambda rows: json.dumps(rows, ensure_ascii=False, indent=2),
    "objects over many lines": lambda rows: "\n".join(json.dumps(r, ensure_ascii=False, indent=1) for r in rows),
}
ENCODINGS = {"UTF-8": "utf-8", "UTF-16": "utf-16", "GB18030": "gb18030"}


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


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["a.json", "a.ndjson", "a.log", "a.log.gz"])
def test_csv_with_our_header_is_read_in_a_json_file(bench: ReadingBench, encoding: str, name: str) -> None:
    text = as_csv(BAD).decode().encode(ENCODINGS[encoding])
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


def test_a_line_that_is_cut_within_a_character_makes_no_file_gb18030(bench: ReadingBench) -> None:
    text = lines([*records(3), records(1, prefix="x")[0] | {"account_id": "商"}])
    read = bench.read(text[: text.index("商".encode()) + 2], "a.log")
    assert (len(read.events), read.reasons, read.books.encoding) == (3, [(4, "malformed")], "UTF-8")


def test_one_line_of_utf_8_makes_json_utf_8(bench: ReadingBench) -> None:
    read = bench.read(lines(ROWS[:2]) + lines(ROWS[2:3]).decode().encode("gbk"), "a.log")
    assert (len(read.events), read.reasons, read.books.encoding) == (2, [(3, "malformed")], "UTF-8")


def test_a_line_that_is_no_gb18030_costs_itself_in_json(bench: ReadingBench) -> None:
    text = lines(ROWS).decode().encode("gbk").replace(b'e0310-1"', b'\xff"')
    read = bench.read(text, "a.log")
    assert (len(read.events), read.reasons, read.books.encoding) == (39, [(2, "malformed")], "GB18030")


def test_pieces_of_a_file_have_the_encoding_of_the_whole_file(tmp_path: Path) -> None:
    """A piece alone would be GB18030 although another piece has a line of UTF-8."""
    file = tmp_path / "a.log"
    found = []
    for first in (lines(ROWS[:1]), b""):
        file.write_bytes(first + lines(ROWS[1:]).decode().encode("gbk"))
        landed = LandedFile("a.log", file, file.stat().st_size, "")
        accepted = 0
        with workbench(Settings(threads=1), tmp_path / "tmp", [tmp_path], keeps_order=True) as connection:
            for number, piece in enumerate(pieces_of(landed, landed.bytes // 3)):
                target = tmp_path / f"{len(found)}-{number}"
                target.mkdir()
                (books,) = DuckDBReader(connection, KEY, tmp_path).read([piece], CANONICAL, limits(), target)
                accepted += books.accepted
        found.append(accepted)
    assert found == [1, 39]


def test_a_long_stretch_without_a_line_end_is_soon_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_PIECE_BYTES", 100)
    monkeypatch.setattr(encodings, "_LONGEST_CARRY", 400)

    class Stream:
        def __init__(self, content: bytes) -> None:
            self.rest = content

        def readinto(self, buffer: memoryview, /) -> int:
            taken, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(taken)] = taken
            return len(taken)

    text = ('"商城",' * 200).encode("gbk")
    assert encodings.is_gb18030(Stream(text))
    assert b"".join(encodings.from_gb18030(Stream(text))).decode() == '"商城",' * 200
    pieces = list(encodings.from_gb18030(Stream(b"x" * 5_000)))
    assert max(map(len, pieces)) <= 600
    assert sum(map(len, pieces)) == 5_000
