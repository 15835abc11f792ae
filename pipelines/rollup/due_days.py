"""Finds the days to roll up: days whose rules, or parts that count, changed since their tables were computed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.contract.registry.registry import Registry
from pipelines.contract.tables.day_tables import DAY_TABLES, RECENT_DAYS
from pipelines.rollup.counting_code import counting_digest
from pipelines.rollup.inputs import RollupInputs
from pipelines.store.database import workbench
from pipelines.store.manifest import DayEntry, Manifest, original_name
from pipelines.store.store import Store

_FILES = frozenset(f"{name}.parquet" for name in DAY_TABLES)


@dataclass(frozen=True)
class DueDays:
    """The days that a roll-up computes and the days that it removes, each in order.

    Attributes:
        changed: days whose tables must be computed.
        emptied: rolled-up days that no longer have a record that counts.
        parts: by day, the sorted `records_name` of the files that count and have records of the day.
        by_platform: days on which an app whose registered platform changed has records without a platform.
    """

    changed: list[date]
    emptied: list[date]
    parts: dict[date, list[str]]
    by_platform: set[date]

    def __bool__(self) -> bool:
        return bool(self.changed or self.emptied)


def due_days(inputs: RollupInputs, manifest: Manifest, as_of: date, forced: Set[date] = frozenset()) -> DueDays:
    """Return the days up to `as_of` that must be rolled up, and the rolled-up days that lost all their records.

    `forced` days are included even if nothing changed.
    """
    by_platform = _days_of_changed_platforms(inputs, manifest)
    asked = forced | by_platform | _days_of_changed_limits(inputs, manifest, as_of)
    parts = _parts_by_day(manifest, as_of)
    changed = [
        day
        for day, names in sorted(parts.items())
        if day in asked or day not in manifest.days
        or not has_fingerprint(manifest.days[day], fingerprint(inputs, day, names))
        or not is_stored(inputs.store, manifest.days[day])
    ]  # fmt: skip
    emptied = sorted(day for day in manifest.days if day not in parts and manifest.has_events_of(day))
    return DueDays(changed, emptied, parts, by_platform)


def fingerprint(inputs: RollupInputs, day: date, parts: list[str]) -> str:
    """Return a digest of the code, rules and parts of a day; `parts` has the `records_name` of each file.

    The digest does not cover the limits and the registered platforms of apps, which also determine the day's tables.
    """
    rules = [
        counting_digest(),
        inputs.registry.codes_fingerprint,
        *(rule.model_dump_json(exclude={"valid_from"}) for rule in inputs.settings.billing_on(day).values()),
        *(cut.isoformat() for cut in inputs.registry.bought.cuts.get(day, ())),
        f"session_minutes {inputs.settings.session_minutes}",
    ]
    # Retention renames a part when it removes older days; the original name identifies the records of this day.
    return hashlib.sha256("\n".join([*rules, *map(original_name, parts)]).encode()).hexdigest()[:16]


def with_limits(found: str, registry: Registry) -> str:
    """Return the fingerprint that a day's entry stores: that of its inputs (`found`), a slash, that of the limits."""
    return f"{found}/{registry.limits_fingerprint}"


def has_fingerprint(entry: DayEntry, found: str) -> bool:
    """Return whether the tables of a day were computed with the fingerprint `found`. Limits are not compared."""
    return entry.fingerprint.partition("/")[0] == found


def has_these_limits(entry: DayEntry, registry: Registry) -> bool:
    """Return whether the tables of a day were computed with the current limits.

    Days that are too old to be shown are not computed again after a change of limits, so they stay at false.
    """
    return entry.fingerprint.endswith(f"/{registry.limits_fingerprint}")


def is_stored(store: Store, entry: DayEntry) -> bool:
    """Return whether the files of all tables of a rolled-up day exist."""
    try:
        return _FILES.issubset(os.listdir(store.day_folder(entry)))
    except (FileNotFoundError, NotADirectoryError):
        return False


def _parts_by_day(manifest: Manifest, as_of: date) -> dict[date, list[str]]:
    parts: dict[date, list[str]] = {}
    for entry in manifest.live_files():
        for day in entry.days:
            if day <= as_of and entry.records_name and manifest.has_events_of(day):
                parts.setdefault(day, []).append(entry.records_name)
    return {day: sorted(names) for day, names in parts.items()}


def _days_of_changed_limits(inputs: RollupInputs, manifest: Manifest, as_of: date) -> set[date]:
    """Return the rolled-up days that are recent enough to be shown and were computed with other limits."""
    first = as_of - timedelta(days=RECENT_DAYS - 1)
    return {
        day for day, entry in manifest.days.items() if day >= first and not has_these_limits(entry, inputs.registry)
    }


def _days_of_changed_platforms(inputs: RollupInputs, manifest: Manifest) -> set[date]:
    """Return the days on which an app whose registered platform changed has records without a platform."""
    store, old, new = inputs.store, manifest.platforms, inputs.registry.platforms
    apps = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if not apps:
        return set()
    files = {
        str(store.day_table(entry, "unplatformed_apps")): day
        for day, entry in manifest.days.items()
        if manifest.has_events_of(day) and is_stored(store, entry)
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
