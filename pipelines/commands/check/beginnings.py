"""Reads the beginnings of files that no run has read yet, to predict the findings of a run."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.commands.check.check_mappings import DRY_KEY
from pipelines.common.errors import DamagedFileError
from pipelines.contract.record.parts import PartBooks
from pipelines.contract.settings.settings import Settings
from pipelines.engines.base import FileReader
from pipelines.engines.duckdb.engine import DuckDBEngine
from pipelines.ingest.entries import new_entry
from pipelines.ingest.findings import finding_of
from pipelines.ingest.given_days import GivenDays
from pipelines.ingest.part_reader import reading_limits
from pipelines.reading.files.landing import LandedFile, bare_name
from pipelines.reading.reading import Reading
from pipelines.reading.reasons.likely_reason import head_of
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.store.manifest import FileEntry

# Larger Parquet files are skipped, because Parquet cannot be read from its beginning.
_PARQUET_BYTES = 32 << 20


def examined_entries(
    files: Iterable[tuple[LandedFile, SourceMapping]], settings: Settings, given: GivenDays
) -> Iterator[FileEntry]:
    """Yield the manifest entry that each file would get from the next run, computed from the beginning of the file.

    Large Parquet files get no entry. `given` determines how old the records of a file may be.
    """
    with TemporaryDirectory(prefix="authmeter-check-") as folder:
        root = Path(folder).resolve()
        with DuckDBEngine(settings, root / "tmp", root).file_reader(DRY_KEY, root) as reader:
            for number, (file, mapping) in enumerate(files):
                time = given.time_of(file.path)
                try:
                    books = read_beginning(
                        reader, file, mapping, reading_limits(settings, mapping, time), root / str(number)
                    )
                    if books:
                        yield new_entry(file, mapping, "", books, time, None)
                except (OSError, DamagedFileError) as error:
                    refused = new_entry(file, mapping, "", None, time, None)
                    refused.status, refused.finding = "damaged", finding_of(error)
                    yield refused


def read_beginning(
    reader: FileReader, file: LandedFile, mapping: SourceMapping, reading: Reading, target: Path
) -> PartBooks | None:
    """Read the beginning of a file as a part into the new folder `target`, and return its books.

    Return None for a Parquet file that is too large: Parquet cannot be read from its beginning.

    Raises:
        OSError: the file cannot be read.
        DamagedFileError: the beginning of the file is cut or corrupt.
    """
    target.mkdir()
    beginning = file
    form = mapping.format_for(file.path)
    if form != "parquet":
        head = head_of(file, is_json=form == "ndjson")
        beginning = _beginning(file, head, target.with_name(f"{target.name}.beginning"))
    elif file.bytes > _PARQUET_BYTES:
        return None
    (books,) = reader.read([beginning], mapping, reading, target)
    return books


def _beginning(file: LandedFile, head: bytes, copy: Path) -> LandedFile:
    """Write `head`, the first lines of a text file, into the file `copy`, and return it as a landed file."""
    copy.write_bytes(head)
    return LandedFile(bare_name(file.path), copy, copy.stat().st_size, "")
