"""Reads landed files into an event part with DuckDB.

One query reads whole files with the database's own readers and applies the rules of the fields. Only rejected rows are
processed one by one.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.common.errors import AuthmeterError, DamagedFileError
from pipelines.common.process.machine_limits import is_disk_full
from pipelines.contract.record.masking import masked_text
from pipelines.contract.record.parts import PartBooks
from pipelines.engines.base import ROWS_AT_ONCE
from pipelines.engines.duckdb.csv_files import OddCsvError, read_odd_csv, read_plain_csv
from pipelines.engines.duckdb.line_files import read_lines
from pipelines.engines.duckdb.parquet_files import read_parquet
from pipelines.engines.duckdb.part_writer import StoreError
from pipelines.engines.duckdb.reading_job import ReadingJob
from pipelines.reading.files.growth import LIMITS, UnpackLimits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.plain_files import PlainFile, in_utf_8, plain_file
from pipelines.reading.formats.parquet_process import ParquetProcess
from pipelines.reading.reading import Reading
from pipelines.reading.record_query import SAFE_ZONES
from pipelines.reading.sources.mapping import SourceMapping

# The most bytes of a batch of Parquet rows, so rows of long texts come in small batches.
_BATCH_BYTES = 32 << 20
# The most unpacked bytes of files that are read together: 256 files, each within its own limits, could fill a disk.
_MOST_TOGETHER = 4 << 30


class DuckDBReader:
    """Reads landed files into parts by one open connection that preserves the order of rows."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, key: str, temp: Path, limits: UnpackLimits = LIMITS
    ) -> None:
        """`temp` is the folder for unpacked files."""
        self._connection, self._key, self._temp, self._limits = connection, key, temp, limits
        self._parquet = ParquetProcess()
        connection.execute(SAFE_ZONES)

    def read(
        self, files: Sequence[LandedFile], mapping: SourceMapping, reading: Reading, target: Path
    ) -> list[PartBooks]:
        """Read files of one mapping and format into the empty folder `target`: `records.parquet`, and if a record was
        rejected `rejects.parquet` (file, line, reason, masked record). Return the books of each file.

        Parquet files must be read one by one.

        Raises:
            DamagedFileError: a file is cut or corrupt, or has another format than its name; or several files unpack to
                more than 4 GB together and must be read one by one.
            UsageError: an expression of the mapping cannot be used.
            AuthmeterError: the part cannot be written.
        """
        form = mapping.format_for(files[0].path)
        job = ReadingJob(self._connection, mapping, reading, self._key, target)
        with ExitStack() as stack, _errors_in_words(files):
            if form == "parquet":
                (file,) = files
                return read_parquet(job, self._parquet.batches(file, self._limits, ROWS_AT_ONCE, _BATCH_BYTES))
            plain: list[PlainFile] = []
            for file in files:
                opened = plain_file(
                    file, self._limits, self._temp, may_be_utf_16=form == "csv", is_json=form == "ndjson"
                )
                plain.append(stack.enter_context(opened))
                if len(files) > 1 and sum(one.bytes for one in plain) > _MOST_TOGETHER:
                    raise DamagedFileError("The files unpack to more bytes than a batch may have.", where=file.path)
            if form != "csv":
                return read_lines(job, plain, is_json=form == "ndjson")
            try:
                books = read_plain_csv(job, plain)
            except OddCsvError:
                for written in target.iterdir():
                    written.unlink()
                plain = [stack.enter_context(in_utf_8(opened, self._temp)) for opened in plain]
                books = read_odd_csv(job, plain, self._temp)
            for one, of_file in zip(plain, books, strict=True):
                of_file.encoding = one.encoding
            return books


@contextmanager
def _errors_in_words(files: Sequence[LandedFile]) -> Iterator[None]:
    """Convert errors of DuckDB and Arrow to a `DamagedFileError`, and failed writes of the part to an
    `AuthmeterError`. A full disk, too little memory and all other errors are passed on unchanged.
    """
    try:
        yield
    except StoreError as error:
        if is_disk_full(error):
            raise
        raise AuthmeterError(
            f"The store cannot be written: {masked_text(str(error).splitlines()[0])}",
            where="warehouse/ in the data folder",
            why="The records that were read could not be stored; the last good report stays published.",
            do="Correct the rights of that folder or its disk, then run again.",
        ) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise
    except (duckdb.Error, pa.ArrowException) as error:
        if is_disk_full(error):
            raise
        words = masked_text(str(error).splitlines()[0])
        raise DamagedFileError(f"The file cannot be read: {words}", where=files[0].path) from None
