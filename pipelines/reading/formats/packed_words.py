"""Text columns of few different values, which keep the dictionary of their Parquet pages on their way to the database.

`parquet_rows.py` reads such columns and cuts batches by what they unpack to; who joins batches measures them the same
way. Other columns are plain, whatever their pages are.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

WORDS = pa.dictionary(pa.int32(), pa.string())
# A plain text takes four bytes and its letters. A column below this has few different values, or few values.
_WORD_BYTES = 2
_OFFSET_BYTES = 4


def word_columns(footer: pq.FileMetaData) -> list[str]:
    """Return the paths of the text columns that are worth reading as dictionaries, by the sizes in the footer."""
    groups = [footer.row_group(group) for group in range(footer.num_row_groups)]
    return [
        footer.schema.column(place).path
        for place in range(footer.num_columns)
        if _is_text(footer.schema.column(place)) and all(_has_few_words(group.column(place)) for group in groups)
    ]


def _is_text(column: pq.ColumnSchema) -> bool:
    return bool(column.logical_type.type == "STRING" and column.max_repetition_level == 0)


def _has_few_words(chunk: pq.ColumnChunkMetaData) -> bool:
    return bool(chunk.has_dictionary_page and chunk.total_uncompressed_size <= _WORD_BYTES * chunk.num_values)


def unpacked_bytes(batch: pa.RecordBatch) -> int:
    """Return how many bytes a batch takes without dictionaries."""
    plain, packed = 0, 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            letters = pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py()
            packed += _OFFSET_BYTES * len(batch) + (letters or 0)
        else:
            plain += column.nbytes
    return plain + packed


def cut(batch: pa.RecordBatch, unpacked: int, most: int) -> Iterator[pa.RecordBatch]:
    """Cut a batch that unpacks to `unpacked` bytes into batches of as many rows each, of about `most` bytes."""
    rows = even_rows(len(batch), unpacked, most)
    yield from (batch.slice(place, rows) for place in range(0, len(batch), rows))


def even_rows(rows: int, size: int, most: int) -> int:
    """Return the rows of each of equal pieces, of which none is larger than one and a half times `most`.

    A remainder of a few rows would have to be joined with the next batch, by a copy of both.
    """
    return -(-rows // max(1, round(size / most)))
