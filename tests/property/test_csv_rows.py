"""Rows of CSV are those that the `csv` module reads; a broken row costs itself, and changes nothing of the others."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reading_bench import ReadFile, ReadingBench
from tests.support import record

FREE = ("os_version", "attempt_id", "account_id")
HEADER = [*record("e"), *FREE]
CELLS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
    st.text(' ,"\n\r', max_size=6),
    st.sampled_from(["", " ", '"', '""', "\n", "\r\n", "a\nb", 'say "yes"', "1,5", '{"a": 1, "b": 2}', "'", "\ufeff",
                     "\u2028", "\x0b", "=1+1", "中文"]),
)  # fmt: skip
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6)
# Rows that are none, whatever stands beside them.
BROKEN = [b"one", b"1,2,3", b'1,"open', b'"a"b' + b"," * (len(HEADER) - 1), b"\xff" + b"," * (len(HEADER) - 1),
          b"," * len(HEADER) + b"more"]  # fmt: skip


def written(rows: list[tuple[str, str, str]], end: str, *, is_quoted: bool) -> list[bytes]:
    """The header and the rows, each good and with these three cells, as lines."""

    def cell(text: str) -> str:
        needs_quotes = is_quoted or any(mark in text for mark in ',"\r\n')
        return '"' + text.replace('"', '""') + '"' if needs_quotes else text

    whole = [[*map(str, record(f"e{place}").values()), *cells] for place, cells in enumerate(rows)]
    return [(",".join(map(cell, row)) + end).encode() for row in [HEADER, *whole]]


def cells_of(read: ReadFile) -> list[tuple[str | None, ...]]:
    return [tuple(event[name] for name in FREE) for event in read.events]


@settings(max_examples=80)
@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_well_formed_rows_are_those_of_the_csv_module(
    bench: ReadingBench, rows: list[tuple[str, str, str]], end: str, is_quoted: bool, is_marked: bool
) -> None:
    content = b"".join(written(rows, end, is_quoted=is_quoted))
    by_module = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    assert [tuple(row[-3:]) for row in by_module[1:]] == rows
    read = bench.read((b"\xef\xbb\xbf" if is_marked else b"") + content, "a.csv")
    assert read.rejects == []
    assert cells_of(read) == [tuple(cell or None for cell in row) for row in rows]


@pytest.mark.parametrize("broken", BROKEN, ids=repr)
@settings(max_examples=15)
@given(ROWS, st.integers(0, 6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_broken_row_costs_itself_alone(
    bench: ReadingBench, broken: bytes, rows: list[tuple[str, str, str]], place: int, end: str, is_quoted: bool
) -> None:
    if b'"' in broken:
        # No quote of another row can then close its own.
        plain = str.maketrans('"\n\r,', "';;;")
        rows = [(one.translate(plain), two.translate(plain), three.translate(plain)) for one, two, three in rows]
        is_quoted = False
    lines = written(rows, end, is_quoted=is_quoted)
    place = 1 + min(place, len(rows))
    before = b"".join(lines[:place])
    read = bench.read(before + broken + end.encode() + b"".join(lines[place:]), "a.csv")
    assert read.reasons == [(1 + before.count(b"\n"), "malformed")]
    assert cells_of(read) == [tuple(cell or None for cell in row) for row in rows]
