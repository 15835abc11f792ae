"""The first 1,000 rejected records of each file and reason are kept, however the file is read; the books count all."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.contract.record.fields import FIELD_NAMES, KEPT_REJECTS
from pipelines.contract.record.parts import PartBooks
from pipelines.ingest.joined_parts import join_books, join_pieces
from pipelines.reading.formats.lines import RowSet, line_batches
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.store.kept_rejects import kept_rejects
from tests.reading_bench import CANONICAL, ReadFile, ReadingBench
from tests.support import DAY, DataFolder, Row, as_csv, as_parquet, columns_of, days_before, finding, lines, record

ROWS = 4_400
OLD, STAGE, FEW = "too_old:event_time", "invalid:stage", "missing:app_key"
WHERE = SourceMapping(name="x", files=("*",), where="vendor::INTEGER = 1", fields={name: name for name in FIELD_NAMES})


def reason_of(number: int) -> str | None:
    """Return the reason for which a row is rejected; None for a good row.

    Two reasons have more records than are kept, and one has fewer.
    """
    if number % 100 == 7:
        return FEW
    return (OLD, STAGE, OLD, None)[number % 4]


def row(number: int) -> Row:
    reason = reason_of(number)
    found = record(f"e{number:04}", days_before(DAY, 900) if reason == OLD else DAY)
    if reason == STAGE:
        found["stage"] = "none"
    if reason == FEW:
        found["app_key"] = None
    return found


def rows() -> list[Row]:
    return [row(number) for number in range(ROWS)]


def csv() -> bytes:
    return as_csv(rows(), list(record("e")))


EXPECTED = {reason: [number for number in range(ROWS) if reason_of(number) == reason] for reason in (OLD, STAGE, FEW)}
LINES = SourceMapping(
    name="lines", files=("*",), format="lines", fields={name: f"line ->> '$.{name}'" for name in record("e")}
)
FORMS: dict[str, tuple[Callable[[], bytes], SourceMapping, int]] = {
    "a.ndjson": (lambda: lines(rows()), CANONICAL, 1),
    "plain.csv": (csv, CANONICAL, 2),
    # The exact reader takes a file with an open quote.
    "odd.csv": (lambda: csv() + b'x,"open\n', CANONICAL, 2),
    "a.parquet": (lambda: as_parquet(columns_of(rows())), CANONICAL, 1),
    "a.log": (lambda: lines(rows()), LINES, 1),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_first_of_each_reason_are_kept_and_all_are_counted(bench: ReadingBench, name: str) -> None:
    made, mapping, first = FORMS[name]
    read = bench.read(made(), name, mapping)
    assert len(EXPECTED[FEW]) < KEPT_REJECTS < len(EXPECTED[STAGE]) < len(EXPECTED[OLD])
    for reason, numbers in EXPECTED.items():
        kept = [(line, text) for line, why, text in read.rejects if why == reason]
        assert [line for line, _ in kept] == [number + first for number in numbers[:KEPT_REJECTS]]
        assert all(f"e{line - first:04}" in text for line, text in kept)
        assert read.books.reasons[reason] == read.rejected[reason] == len(numbers)
    assert_balanced(read)


def assert_balanced(read: ReadFile) -> None:
    assert read.books.rejected == sum(read.rejected.values()) == read.books.reasons.total()
    assert read.books.accepted == len(read.events)


def test_a_reason_that_only_the_text_tells_is_one_with_the_same_of_other_lines(bench: ReadingBench) -> None:
    # The reader needs the text of a line without fields to see whether it is an object. It counts other lines without
    # their texts.
    texts = [b"{}", b'{"app_key":"shop"}', b'{"x":1}']
    read = bench.read(b"\n".join(texts[number % 3] for number in range(5_000)))
    assert read.reasons == [(number + 1, "missing:event_id") for number in range(KEPT_REJECTS)]
    assert read.rejected == read.books.reasons == {"missing:event_id": 5_000}
    assert_balanced(read)


@pytest.mark.parametrize("text", ["no json", "[1]", '{"a":'])
def test_lines_that_are_no_objects(bench: ReadingBench, text: str) -> None:
    read = bench.read("\n".join([text] * 2_500).encode())
    assert read.reasons == [(number + 1, "malformed") for number in range(KEPT_REJECTS)]
    assert read.rejected == read.books.reasons == {"malformed": 2_500}


def test_rows_of_csv_that_are_none(bench: ReadingBench) -> None:
    read = bench.read(csv() + b"1,2\n" * 2_500, "wide.csv")
    assert [line for line, reason in read.reasons if reason == "malformed"] == [
        *range(ROWS + 2, ROWS + 2 + KEPT_REJECTS)
    ]
    assert read.rejected["malformed"] == 2_500
    assert_balanced(read)


def test_records_on_which_a_where_fails(bench: ReadingBench) -> None:
    read = bench.read(lines(row(number) | {"vendor": "fails"} for number in range(1_500)), mapping=WHERE)
    assert read.reasons == [(number + 1, "invalid:where") for number in range(KEPT_REJECTS)]
    assert read.rejected == read.books.reasons == {"invalid:where": 1_500}


def test_the_pieces_of_a_file_keep_what_the_whole_file_keeps(bench: ReadingBench, tmp_path: Path) -> None:
    written = lines(rows()).splitlines(keepends=True)
    cuts = [0, 900, 2_300, 4_100, ROWS]
    pieces, books = [], []
    for begin, end in pairwise(cuts):
        pieces.append(tmp_path / str(begin))
        books.append(bench.read_into(pieces[-1], b"".join(written[begin:end])))
    whole = bench.read_into(tmp_path / "whole", b"".join(written))
    (joined := tmp_path / "joined").mkdir()
    join_pieces(pieces, [end - begin for begin, end in pairwise(cuts)], join_books(books), joined)
    assert join_books(books) == whole
    found, expected = (pq.read_table(folder / "rejects.parquet") for folder in (joined, tmp_path / "whole"))
    assert found.equals(expected)


def test_the_last_one_kept_stands_for_those_behind_it() -> None:
    books = [PartBooks(), PartBooks()]
    books[0].reasons.update({"a": 1_002, "b": 2})
    books[1].reasons.update({"a": 1})
    files = [(0, "a")] * 1_001 + [(0, "b"), (1, "a"), (0, "b")]
    rejects = pl.DataFrame(
        [(file, line, reason) for line, (file, reason) in enumerate(files)],
        schema={"file": pl.Int32, "line": pl.Int64, "reason": pl.String},
        orient="row",
    )
    kept = kept_rejects(rejects, books)
    assert kept["line"].to_list() == [*range(1_000), 1_001, 1_002, 1_003]
    assert kept["rejected"].to_list() == [1] * 999 + [3, 1, 1, 1]


def test_no_more_of_a_file_is_read_than_the_last_line_that_is_asked_for() -> None:
    wanted, stream = RowSet(), io.BytesIO(b"line\n" * 10_000_000)
    wanted.add(0, np.array([True, False, True]))
    assert [line for batch in line_batches(stream, wanted) for line in batch.column("line").to_pylist()] == [1, 3]
    assert stream.tell() < 40_000_000


@pytest.fixture
def folder_with_rejects(folder: DataFolder) -> DataFolder:
    """A folder with two small files in one part: nearly all records of `a.ndjson` are too old, `b.ndjson` has all
    reasons.
    """
    folder.land("a.ndjson", [row(0) | {"event_id": f"e{number}"} for number in range(1_500)] + [record("good")])
    folder.land("b.ndjson", rows())
    folder.tables()
    return folder


def test_tables_books_and_warnings_count_all(folder_with_rejects: DataFolder) -> None:
    folder = folder_with_rejects
    of_b = {reason: len(numbers) for reason, numbers in EXPECTED.items()}
    assert folder.rows("SELECT path, accepted, rejected FROM input_files ORDER BY path") == [
        ("a.ndjson", 1, 1_500),
        ("b.ndjson", ROWS - sum(of_b.values()), sum(of_b.values())),
    ]
    query = "SELECT path, reason, count(*), sum(rejected)::INTEGER FROM rejected_records GROUP BY ALL ORDER BY ALL"
    assert folder.rows(query) == [
        ("a.ndjson", OLD, KEPT_REJECTS, 1_500),
        ("b.ndjson", STAGE, KEPT_REJECTS, of_b[STAGE]),
        ("b.ndjson", FEW, of_b[FEW], of_b[FEW]),
        ("b.ndjson", OLD, KEPT_REJECTS, of_b[OLD]),
    ]
    assert "4,844 of 5,901 records" in finding(folder.warnings, "rejected_share").detail.en
    assert "a.ndjson" in finding(folder.warnings, "mostly_rejected").detail.en
