"""Reads files with one record a line into a part: JSON, and lines of any other form.

The database first reads whole JSON files. Then the lines of the first rejected rows of each reason are read again as
texts, because the part stores these texts. Files of other lines are only read as texts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from pipelines.common.errors import BooksError
from pipelines.contract.record.field_rules import BARE
from pipelines.contract.record.fields import KEPT_REJECTS, MALFORMED
from pipelines.contract.record.parts import PartBooks
from pipelines.engines.duckdb.part_writer import PartWriter
from pipelines.engines.duckdb.reading_job import FileRows, ReadingJob, grouped, kept_rows
from pipelines.reading.files.plain_files import PlainFile
from pipelines.reading.formats.lines import SCHEMA, RowSet, line_batches
from pipelines.reading.raw_relations import RawRelation, json_files, json_texts, plain_texts
from pipelines.reading.record_query import GIVEN
from pipelines.reading.rejected_text import rejected_line, rejected_object
from pipelines.store.kept_rejects import count_rejected

_TEXTS = pa.schema([("file", pa.int32()), *SCHEMA])


def read_lines(job: ReadingJob, files: Sequence[PlainFile], *, is_json: bool) -> list[PartBooks]:
    """Read files of lines into a part; `is_json` is whether the lines are JSON. Return the books of each file."""
    with job.part(len(files)) as part:
        if is_json:
            odd, broken = _read_json(job, files, part)
            if any(found.count for found in odd):
                _read_texts(job, _texts(files, odd), part, json_texts(job.mapping))
            for place, reasons in enumerate(broken):
                for reason, count in reasons.items():
                    if count > KEPT_REJECTS:
                        part.count_rejected(place, reason, count - KEPT_REJECTS)
            if sum(books.rejected for books in part.books) < (in_file := sum(map(Counter.total, broken))):
                raise BooksError(
                    f"{in_file:,} records were rejected in their file, but fewer of their lines were found.",
                    where=files[0].file.path,
                    why="Wrong lines would be reported as rejected.",
                )
        else:
            _read_texts(job, _texts(files, None), part, plain_texts(job.mapping))
    return part.books


def _read_json(
    job: ReadingJob, files: Sequence[PlainFile], part: PartWriter
) -> tuple[list[RowSet], list[Counter[str]]]:
    """Read whole JSON files into a part. Return for each file the rows whose texts must be fetched, and the number of
    rejected records by reason. Rows of the reason `BARE` are not counted, because only their text shows why they are
    rejected.
    """
    odd, broken = [RowSet() for _ in files], [Counter[str]() for _ in files]
    rows = FileRows(len(files))

    def set_aside(batch: pa.RecordBatch, is_rejected: np.ndarray) -> None:
        is_fetched = is_rejected.copy()
        for file, reason, places in grouped(batch, is_rejected):
            # Only the text of a `BARE` row shows why it is rejected, so all of them are fetched. For any other reason,
            # only the texts of the first rows are stored.
            if reason != BARE:
                is_fetched[places[count_rejected(broken[file], reason, len(places)) :]] = False
        for file, piece, before in rows.pieces(batch):
            odd[file].add(before, is_fetched[piece])

    job.open_files([file.path for file in files])
    job.read_rows(job.query(json_files(job.mapping)), part, rows, set_aside)
    return odd, broken


def _read_texts(job: ReadingJob, texts: Iterator[pa.RecordBatch], part: PartWriter, raw: RawRelation) -> None:
    """Read lines from `texts` into the part; `raw` is the relation of raw records over these lines."""

    def reject(batch: pa.RecordBatch, is_rejected: np.ndarray) -> None:
        for _, row in kept_rows(batch, is_rejected, part):
            line, personal = row["given_text"], (row["given_device"], row["given_phone"])
            # A line of JSON that was rejected for another reason than `MALFORMED` is an object.
            is_object = job.mapping.is_of_objects and row["reason"] != MALFORMED
            text = (
                rejected_object(line, job.mapping.hidden_columns, personal)
                if is_object
                else rejected_line(line, personal)
            )
            part.keep_rejected(row["file"], row["given_line"], row["reason"], text)

    query = job.query(raw, GIVEN | {"given_line": '"row line"', "given_text": '"row text"'})
    for _ in job.chunks("texts", texts):
        job.read_rows(query, part, FileRows(len(part.books)), reject)


def _texts(files: Sequence[PlainFile], only: Sequence[RowSet] | None) -> Iterator[pa.RecordBatch]:
    """Yield the lines of the files with the index of their file. If `only` is given, yield only the rows in each file's
    set.
    """
    for place, file in enumerate(files):
        wanted = only[place] if only else None
        if wanted is None or wanted.count:
            for batch in line_batches(file.stream(), wanted):
                places = pa.array(np.full(len(batch), place, dtype=np.int32))
                yield pa.RecordBatch.from_arrays([places, *batch.columns], schema=_TEXTS)
