"""Checks the user's source mappings for `authmeter check`: mappings without files, and mappings with faults."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.common.days import last_closed_day
from pipelines.common.errors import DamagedFileError
from pipelines.common.text import printable
from pipelines.contract.record.parts import PartBooks
from pipelines.contract.settings.settings import Settings
from pipelines.engines.duckdb.engine import DuckDBEngine
from pipelines.ingest.part_reader import RunTime, reading_limits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.mapping_use import IDLE_WORDS, KEEPS, fault_words, mapping_faults, uses_of
from pipelines.reading.sources.sources import Sources
from pipelines.store.store import Store

# Most files that are tried for a mapping, and the bytes that are read in a second or two.
_SAMPLES = 5
_SAMPLE_BYTES = 64 << 20
# A dry read keeps nothing, so its hashes need no secret.
DRY_KEY = "authmeter check, nothing is kept"


def check_mappings(store: Store, settings: Settings, sources: Sources, landed: Sequence[LandedFile]) -> bool:
    """Print the mappings without files, and the faults of the other mappings; return whether there is a warning.

    Faults are found by reading samples of `landed`, the files in landing.
    """
    idle = sources.idle({file.path for file in landed} | {entry.path for entry in store.read_manifest().files})
    for name in idle:
        print(f"warning    source {name}: {IDLE_WORDS.en}")
    has_warned = bool(idle)
    for mapping in filter(uses_of, sources.mappings):
        own = [file for file in landed if file.bytes and sources.for_landed(file) is mapping]
        for fault in _faults_in_samples(settings, mapping, own):
            print(f"warning    source {mapping.name}, {fault}")
            has_warned = True
    return has_warned


def read_dry(settings: Settings, mapping: SourceMapping, file: LandedFile, temp: Path, target: Path) -> PartBooks:
    """Read a file as a part into the empty folder `target`, outside of the store. `temp` is for spilled data."""
    now = datetime.now(UTC)
    # The age of a sample must not make a check of the mapping fail.
    wide = settings.model_copy(update={"retention_days": 36500})
    limits = reading_limits(wide, mapping, RunTime(last_closed_day(now, settings.timezone), now))
    with DuckDBEngine(settings, temp, target).file_reader(DRY_KEY, file.full.parent) as reader:
        (books,) = reader.read([file], mapping, limits, target)
    return books


def _faults_in_samples(settings: Settings, mapping: SourceMapping, files: list[LandedFile]) -> list[str]:
    """Return the faults of a mapping in a sample of its files.

    The first sample is the largest file of at most `_SAMPLE_BYTES`. If the mapping keeps no record of a sample, the
    next file is read, up to `_SAMPLES` files; the faults in the last file read are returned.
    """
    found: list[str] = []
    ordered = sorted(files, key=lambda file: (file.bytes > _SAMPLE_BYTES, abs(_SAMPLE_BYTES - file.bytes)))
    for file in ordered[:_SAMPLES]:
        with TemporaryDirectory(prefix="authmeter-check-") as folder:
            temp, target = Path(folder).resolve() / "tmp", Path(folder).resolve() / "part"
            target.mkdir()
            try:
                books = read_dry(settings, mapping, file, temp, target)
            except DamagedFileError as error:
                return [f"landing/{printable(file.path)}: {error.what}"]
            except (FileNotFoundError, PermissionError):
                # The check of landing reports a file that cannot be read; a rotated one is gone.
                continue
        faults = mapping_faults(mapping, books)
        found = [f"landing/{printable(file.path)}: {fault_words(fault).en}" for fault in faults]
        if KEEPS not in faults:
            break
    return found
