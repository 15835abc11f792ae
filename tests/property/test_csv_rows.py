"""Well-formed CSV is read as the `csv` module reads it; a broken row costs itself and nothing after it."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.csv_rows import csv_batches
from pipelines.reading.lines import BROKEN, SOUND, LineCounts

CELLS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=6),
    st.sampled_from(
        [
            "",
            " ",
            '"',
            '""',
            ",",
            "\n",
            "\r\n",
            "a\nb",
            'say "yes"',
            "1,5",
            "'",
            "\ufeff",
            "\u2028",
            "\x0b",
            "=1+1",
            "中文",
        ]
    ),
)
HEADERS = st.lists(st.text("abcxyz_中 ", min_size=1, max_size=4), min_size=2, max_size=5, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """A header and rows as wide as it, none of them blank."""
    header = draw(HEADERS)
    rows = st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=8)
    return header, [row for row in draw(rows) if "".join(row).strip()]


def written(rows: list[list[str]], quoting: int, end: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def read(content: bytes) -> tuple[list[str], list[dict[str, object]]]:
    batches = list(csv_batches(io.BytesIO(content), LineCounts()))
    names = [name.removeprefix("column ") for name in batches[0].schema.names[3:]]
    return names, [row for batch in batches for row in batch.to_pylist()]


@settings(max_examples=150)
@given(tables(), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_well_formed_rows_are_those_of_the_csv_module(
    table: tuple[list[str], list[list[str]]], quoting: int, end: str, is_marked: bool
) -> None:
    header, rows = table
    content = written([header, *rows], quoting, end)
    assert list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True)) == [header, *rows]
    names, found = read((b"\xef\xbb\xbf" if is_marked else b"") + content)
    assert names == header
    assert [[row[f"column {name}"] for name in header] for row in found] == [
        [cell or None for cell in row] for row in rows
    ]
    assert {row["flaw"] for row in found} <= {SOUND}


@settings(max_examples=100)
@given(
    tables(),
    st.integers(0, 8),
    st.sampled_from([b'1,"open', b"1", b"1,2,3,4,5,6", b'1"2,3', b'"a"b,c', b"\xff,2", b'"x" ,"y']),
)
def test_a_broken_row_costs_itself_alone(table: tuple[list[str], list[list[str]]], place: int, broken: bytes) -> None:
    header, rows = table
    # Rows of one line each: where the broken one stands is then known, and no quote of theirs can close its own.
    rows = [[cell.replace("\n", " ").replace("\r", " ").replace('"', "'") + "." for cell in row] for row in rows]
    lines = [written([row], csv.QUOTE_MINIMAL, "") for row in [header, *rows]]
    lines.insert(1 + min(place, len(rows)), broken)
    content = b"\n".join(lines) + b"\n"
    _, found = read(content)
    sound = [row for row in found if row["flaw"] == SOUND]
    bad = [row for row in found if row["flaw"] == BROKEN]
    if broken == b'1"2,3':
        # A quote inside a bare cell is no quote: the row stands unless it is too narrow or wide.
        sound = [row for row in sound if row["record"] != '1"2,3']
        bad = [row for row in found if row["record"] == '1"2,3']
    assert [row["line"] for row in bad] == [2 + min(place, len(rows))]
    assert [[row[f"column {name}"] for name in header] for row in sound] == rows
