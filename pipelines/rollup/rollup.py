"""Roll-up: which days must be done again, and what a day done again changes in what was published.

How a day's tables are computed is in `plan.py` and `sql/`, by an engine; the roll-up of a day is a function of its live
parts, the registry's platforms, the code dictionary and the billing rules of the day.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import BooksError
from pipelines.contract.day_tables import DAY_TABLES, RECENT_DAYS, DayBooks
from pipelines.contract.registry import Registry
from pipelines.rollup.inputs import RollupInputs
from pipelines.store.database import workbench
from pipelines.store.manifest import DayEntry, Manifest, origin_of
from pipelines.store.store import Store

if TYPE_CHECKING:
    import polars as pl


# Part of every day's fingerprint: raise it when the same parts would give other tables.
ROLLUP_VERSION = 9
_FILES = frozenset(f"{name}.parquet" for name in DAY_TABLES)


@dataclass
class RollupReport:
    """What a roll-up did: days rolled up, days that lost all their records, published figures changed."""

    days: list[date] = field(default_factory=list)
    emptied: list[date] = field(default_factory=list)
    restated_figures: int = 0
    records: int = 0


def roll_up(
    inputs: RollupInputs,
    manifest: Manifest,
    as_of: date,
    forced: frozenset[date] = frozenset(),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RollupReport:
    """Brings the tables of every day up to `as_of` up to date; the manifest is changed, not yet committed.

    Args:
        forced: days that are computed anew even where nothing changed.

    Raises:
        BooksError: the books of a day do not balance, or a key is there twice; nothing is published.
    """
    by_registry = _days_of_changed_platforms(inputs, manifest)
    parts_by_day = _parts_by_day(manifest, as_of)
    by_limits = _days_of_changed_limits(inputs, manifest, as_of)
    changed, emptied = _changed_days(inputs, manifest, parts_by_day, forced | by_registry | by_limits)
    report = RollupReport(emptied=emptied)
    manifest.platforms = inputs.registry.platforms
    if not changed and not emptied:
        return report
    # It takes half a second to import, which a run with nothing new should not pay.
    from pipelines.rollup.batches import roll_up_batches

    store, closed_through = inputs.store, manifest.closed_through
    restated: list[pl.DataFrame] = []
    fresh = store.fresh_folder("days")
    for batch in roll_up_batches(inputs, manifest, changed, fresh):
        progress(len(report.days), len(changed))
        stored = _stored(store, manifest, batch, fresh)
        for day, books in batch.items():
            old, fingerprint = manifest.days.get(day), _fingerprint(inputs, day, parts_by_day[day])
            new = DayEntry(
                folder=stored[day], content=books.content, fingerprint=_of_limits(inputs, fingerprint),
                parts=parts_by_day[day], accepted=books.accepted, counted=books.counted, unmapped=books.unmapped,
            )  # fmt: skip
            are_rules_new = old is not None and (
                day in by_registry or _without_limits(old) != _fingerprint(inputs, day, old.parts)
            )
            restated += _changed_figures(store, manifest, closed_through, day, new, are_rules_new)
            manifest.days[day] = new
            report.days.append(day)
            report.records += books.accepted
    for day in emptied:
        restated += _changed_figures(store, manifest, closed_through, day, None)
        del manifest.days[day]
    manifest.days = dict(sorted(manifest.days.items()))
    progress(len(changed), len(changed))
    report.restated_figures = store.add_restatements(manifest, restated)
    return report


def days_to_roll_up(inputs: RollupInputs, manifest: Manifest, as_of: date) -> list[date]:
    """The days that a roll-up would do, or take away, as things are."""
    by_registry = _days_of_changed_platforms(inputs, manifest)
    by_limits = _days_of_changed_limits(inputs, manifest, as_of)
    changed, emptied = _changed_days(inputs, manifest, _parts_by_day(manifest, as_of), by_registry | by_limits)
    return sorted({*changed, *emptied})


def _stored(store: Store, manifest: Manifest, batch: Mapping[date, DayBooks], fresh: Path) -> dict[date, str]:
    """Stores the checked tables of each day of a batch, and returns the name of their folder. Tables that are stored
    already stay where they are, and with them what is published.
    """
    stored, placed = {}, {}
    for day, books in batch.items():
        _check_books(day, books, fresh / str(day))
        old = manifest.days.get(day)
        if old and old.content == books.content and _is_there(store, old):
            stored[day] = old.folder
        else:
            placed[day] = fresh / str(day)
    return stored | store.place_days(placed, manifest.run + 1)


def _changed_days(
    inputs: RollupInputs, manifest: Manifest, parts_by_day: dict[date, list[str]], forced: Set[date]
) -> tuple[list[date], list[date]]:
    """The days whose tables are to be made, and those that have no part any more."""
    changed = [
        day
        for day, parts in sorted(parts_by_day.items())
        if day in forced or day not in manifest.days
        or _without_limits(manifest.days[day]) != _fingerprint(inputs, day, parts)
        or not _is_there(inputs.store, manifest.days[day])
    ]  # fmt: skip
    return changed, sorted(day for day in manifest.days if day not in parts_by_day and manifest.has_events_of(day))


def _parts_by_day(manifest: Manifest, as_of: date) -> dict[date, list[str]]:
    parts: dict[date, list[str]] = {}
    for entry in manifest.live_files():
        for day in entry.days:
            if day <= as_of and entry.records_name and manifest.has_events_of(day):
                parts.setdefault(day, []).append(entry.records_name)
    return {day: sorted(names) for day, names in parts.items()}


def _fingerprint(inputs: RollupInputs, day: date, parts: list[str]) -> str:
    rules = [
        str(ROLLUP_VERSION),
        inputs.registry.codes_fingerprint,
        *(rule.model_dump_json(exclude={"valid_from"}) for rule in inputs.settings.billing_on(day).values()),
        *(cut.isoformat() for cut in inputs.registry.bought.cuts.get(day, ())),
    ]
    # Of a day that is rolled up, a part has the same records whatever older days retention took from it.
    return hashlib.sha256("\n".join([*rules, *map(origin_of, parts)]).encode()).hexdigest()[:16]


def has_these_limits(entry: DayEntry, registry: Registry) -> bool:
    """Whether the tables of a day are of these limits: older days than those that are shown keep the ones they had."""
    return entry.fingerprint.endswith(f"/{registry.limits_fingerprint}")


def _of_limits(inputs: RollupInputs, fingerprint: str) -> str:
    return f"{fingerprint}/{inputs.registry.limits_fingerprint}"


def _without_limits(entry: DayEntry) -> str:
    return entry.fingerprint.partition("/")[0]


def _days_of_changed_limits(inputs: RollupInputs, manifest: Manifest, as_of: date) -> set[date]:
    """The days whose tables of limits are shown, and are of other limits."""
    first = as_of - timedelta(days=RECENT_DAYS - 1)
    return {
        day for day, entry in manifest.days.items() if day >= first and not has_these_limits(entry, inputs.registry)
    }


def _changed_figures(
    store: Store, manifest: Manifest, closed: date | None, day: date, new: DayEntry | None, are_rules_new: bool = False
) -> list[pl.DataFrame]:
    """See `changed_figures`, whose libraries a day that was not yet published does not need."""
    if closed is None or day > closed:
        return []
    from pipelines.rollup.restatements import changed_figures

    return changed_figures(store, manifest, day, new, are_rules_new)


def _days_of_changed_platforms(inputs: RollupInputs, manifest: Manifest) -> set[date]:
    """The days with records that name no platform, of apps whose registered platform changed."""
    store, old, new = inputs.store, manifest.platforms, inputs.registry.platforms
    apps = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if not apps:
        return set()
    files = {
        str(store.day_table(entry, "unplatformed_apps")): day
        for day, entry in manifest.days.items()
        if manifest.has_events_of(day) and _is_there(store, entry)
    }
    if not files:
        return set()
    with workbench(inputs.settings, store.temp, [store.warehouse]) as connection:
        found = connection.execute(
            "SELECT DISTINCT filename FROM read_parquet($files, filename = true, hive_partitioning = false) "
            "WHERE list_contains($apps, app_key)",
            {"files": sorted(files), "apps": apps},
        ).fetchall()
    return {files[name] for (name,) in found}


def _is_there(store: Store, entry: DayEntry) -> bool:
    """Whether no table of a rolled-up day was lost; a lost one is computed anew from the parts."""
    try:
        return _FILES.issubset(os.listdir(store.day_folder(entry)))
    except (FileNotFoundError, NotADirectoryError):
        return False


def _check_books(day: date, books: DayBooks, folder: Path) -> None:
    """Raises a `BooksError` unless the books of a day balance and its folder holds the tables that they are of."""
    fault = None
    if books.counted != books.in_outcomes or books.counted > books.accepted:
        fault = (
            f"The books of {day} do not balance: {books.accepted} accepted, {books.counted} after de-duplication, "
            f"{books.in_outcomes} in outcome_daily."
        )
    elif digest_of_folder(folder) != books.content:
        fault = f"The tables of {day} are not on disk as they were written."
    if fault:
        raise BooksError(
            fault,
            where="roll-up",
            why="A record would be lost or counted twice.",
            do="Keep the data folder as it is and report this as a fault of authmeter.",
        )
