"""`authmeter check`: checks settings, registry and sources without a run, or reads one file as a source would."""

import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines.alerts.delivery import receivers
from pipelines.commands.check.check_landing import check_landing
from pipelines.commands.check.check_mappings import check_mappings, read_dry
from pipelines.commands.check.check_newest import check_newest
from pipelines.commands.check.check_registry import has_unknown_incidents, print_bad_rows, print_registry
from pipelines.common.days import local_time, require_same_zone
from pipelines.common.errors import DamagedFileError, UsageError
from pipelines.common.files.near_names import has_ignored_name
from pipelines.common.text import counted, printable
from pipelines.contract.record.parts import PartBooks
from pipelines.contract.registry.registry import Registry, load_registry
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.ingest.given_days import GivenDays
from pipelines.ingest.landed import members_of, scan_archive
from pipelines.ingest.landing_notes import with_declared
from pipelines.ingest.part_reader import RunTime, first_accepted
from pipelines.reading.archives.archives import RefusedFile
from pipelines.reading.files.encodings import UTF_8
from pipelines.reading.files.landing import IGNORED_KINDS, LandedFile, is_archive
from pipelines.reading.reasons.likely_reason import likely_reason
from pipelines.reading.reasons.reasons import words_of
from pipelines.reading.reasons.unread import kind_of
from pipelines.reading.sources.mapping import SourceMapping, format_of
from pipelines.reading.sources.mapping_use import fault_words, mapping_faults
from pipelines.reading.sources.sources import Sources, load_sources
from pipelines.store.database import named_rows, workbench
from pipelines.store.part_records import PartRecords, create_records, record_files
from pipelines.store.published_file import published_tables
from pipelines.store.store import Store

LISTED = 20


def check_folder(data: Path) -> int:
    """Check settings, registry, sources and landing. Return the exit code: 2 for a bad row or another finding in the
    registry, else 3 for a warning, else 0.

    Raises:
        UsageError: the folder is missing, a setting or a source mapping is wrong, stored days have another time zone,
            or too many channels were declared over time.
    """
    _require_folder(data)
    settings, sources = load_settings(data), load_sources(data)
    registry = load_registry(data / "registry", settings.timezone)
    receivers(data, settings.alerts)
    require_same_zone(Store(data).read_state().time_zone, settings.timezone)
    with_declared(Store(data).read_manifest().declared_channels, settings)
    print(
        f"settings   time zone {settings.timezone}, run at {settings.schedule_time}, "
        f"retention {counted(settings.retention_days, 'day')}"
    )
    print_registry(registry)
    print(f"sources    {', '.join(mapping.name for mapping in sources.mappings)}")
    store = Store(data)
    landed, has_warned = check_landing(store, settings, sources)
    has_warned |= check_mappings(store, settings, sources, landed)
    check_newest(store, settings, sources, registry, landed)
    print_bad_rows(registry)
    has_warned |= has_unknown_incidents(store, registry)
    unknown = _unknown_apps(data, settings, registry)
    for app_key in unknown:
        print(f"warning    xlsx_apps: the app {app_key!r} is neither registered nor published")
    return 2 if registry.problems else 3 if unknown or has_warned else 0


def _require_folder(data: Path) -> None:
    if not data.is_dir():
        raise UsageError(
            "The folder does not exist.",
            where=str(data),
            why="A run would create it and publish empty reports.",
            do="Name the data folder with --data or AUTHMETER_DATA, or create it and put logs into its landing/.",
        )


def _unknown_apps(data: Path, settings: Settings, registry: Registry) -> list[str]:
    """Return the apps in the setting `xlsx_apps` that are neither registered nor published."""
    unknown = set(settings.xlsx_apps) - {"*"} - {app["app_key"] for app in registry.apps}
    database = Store(data).database
    if unknown and database.is_file():
        with published_tables(database) as connection:
            unknown -= {app_key for (app_key,) in connection.execute("SELECT app_key FROM apps").fetchall()}
    return sorted(unknown)


def check_file(data: Path, source: str | None, file: Path) -> int:
    """Read a file as a run would, but store nothing, and print its first records and rejects; return the exit code.

    The exit code is 3 if the mapping has a fault, or if a run would ignore the file, reject a record, accept no record
    of a file with content, or leave out a member of an archive. Otherwise it is 0.

    Raises:
        UsageError: folder, file or source do not exist, or an expression of the mapping cannot be used.
        DamagedFileError: the file is cut or corrupt.
    """
    _require_folder(data)
    settings, sources = load_settings(data), load_sources(data)
    if file.is_dir():
        raise UsageError(
            "It is a folder, not a file.",
            where=str(file),
            do="Give one log file. Without a file, `authmeter check` checks the data folder and its landing/.",
        )
    if not file.is_file():
        raise UsageError(
            "The file does not exist.",
            where=str(file.absolute()),
            do="Give the path of one log file. It can be outside of landing/.",
        )
    place = _in_landing(data / "landing", file)
    # Files that are read must not be links.
    landed = LandedFile(place.as_posix() if place else file.name, file.resolve(), file.stat().st_size, "")
    is_ignored = place is not None and _is_ignored(data / "landing", place)
    if is_ignored:
        print(f"warning    a run ignores {printable(str(file))}: {IGNORED_KINDS} are ignored in landing")
    given = _given_days(data, settings, is_landed=place is not None)
    if not is_archive(landed.path):
        mapping = sources.named(source) if source else _matching(sources, landed)
        return max(3 * is_ignored, _check_one(landed, mapping, settings, given))
    found = members_of(landed, scan_archive(landed, settings))
    return max(3 * is_ignored, *(_check_member(member, sources, source, settings, given) for member in found))


def _in_landing(landing: Path, file: Path) -> Path | None:
    """Return a file's path relative to the landing folder; None if the file is not below that folder.

    Links below landing stay in the path. If `file` is a link elsewhere that leads to a file below landing, the path of
    that file is returned.
    """
    if not landing.is_dir():
        return None
    as_given, real = Path(os.path.normpath(file.absolute())), file.resolve()
    for path in (as_given, real):
        for parent in path.parents:
            if parent.exists() and parent.samefile(landing):
                return path.relative_to(parent)
    return None


def _is_ignored(landing: Path, place: Path) -> bool:
    """Return whether a run ignores a file: a part of `place`, its path in landing, is a link or has an ignored name."""
    links = any((landing / part).is_symlink() for part in (place, *place.parents[:-1]))
    return links or any(map(has_ignored_name, place.parts))


def _given_days(data: Path, settings: Settings, *, is_landed: bool) -> GivenDays:
    """Return how old the records of a checked file may be in a run that starts now.

    In a landed file, they may be as old as the oldest stored record of its path, before or after rotation. A file
    outside of landing (`is_landed` is false) has no stored records.
    """
    found = GivenDays.at(datetime.now(UTC), Store(data).read_manifest(), settings)
    return found if is_landed else GivenDays(found.time)


def _check_member(
    member: LandedFile, sources: Sources, source: str | None, settings: Settings, given: GivenDays
) -> int:
    """Check one member of an archive and return the exit code. A damaged member does not stop the other checks."""
    if isinstance(member, RefusedFile):
        print(f"{printable(member.path)} is refused: {member.finding}")
        return 3
    mapping = sources.named(source) if source else sources.for_landed(member)
    if mapping is None or (mapping.format is None and format_of(member.path) is None):
        print(f"{printable(member.path)} is read by no source: {kind_of(member.path).en}")
        return 3
    try:
        return _check_one(member, mapping, settings, given)
    except DamagedFileError as error:
        print(f"{printable(member.path)} is refused: {error.what}")
        return 3


def _check_one(landed: LandedFile, mapping: SourceMapping, settings: Settings, given: GivenDays) -> int:
    """Read one file or one member of an archive. Print its books, first records and rejects; return the exit code."""
    with TemporaryDirectory(prefix="authmeter-check-") as folder:
        # Spilled data must stay out of the folder of the part.
        temp, target = Path(folder).resolve() / "tmp", Path(folder).resolve() / "part"
        target.mkdir()
        with workbench(settings, temp, [target]) as connection:
            books = read_dry(settings, mapping, landed, temp, target)
            _print_books(landed, mapping.name, settings, books)
            if books.is_poor and landed.bytes:
                print(f"  likely     {words_of(likely_reason(landed, mapping, books).stored).en}")
            for fault in (faults := mapping_faults(mapping, books)):
                print(f"  warning    {fault_words(fault).en}")
            too_old = _print_too_old(settings, given.time_of(landed.path), books)
            for row in _events(connection, target):
                # Stored times are UTC; the output is in the business time zone.
                instant = local_time(row["event_time"].replace(tzinfo=UTC), settings.timezone)
                row["event_time"] = instant.isoformat(timespec="milliseconds")
                print("  " + "  ".join(f"{name}={value}" for name, value in row.items() if value is not None))
            for line, reason, record in _rejects(connection, target):
                print(f"  rejected   line {line}: {reason}: {record[:200]}")
    return 3 if books.rejected or too_old or faults or (books.is_poor and landed.bytes) else 0


def _matching(sources: Sources, landed: LandedFile) -> SourceMapping:
    mapping = sources.for_landed(landed)
    if mapping is None:
        known = ", ".join(mapping.name for mapping in sources.mappings)
        raise UsageError(
            "No source matches the file's name.",
            where=landed.path,
            why=f"A run would not read it. It is {kind_of(landed.path).en}.",
            do=f"To read it with a source, name the source with --source. Known sources: {known}.",
        )
    return mapping


def _print_books(landed: LandedFile, source: str, settings: Settings, books: PartBooks) -> None:
    print(
        f"{landed.path} as {source}: {counted(books.records_read, 'record')} read, {books.accepted:,} accepted, "
        f"{books.rejected:,} rejected, {books.skipped:,} skipped"
    )
    if books.encoding != UTF_8:
        print(f"  read as {books.encoding}")
    for day, rows in sorted(books.days.items()):
        print(f"  {day} ({settings.timezone}): {counted(rows, 'record')}")
    for name, count in sorted(books.nulled.items()):
        print(f"  {name}: {counted(count, 'value')} broke the rule and became empty")


def _print_too_old(settings: Settings, time: RunTime, books: PartBooks) -> int:
    """Print and return the number of accepted records that a run would reject for their age."""
    first = first_accepted(settings, time)
    too_old = sum(rows for day, rows in books.days.items() if day < first)
    if too_old:
        print(
            f"  warning    {too_old:,} accepted records are of days before {first}: a run rejects them as "
            "too_old:event_time"
        )
    return too_old


def _events(connection: Any, target: Path) -> list[dict[str, Any]]:
    create_records(connection, "events", [PartRecords(record_files(target), {0: ""})])
    return named_rows(
        connection,
        "SELECT * EXCLUDE (file, device_high, device_low, phone_high, phone_low, filename, record_number) "
        "REPLACE (carrier_of(carrier) AS carrier), device_low IS NOT NULL AS has_device "
        "FROM events ORDER BY record_number LIMIT $limit",
        {"limit": LISTED},
    )


def _rejects(connection: Any, target: Path) -> list[tuple[int, str, str]]:
    file = target / "rejects.parquet"
    if not file.exists():
        return []
    query = "SELECT line, reason, record FROM rejects_of([$file]) ORDER BY line LIMIT $limit"
    found: list[tuple[int, str, str]] = connection.execute(query, {"file": str(file), "limit": LISTED}).fetchall()
    return found
