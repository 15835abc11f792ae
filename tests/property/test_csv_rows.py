"""Well-formed CSV is read as the `csv` module reads it, and a broken row affects no row after it."""

from __future__ import annotations

import csv
import io

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.reading.sources.mapping import SourceMapping
from tests.reading_bench import ReadFile, ReadingBench

CELLS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=6),
    st.text(' ,"\n\r', max_size=6),
    st.sampled_from(
        [
            "", " ", '"', '""', ",", "\n", "\r\n", "a\nb", 'say "yes"', '{"a": 1, "b": 2}', "a\rb", "1,5", "'",
            "\ufeff", "\u2028", "\x0b", "=1+1", "中文",
        ]
    ),
)  # fmt: skip
HEADERS = st.lists(st.text("abcxyz_中 ", min_size=1, max_size=4), min_size=2, max_size=5, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Generate a header, and rows with as many cells. No row is blank."""
    header = draw(HEADERS)
    rows = st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=8)
    return header, [row for row in draw(rows) if "".join(row).strip()]


def written(rows: list[list[str]], quoting: int, end: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


PLACES = ("scheme_id", "sdk_version", "os_version", "attempt_id", "account_id")


def read(bench: ReadingBench, header: list[str], content: bytes) -> ReadFile:
    """Read a CSV file whose columns are mapped to `PLACES`, fields that accept any text."""
    fields = {
        "event_id": "'e'", "event_time": "'2026-03-10T10:00:00Z'", "app_key": "'shop'", "channel": "'qq'",
        "stage": "'authorize'", "outcome": "'success'",
    } | {place: '"' + name + '"' for place, name in zip(PLACES, header, strict=False)}  # fmt: skip
    return bench.read(content, "a.csv", SourceMapping(name="x", files=("*",), fields=fields))


def cells(read_file: ReadFile, header: list[str]) -> list[list[str | None]]:
    return [[event[place] for place in PLACES[: len(header)]] for event in read_file.events]


# Trial 04 of the laboratory reads many more rows, as the independent count has them.
@settings(max_examples=15)
@given(
    tables(),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from([b"", b"\n", b"1,2,3,4,5,6"]),
)
def test_well_formed_rows_are_those_of_the_csv_module(
    bench: ReadingBench,
    table: tuple[list[str], list[list[str]]],
    quoting: int,
    end: str,
    is_marked: bool,
    behind: bytes,
) -> None:
    header, rows = table
    content = written([header, *rows], quoting, end)
    # Some writers leave a carriage return bare, and it ends the line.
    assume(list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True)) == [header, *rows])
    # Bytes behind the last row make the file an odd one, and its rows must be the same.
    found = read(bench, header, (b"\xef\xbb\xbf" if is_marked else b"") + content + behind)
    assert cells(found, header) == [[cell or None for cell in row] for row in rows]
    assert len(found.rejects) == (len(behind) > 1)


@settings(max_examples=10)
@given(tables(), st.integers(0, 8), st.sampled_from([b'1,"open', b"1", b"1,2,3,4,5,6", b'"a"b,c', b"\xff,2"]))
def test_a_broken_row_costs_itself_alone(
    bench: ReadingBench, table: tuple[list[str], list[list[str]]], place: int, broken: bytes
) -> None:
    header, rows = table
    # With rows of one line each, the place of the broken row is known, and no quote of another row can close its own.
    rows = [[cell.replace("\n", " ").replace("\r", " ").replace('"', "'") + "." for cell in row] for row in rows]
    lines = [written([row], csv.QUOTE_MINIMAL, "") for row in [header, *rows]]
    place = 1 + min(place, len(rows))
    lines.insert(place, broken)
    found = read(bench, header, b"\n".join(lines) + b"\n")
    assert found.reasons == [(1 + place, "malformed")]
    assert cells(found, header) == rows
