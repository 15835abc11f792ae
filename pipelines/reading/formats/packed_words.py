"""Selects the text columns with few different values, which are read in the dictionary encoding of their Parquet pages.

`parquet_rows.py` reads these columns as dictionaries and decodes all others. When batches are cut and joined, their
size is counted as if the dictionaries were decoded.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

WORDS = pa.dictionary(pa.int32(), pa.string())
# Bytes per value below which a column has few different values, or mostly NULLs: a plain text takes four bytes and its
# letters.
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
    """Return the size in bytes that a batch has after its dictionaries are decoded."""
    plain, packed = 0, 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            letters = pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py()
            packed += _OFFSET_BYTES * len(batch) + (letters or 0)
        else:
            plain += column.nbytes
    return plain + packed


def cut(batch: pa.RecordBatch, unpacked: int, most: int) -> Iterator[pa.RecordBatch]:
    """Cut a batch that unpacks to `unpacked` bytes into batches with equal numbers of rows, of about `most` bytes
    each.
    """
    rows = even_rows(len(batch), unpacked, most)
    yield from (batch.slice(place, rows) for place in range(0, len(batch), rows))


def even_rows(rows: int, size: int, most: int) -> int:
    """Return the number of rows per batch if `rows` rows, of `size` bytes in all, are cut into equal batches of about
    `most` bytes.

    A batch can have up to 1.5 times `most` bytes.
    """
    # Equal batches leave no remainder of a few rows, which would have to be copied to join it with the next rows.
    return -(-rows // max(1, round(size / most)))
