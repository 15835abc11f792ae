"""A record that is longer than the limit is rejected, but no record before or after it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipelines.reading.files import blocks as blocks_module
from pipelines.reading.files import plain_files
from tests.reading_bench import ReadingBench
from tests.support import lines, record, records


def test_a_line_longer_than_a_record_may_be_is_rejected_and_no_other(
    bench: ReadingBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "MAX_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(blocks_module, "MAX_LINE_VALUES", 1 << 20)
    monkeypatch.setattr(plain_files, "_STRETCH", 1 << 19)
    good = lines(records(2))
    content = good + b"x" * (5 << 20) + b"\n" + b" " * (5 << 20) + b"\n" + good + b"\0" * (5 << 20)
    read = bench.read(content)
    assert (read.books.records_read, read.books.accepted) == (6, 4)
    assert read.reasons == [(3, "malformed"), (7, "malformed")]
    assert all(len(text) <= 2000 for _, _, text in read.rejects)


def test_a_csv_row_longer_than_one_may_be_is_rejected_and_no_other(
    bench: ReadingBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "MAX_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(blocks_module, "MAX_LINE_VALUES", 1 << 20)
    monkeypatch.setattr(plain_files, "_STRETCH", 1 << 19)
    row = b"%s,2026-03-10T10:00:00+08:00,shop,qq,authorize,success\n"
    content = (
        b"event_id,event_time,app_key,channel,stage,outcome\n" + row % b"a" + b"x," * (5 << 20) + b"\n" + row % b"b"
    )
    read = bench.read(content, "a.csv")
    assert (read.books.accepted, read.reasons) == (2, [(3, "malformed")])


def test_a_line_of_too_many_values_is_rejected(bench: ReadingBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_module, "MAX_LINE_VALUES", 1000)
    monkeypatch.setattr(plain_files, "_STRETCH", 500)
    many = lines([record("e1")])[:-2] + b', "x": [' + b"1," * 1000 + b"1]}\n"
    read = bench.read(many + lines([record("e2"), record("e3", x="," * 900)]))
    assert (read.books.accepted, read.reasons) == (2, [(1, "malformed")])


def test_a_line_that_needs_more_memory_than_there_is_costs_itself_alone(bench: ReadingBench) -> None:
    read = bench.read((b"[" * 16_000_000 + b"\n" + lines([record("e1")])) * 2)
    assert (read.books.accepted, read.reasons) == (2, [(1, "malformed"), (3, "malformed")])


def test_a_header_without_end_is_none(bench: ReadingBench) -> None:
    read = bench.read(b",".join(b"n%d" % n for n in range(20_000)) + b"\n1,2\n", "a.csv")
    assert read.reasons == [(2, "malformed")]


# 20 MB in one cell took 2.8 GB, 140 bytes for each letter.
_LONG_CELL = """
import resource
from pipelines.reading.formats.csv_cells import cells_of
resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
long = "x" * 20_000_000
print([len(cell) for cell in cells_of(f'"{long}",b', ",")], cells_of(f'"{long}', ","))
"""


def test_a_quoted_cell_of_megabytes_takes_no_more_than_a_few_times_its_size() -> None:
    found = subprocess.run([sys.executable, "-c", _LONG_CELL], capture_output=True, text=True, check=False)
    assert found.stdout == "[20000000, 1] None\n", found.stderr
