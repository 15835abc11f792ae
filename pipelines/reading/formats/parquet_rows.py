"""Reads the rows of a Parquet file in a child process: `python -m pipelines.reading.formats.parquet_rows`.

The child has a memory limit. If a corrupt file makes it crash, the crash becomes a finding on that file alone.
`parquet_process.py` is the parent.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.common.errors import DamagedFileError
from pipelines.reading.files.growth import GrowthGuard, UnpackLimits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.unpacking import damaged, require_mark
from pipelines.reading.formats.packed_words import WORDS, cut, even_rows, unpacked_bytes, word_columns

_MARK = b"PAR1"
# The child's memory limit; a batch and a row group's pages need a few MB. A page of a corrupt file can declare any
# size, and Arrow aborts on some flipped bits of a footer (seen with pyarrow 26).
_MEMORY_BYTES = 2 << 30
# No log has more columns than this.
MAX_COLUMNS = 10_000
# The least size that a row is counted with: a column of one repeated value can declare any number of rows in a few
# bytes.
_LEAST_ROW_BYTES = 100
# The second day of the year 1 and the last but one of 9999, in Unix seconds: valid times in every zone.
_YEARS = (-62_135_510_400, 253_402_128_000)
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_LARGEST = 2**63 - 2


class _UnpackedFile(LandedFile):
    """A member of an archive, unpacked into a file without a name that the parent process has open.

    `full` is the path of the parent's file descriptor.
    """

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """Open the parent's file again, with a file offset of its own."""
        with self.full.open("rb", buffering=0) as raw:
            yield raw


def parquet_batches(file: LandedFile, limits: UnpackLimits, batch_rows: int, batch_bytes: int) -> Iterator[Any]:
    """Yield the schema, then the rows in batches.

    Pages with a checksum are verified; without one, a flipped bit can go unnoticed.

    Raises:
        DamagedFileError: the file is cut or corrupt, or unpacks to more than the limits allow.
        MemoryError: a batch unpacks to more than 2 GB.
    """
    growth = GrowthGuard(file, limits)
    try:
        _check_ends(file)
        # Column chunks are read in pieces: one may be as large as the file.
        with file.opened() as raw:
            footer = pq.read_metadata(raw)
            _check_footer(file, footer, limits)
            parquet = pq.ParquetFile(
                raw,
                metadata=footer,
                read_dictionary=word_columns(footer),
                buffer_size=1 << 20,
                pre_buffer=False,
                page_checksum_verification=True,
            )
            schema = _readable(parquet.schema_arrow)
            yield schema
            for group in range(parquet.num_row_groups):
                declared = parquet.metadata.row_group(group)
                by_bytes = batch_bytes * declared.num_rows // max(1, declared.total_byte_size)
                rows = 0
                size = even_rows(declared.num_rows, declared.num_rows, max(1, min(batch_rows, by_bytes)))
                for packed in parquet.iter_batches(max(1, size), row_groups=[group]):
                    packed.validate(full=True)
                    batch = _converted(packed, schema)
                    unpacked = unpacked_bytes(batch)
                    growth.grew(max(unpacked, _LEAST_ROW_BYTES * len(batch)))
                    if unpacked > _MEMORY_BYTES:
                        raise MemoryError
                    rows += len(batch)
                    yield from cut(batch, unpacked, batch_bytes)
                if rows != declared.num_rows:
                    raise damaged(file.path, f"row group {group + 1} has {rows:,} of {declared.num_rows:,} rows")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(file.path, str(error).splitlines()[0]) from None


def _readable(schema: pa.Schema) -> pa.Schema:
    """Return the schema with unsupported types replaced by types that the database can read."""
    return pa.schema([field.with_type(_readable_type(field.type)) for field in schema])


def _readable_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind) and kind != WORDS:
        return _readable_type(kind.value_type)
    if pa.types.is_timestamp(kind) and kind.unit in ("s", "ms"):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_float16(kind):
        return pa.float32()
    return pa.string() if pa.types.is_decimal256(kind) else kind


def _converted(packed: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = []
    for column, field in zip(packed.columns, schema, strict=True):
        if pa.types.is_dictionary(column.type) and field.type != WORDS:
            column = column.dictionary_decode()
        if pa.types.is_decimal256(column.type):
            column = _decimal_texts(column)
        columns.append((_within_years(column) if pa.types.is_timestamp(column.type) else column).cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _decimal_texts(numbers: pa.Array) -> pa.Array:
    """Return decimals as texts without an exponent; whole numbers without decimals, such as `5` for `5.00`."""
    # Arrow would write `0E-10` for zero.
    texts = pa.array([None if number is None else f"{number:f}" for number in numbers.to_pylist()], pa.string())
    return pc.replace_substring_regex(texts, r"\.0+$", "")


def _within_years(times: pa.Array) -> pa.Array:
    """Clamp times to the years 1 to 9999: with any other time, the database would fail to read the file. Records whose
    `event_time` was clamped are rejected.
    """
    first, last = (bound * _PER_SECOND[times.type.unit] for bound in _YEARS)
    # Nanoseconds have a smaller range, whose ends mean infinity.
    least, most = max(first, -_LARGEST), min(last, _LARGEST)
    numbers = times.cast(pa.int64())
    within = pc.max_element_wise(pc.min_element_wise(numbers, most, skip_nulls=False), least, skip_nulls=False)
    return within.cast(times.type)


def _check_ends(file: LandedFile) -> None:
    """Raise DamagedFileError if the file does not begin and end with Parquet's mark."""
    with file.opened() as raw:
        require_mark(file, raw, _MARK, "Parquet")
        if os.pread(raw.fileno(), len(_MARK), max(0, file.bytes - len(_MARK))) != _MARK:
            raise damaged(file.path, "it ends too early")


def _check_footer(file: LandedFile, footer: pq.FileMetaData, limits: UnpackLimits) -> None:
    """Check the footer, which has no checksum. Some facts are in it twice: if two copies differ, a bit was flipped.

    Raises:
        DamagedFileError: copies of a fact differ, the columns are too many, or the pages unpack to more than the limits
            allow.
    """
    if footer.num_columns > MAX_COLUMNS:
        raise DamagedFileError(f"The file has {footer.num_columns:,} columns; no log has so many.", where=file.path)
    growth, rows = GrowthGuard(file, limits), 0
    for group in range(footer.num_row_groups):
        declared = footer.row_group(group)
        rows += declared.num_rows
        for place in range(footer.num_columns):
            of_schema, of_group = footer.schema.column(place), declared.column(place)
            growth.grew(of_group.total_uncompressed_size)
            if (of_schema.path, of_schema.physical_type) != (of_group.path_in_schema, of_group.physical_type):
                raise damaged(file.path, f"column {place + 1} differs between schema and row group {group + 1}")
            if not of_schema.max_repetition_level and of_group.num_values != declared.num_rows:
                raise damaged(file.path, f"column {place + 1} of row group {group + 1} lacks values, or has too many")
    if rows != footer.num_rows:
        raise damaged(file.path, f"its row groups have {rows:,} rows, but its footer has {footer.num_rows:,}")


def _serve(asked: BinaryIO, out: BinaryIO) -> None:
    """Serve requests, one JSON line each. The answer is a line of JSON with a finding or null. After null the rows
    follow as an Arrow stream, then again a line with a finding or null.
    """
    for line in asked:
        path, full, is_landed, size, ratio, most, rows, size_of_batch = json.loads(line)
        kind = LandedFile if is_landed else _UnpackedFile
        batches = parquet_batches(kind(path, Path(full), size, ""), UnpackLimits(ratio, most), rows, size_of_batch)
        finding = None
        try:
            schema = next(batches)
        except (DamagedFileError, MemoryError) as error:
            _report(out, _words(error))
            continue
        _report(out, None)
        with pa.ipc.new_stream(out, schema) as stream:
            try:
                for batch in batches:
                    stream.write_batch(batch)
            except (DamagedFileError, MemoryError) as error:
                finding = _words(error)
        _report(out, finding)


def _words(error: Exception) -> str:
    if isinstance(error, DamagedFileError):
        return error.what
    return f"Reading the file needs more than {_MEMORY_BYTES >> 30} GB of memory."


def _report(out: BinaryIO, finding: str | None) -> None:
    out.write(json.dumps(finding).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _serve(sys.stdin.buffer, sys.stdout.buffer)
