"""Collects the mapping faults of the newest files, by source.

The faults themselves are defined in `reading/sources/mapping_use.py`.
"""

from pipelines.closing.examined import files_since_closing
from pipelines.reading.sources.mapping_use import KEEPS, WHERE_FAILS
from pipelines.store.manifest import FileEntry, Manifest

# In fewer records a field may be empty by chance.
_SOME_RECORDS = 100


def faults_of_sources(manifest: Manifest) -> dict[str, list[str]]:
    """Return the mapping faults to report, by source, in the files that were read since the last closing.

    A fault is reported if all of the source's files have it, or one file with at least 100 records. A file from which
    the mapping selects no record is ignored if the mapping selects records from another file.
    """
    newest: dict[str, list[FileEntry]] = {}
    for entry in filter(_can_show_faults, files_since_closing(manifest)):
        newest.setdefault(entry.source, []).append(entry)
    keeping = {entry.source for entry in manifest.live_files() if _can_show_faults(entry) and _keeps(entry)}
    found = {}
    for source, entries in sorted(newest.items()):
        asked = [entry for entry in entries if _keeps(entry) or source not in keeping]
        faults = {fault for entry in asked for fault in entry.mapping_faults if _is_fault_of_all(fault, entry, asked)}
        if faults:
            found[source] = sorted(faults, key=lambda fault: (fault != KEEPS, fault))
    return found


def _is_fault_of_all(fault: str, entry: FileEntry, asked: list[FileEntry]) -> bool:
    is_large = entry.records_read + entry.skipped >= _SOME_RECORDS
    return is_large or all(fault in other.mapping_faults for other in asked)


def _can_show_faults(entry: FileEntry) -> bool:
    """Return whether a file can show faults of its mapping: it has an accepted record or a fault."""
    return bool(entry.accepted or entry.mapping_faults)


def _keeps(entry: FileEntry) -> bool:
    return {KEEPS, WHERE_FAILS}.isdisjoint(entry.mapping_faults)
