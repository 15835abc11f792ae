"""Every rejected record has its own line number, in files of any length, and each record is read exactly once."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.reading.sources.mapping import SourceMapping
from tests.reading_bench import CANONICAL, ReadingBench
from tests.support import columns_of, lines, record

# More rows than are drawn from the database at once.
ROWS = 130_000
BROKEN = range(0, ROWS, 997)
HEAD = [*record("e"), "note"]
WORDS = SourceMapping(
    name="words",
    files=("*",),
    format="lines",
    fields={name: f"split_part(line, '|', {place})" for place, name in enumerate(record("e"), 1)},
)


@cache
def rows() -> list[list[str]]:
    """Return the cells of all rows. The rows in `BROKEN` have a wrong stage."""
    return [
        [str(value) for value in record(f"e{number}", stage="none" if number in BROKEN else "login").values()]
        for number in range(ROWS)
    ]


def ndjson() -> bytes:
    return lines(dict(zip(HEAD, row, strict=False)) for row in rows())


def words() -> bytes:
    # Long lines, so that the file comes in several pieces.
    return b"".join(f"{'|'.join(row)}|{'x' * 99}\n".encode() for row in rows())


@cache
def plain_csv() -> bytes:
    return b"".join(f"{','.join(cells)},x\n".encode() for cells in [HEAD[:-1], *rows()])


def parquet() -> bytes:
    names = HEAD[:-1]
    columns = columns_of([dict(zip(names, row, strict=True)) for row in rows()])
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=5_000)
    return sink.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], SourceMapping, int, list[tuple[int, str]]]] = {
    "a.ndjson": (ndjson, CANONICAL, 1, []),
    "words.log": (words, WORDS, 1, []),
    "plain.csv": (plain_csv, CANONICAL, 2, []),
    # A row that is none, behind all others.
    "odd.csv": (lambda: plain_csv() + b'x,"open\n', CANONICAL, 2, [(ROWS + 2, "malformed")]),
    "a.parquet": (parquet, CANONICAL, 1, []),
}


@pytest.mark.parametrize("name", FILES)
def test_rejects_of_a_long_file_stand_at_their_places(bench: ReadingBench, name: str) -> None:
    made, mapping, first, behind = FILES[name]
    read = bench.read(made(), name, mapping)
    assert read.reasons == [(first + number, "invalid:stage") for number in BROKEN] + behind
    ids = read.records["event_id"].unique()
    assert len(ids) == len(read.records) == ROWS - len(BROKEN)


def test_rows_of_a_long_file_keep_their_order_whatever_its_mapping_asks(bench: ReadingBench) -> None:
    mapping = SourceMapping(
        name="x",
        files=("*",),
        where="code NOT IN ('1', '2', '3', '4', '5', '6', '7', '8')",
        fields={name: name for name in record("e1")},
    )
    bad = range(5, 150_000, 997)
    good, broken = (lines([record("e%06d", code="9", channel=channel)]) for channel in ("qq", "fax"))
    made = b"".join((broken if n in bad else good) % n for n in range(150_000))
    read = bench.read(made, "a.ndjson", mapping)
    assert read.reasons == [(n + 1, "invalid:channel") for n in bad]
    assert all(f"e{line - 1:06}" in text for line, _, text in read.rejects)
