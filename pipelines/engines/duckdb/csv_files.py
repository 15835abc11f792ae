"""Reads CSV files into a part.

The database reads *plain* files directly: each line after the header is one row with a cell for each column. It reads
any other file from a copy, made by `reading/formats/csv_rows.py`. Files of some layouts are always read from a copy,
such as files with one column or with tabs as separators (`_is_odd`).
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.common.sql import quoted
from pipelines.contract.record.fields import MALFORMED
from pipelines.contract.record.parts import PartBooks
from pipelines.engines.duckdb.part_writer import PartWriter
from pipelines.engines.duckdb.reading_job import FileRows, ReadingJob, kept_rows
from pipelines.reading.files.plain_files import PlainFile
from pipelines.reading.formats.csv_layout import CsvLayout, count_lines_and_separators, csv_layout
from pipelines.reading.formats.csv_rows import CsvCleaner
from pipelines.reading.raw_relations import csv_files
from pipelines.reading.record_query import GIVEN
from pipelines.reading.rejected_text import csv_mask, rejected_line


class OddCsvError(Exception):
    """A CSV file must be read from a copy: a line of it is not one row with a cell for each column of the header, or
    its layout is odd (`_is_odd`).
    """


def read_plain_csv(job: ReadingJob, files: Sequence[PlainFile]) -> list[PartBooks]:
    """Read plain CSV files into a part. Return the books of each file.

    Raises:
        OddCsvError: a file must be read from a copy. The part is then unusable.
    """
    layouts = [csv_layout(file.stream()) for file in files]
    if any(map(_is_odd, layouts)):
        raise OddCsvError
    with job.part(len(files)) as part:
        for layout, group in groupby(range(len(files)), key=lambda place: layouts[place]):
            places = list(group)
            rows = FileRows(len(places), places[0])
            try:
                _read(job, [files[place] for place in places], layout, part, rows)
            except (duckdb.OutOfMemoryException, duckdb.IOException):
                raise
            except duckdb.Error:
                raise OddCsvError from None
            for place, count in zip(places, rows.counts, strict=True):
                lines, separators = count_lines_and_separators(files[place].stream(), layout.separator)
                # The database ignores empty cells after the last column.
                if int(count) + 1 != lines or separators != lines * (len(layout.names) - 1):
                    raise OddCsvError
    return part.books


def _is_odd(layout: CsvLayout) -> bool:
    # With one column, or tabs as separators, the database reads blank lines as rows; we do not. It also accepts a
    # header that is no UTF-8.
    is_blank_a_row = len(layout.names) < 2 or layout.separator == "\t"
    is_text = "\ufffd" not in "".join(layout.names)
    return is_blank_a_row or layout.line_end == b"\r" or layout.has_separator_line or not is_text


def read_odd_csv(job: ReadingJob, files: Sequence[PlainFile], temp: Path) -> list[PartBooks]:
    """Read CSV files of any kind into a part, each from an unnamed copy in `temp`. Return the books of each file."""
    with job.part(len(files)) as part:
        for place, file in enumerate(files):
            layout = csv_layout(file.stream())

            def reject(line: int, text: str, place: int = place) -> None:
                if part.count_rejected(place, MALFORMED):
                    part.keep_rejected(place, line, MALFORMED, rejected_line(text, ()))

            with TemporaryFile(dir=temp) as copy:
                cleaner = CsvCleaner(layout, copy, reject)
                cleaner.copy(file.stream())
                copy.flush()
                if layout.names:
                    clean = PlainFile(file.file, copy.fileno(), copy.tell())
                    as_copied = CsvLayout(layout.names, b"\n", layout.separator)
                    _read(job, [clean], as_copied, part, FileRows(1, place), cleaner.lines.__getitem__)
    return part.books


def _read(
    job: ReadingJob,
    files: Sequence[PlainFile],
    layout: CsvLayout,
    part: PartWriter,
    rows: FileRows,
    line_of: Callable[[int], int] | None = None,
) -> None:
    """Read CSV files of one layout into a part.

    `line_of` is given for the cleaned copy of an odd file, which has no header. It returns the line of the original at
    which the row with a given index begins.
    """
    mask = csv_mask(layout.names, job.mapping)

    def reject(batch: pa.RecordBatch, is_rejected: np.ndarray) -> None:
        pieces = {file: (piece.start, before) for file, piece, before in rows.pieces(batch)}
        for place, row in kept_rows(batch, is_rejected, part):
            start, before = pieces[row["file"]]
            number = before + place - start
            text = mask.text(row["given_cells"], (row["given_device"], row["given_phone"]))
            # The header is on line 1, and each line after it is a row.
            part.keep_rejected(row["file"], int(line_of(number)) if line_of else number + 2, row["reason"], text)

    job.open_files([file.path for file in files])
    raw = csv_files(job.mapping, layout, first_file=rows.first, has_header=line_of is None)
    wanted = GIVEN | {"given_cells": f"[{', '.join(map(quoted, raw.carried))}]"}
    job.read_rows(job.query(raw, wanted), part, rows, reject)
