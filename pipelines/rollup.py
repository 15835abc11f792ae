"""Roll-up: which days must be done again, and what a day done again changes in what was published.

How a day's tables are computed is in `engines/` and `sql/day/`; the roll-up of a day is a function of its live
parts, the registry's platforms, the code dictionary and the billing rule of the day.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import AuthmeterError
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.store import DayEntry, Manifest, Store
from pipelines.warehouse import workbench

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engines.duckdb_roller import DayBooks

# Part of every day's fingerprint: raise it when the same parts would give other tables.
ROLLUP_VERSION = 2


@dataclass
class RollupReport:
    """What a roll-up did: days rolled up, days that lost all their records, published figures changed."""

    days: list[date] = field(default_factory=list)
    emptied: list[date] = field(default_factory=list)
    restated_figures: int = 0
    records: int = 0


def roll_up(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, as_of: date,
    forced: frozenset[date] = frozenset(), progress: Callable[[int, int], None] = lambda done, total: None,
) -> RollupReport:  # fmt: skip
    """Brings the tables of every day up to `as_of` up to date; the manifest is changed, not yet committed.

    Args:
        forced: days that are computed anew even where nothing changed.

    Raises:
        AuthmeterError: the books of a day do not balance; nothing is published.
    """
    parts_by_day = _parts_by_day(manifest, as_of)
    fingerprints = {day: _fingerprint(day, parts, registry, settings) for day, parts in parts_by_day.items()}
    by_registry = _days_of_changed_platforms(store, manifest, settings, registry)
    changed = [
        day
        for day in sorted(parts_by_day)
        if day in forced or day in by_registry or day not in manifest.days
        or manifest.days[day].fingerprint != fingerprints[day]
    ]  # fmt: skip
    emptied = sorted(day for day in manifest.days if day not in parts_by_day)
    report = RollupReport(days=changed, emptied=emptied)
    manifest.platforms = registry.platforms
    if not changed and not emptied:
        return report
    # These libraries take half a second to import, which a run with nothing new should not pay.
    from pipelines.engines.duckdb_roller import DayRoller
    from pipelines.restatements import changed_figures

    restated: list[pl.DataFrame] = []
    with workbench(settings, store.temp, [store.warehouse]) as connection:
        roller = DayRoller(connection, registry)
        for number, day in enumerate(changed):
            progress(number, len(changed))
            fresh = store.fresh_folder("day")
            books = roller.roll_up(day, store.part_files(parts_by_day[day]), settings.billing_on(day), fresh)
            _check_books(day, books)
            content = _content(fresh)
            old = manifest.days.get(day)
            new = DayEntry(
                # The same tables again leave what is published as it is.
                folder=old.folder if old and old.content == content else store.place_day(fresh, day, manifest.run + 1),
                content=content,
                fingerprint=fingerprints[day],
                parts=parts_by_day[day], accepted=books.accepted, counted=books.counted, unmapped=books.unmapped,
            )  # fmt: skip
            restated += changed_figures(store, manifest, day, new)
            manifest.days[day] = new
            report.records += books.accepted
        for day in emptied:
            restated += changed_figures(store, manifest, day, None)
            del manifest.days[day]
        progress(len(changed), len(changed))
    report.restated_figures = store.add_restatements(manifest, restated)
    return report


def _parts_by_day(manifest: Manifest, as_of: date) -> dict[date, list[str]]:
    parts: dict[date, list[str]] = {}
    for entry in manifest.live_files():
        for day in entry.days:
            if day <= as_of and entry.part:
                parts.setdefault(day, []).append(entry.part)
    return {day: sorted(names) for day, names in parts.items()}


def _fingerprint(day: date, parts: list[str], registry: Registry, settings: Settings) -> str:
    told = [
        str(ROLLUP_VERSION),
        registry.codes_fingerprint,
        settings.billing_on(day).model_dump_json(exclude={"valid_from"}),
    ]
    return hashlib.sha256("\n".join([*told, *parts]).encode()).hexdigest()[:16]


def _days_of_changed_platforms(store: Store, manifest: Manifest, settings: Settings, registry: Registry) -> set[date]:
    """The days with records that name no platform, of apps whose registered platform changed."""
    old, new = manifest.platforms, registry.platforms
    apps = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    files = {str(store.day_table(entry, "unplatformed_apps")): day for day, entry in manifest.days.items()}
    if not apps or not files:
        return set()
    with workbench(settings, store.temp, [store.warehouse]) as connection:
        found = connection.execute(
            "SELECT DISTINCT filename FROM read_parquet($files, filename = true) WHERE list_contains($apps, app_key)",
            {"files": sorted(files), "apps": apps},
        ).fetchall()
    return {files[name] for (name,) in found}


def _content(fresh: Path) -> str:
    """The checksum of a day's tables."""
    files = sorted(fresh.glob("*.parquet"))
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:16]


def _check_books(day: date, books: "DayBooks") -> None:
    if books.counted != books.in_outcomes or books.counted > books.accepted:
        raise AuthmeterError(
            f"The books of {day} do not balance: {books.accepted} accepted, {books.counted} after de-duplication, "
            f"{books.in_outcomes} in outcome_daily.",
            where="roll-up",
            why="A record would be lost or counted twice.",
            do="Keep the data folder as it is and report this as a fault of authmeter.",
        )
