"""Checks landing for `authmeter check`: files by source, files that no source reads, damaged files, and files with few
good records.
"""

import os
from collections.abc import Collection
from datetime import UTC, datetime

from pipelines.closing.warnings import damaged_files, file_content_checks
from pipelines.commands.check.beginnings import examined_entries
from pipelines.commands.misplaced_logs import misplaced_logs
from pipelines.common.files.near_names import has_ignored_name
from pipelines.common.text import counted, listed, printable
from pipelines.contract.checks import CheckResult
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.entries import refused_entry
from pipelines.ingest.given_days import GivenDays
from pipelines.ingest.landed import Landed, landed_files
from pipelines.reading.files.landing import IGNORED_KINDS, LandedFile, has_any_file, is_archive, is_within, scan
from pipelines.reading.reasons.unread import kinds
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.sources import Sources
from pipelines.store.store import Store

# Most new files that are examined: a check should take seconds.
_MOST_EXAMINED = 100


def check_landing(store: Store, settings: Settings, sources: Sources) -> tuple[list[LandedFile], bool]:
    """Print the number of files by source, and the findings on files. Return the files, with the members of
    each archive that is read in place of the archive, and whether there is a warning.
    """
    store.require_landing_folder()
    files: dict[str, int] = {}
    unreadable: set[str] = set()
    ignored: set[str] = set()
    unread: list[LandedFile] = []
    logs: list[tuple[LandedFile, SourceMapping]] = []
    scanned = scan(store.landing, unreadable, ignored)
    landed = landed_files(scanned, store.read_manifest().archives, settings)
    for file in landed.files:
        mapping = sources.for_landed(file)
        name = mapping.name if mapping else "read by no source"
        files[name] = files.get(name, 0) + 1
        if mapping is None:
            unread.append(file)
        else:
            logs.append((file, mapping))
    if landed.refused:
        files["refused"] = len(landed.refused)
    found = ", ".join(f"{counted(count, 'file')} {name}" for name, count in sorted(files.items()))
    if not found:
        is_there = unreadable or has_any_file(store.landing)
        nothing = f"empty: no log in {store.landing}{misplaced_logs(store)}"
        found = f"no log: {IGNORED_KINDS} are ignored" if is_there else nothing
    print(f"landing    {found}")
    by_name = sorted(path for path in ignored if has_ignored_name(path))
    for path in sorted(ignored.difference(by_name)):
        print(f"ignored    landing/{printable(path)} is a link or a special file")
    if by_name:
        names = counted(len(by_name), "name")
        start, end = ("starts", "ends") if len(by_name) == 1 else ("start", "end")
        print(f"ignored    {names} that {start} with . or _ or {end} in .tmp, .part or .crc: {listed(by_name)}")
    closed = {file.path for file in unread if not os.access(file.full, os.R_OK)}
    kind_by_path = kinds([file.path for file in unread], settings.ignore, closed)
    for path, kind in kind_by_path.items():
        print(f"unread     landing/{printable(path)}: {kind.en if kind else 'named by `ignore`'}")
    for folder in sorted(unreadable):
        path = "landing" if folder == "." else f"landing/{printable(folder)}"
        print(f"warning    {path} cannot be read")
    found_poor = [result for result in _poor_files(store, settings, logs, landed, unreadable) if not result.passed]
    for result in found_poor:
        print(f"warning    {result.check_name}: {result.detail.en}")
    return landed.files, bool(unreadable or any(kind_by_path.values()) or found_poor)


def _poor_files(
    store: Store,
    settings: Settings,
    logs: list[tuple[LandedFile, SourceMapping]],
    landed: Landed,
    unreadable: Collection[str],
) -> tuple[CheckResult, ...]:
    """Return the checks of damaged files and of files with few good records, as a run would find them now.

    At most `_MOST_EXAMINED` files are examined, each by its beginning: first files from which another mapping accepted
    no record, then new files. Prints which files to read again, and whether more files are new.

    Args:
        logs: the files that a source reads, each with its mapping.
        unreadable: the folders that cannot be read.
    """
    manifest = store.read_manifest()
    # An archive is in `landed.files` only if the setting `ignore` names it; no run reads it.
    files = (*landed.refused, *(file for file in landed.files if not is_archive(file.path)))
    there = {(file.path, file.stamp) for file in files}
    for entry in manifest.files:
        if not is_within(entry.path, unreadable):
            # Files that changed since the last run, or that it could not read at all, are examined anew below.
            was_unreadable = entry.status == "damaged" and not entry.sha256
            entry.is_gone = was_unreadable or (entry.path, entry.stamp) not in there
    given = GivenDays.at(datetime.now(UTC), manifest, settings)
    known = {(e.path, e.stamp): e for e in manifest.files if e.status != "replaced" and not e.is_gone}
    new = [(file, mapping) for file, mapping in logs if (file.path, file.stamp) not in known]
    if len(new) > _MOST_EXAMINED:
        print(f"landing    {len(new):,} files are new; only the first {_MOST_EXAMINED} are examined")
    # Files that had no accepted record when a run read them with another mapping.
    poor = [
        (file, mapping)
        for file, mapping in logs
        if (e := known.get((file.path, file.stamp))) and e.mapping != mapping.fingerprint and not e.accepted
    ]
    if poor:
        names = listed([file.path for file, _ in poor])
        print(f"landing    {counted(len(poor), 'file')} read by another mapping: `authmeter reread` for {names}")
        again = {file.path for file, _ in poor}
        manifest.files = [entry for entry in manifest.files if entry.path not in again]
        new = poor + new
    manifest.files += [
        refused_entry(file, given.time, None) for file in landed.refused if (file.path, file.stamp) not in known
    ]
    if new:
        manifest.files += examined_entries(new[:_MOST_EXAMINED], settings, given)
    return (damaged_files(manifest), *file_content_checks(manifest))
