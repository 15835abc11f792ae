"""Roll-up: updates the stored tables of all days, and records changes of published figures.

`due_days.py` decides which days are due. An engine computes their tables by the steps of `plan.py` and `sql/`, from the
parts that count, the registry's platforms, the code dictionary and the billing rules of the day.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import BooksError, damaged_file
from pipelines.common.text import counted
from pipelines.contract.tables.day_tables import DayBooks
from pipelines.rollup.due_days import due_days, fingerprint, has_fingerprint, is_stored, with_limits
from pipelines.rollup.inputs import RollupInputs
from pipelines.store.manifest import DayEntry, Manifest
from pipelines.store.store import Store

if TYPE_CHECKING:
    import polars as pl


@dataclass
class RollupReport:
    """The result of a roll-up.

    `days` are the days that were rolled up, with `records` accepted records together. `emptied` are the days that lost
    all their records. `restated_figures` is the number of published figures that changed.
    """

    days: list[date] = field(default_factory=list)
    emptied: list[date] = field(default_factory=list)
    restated_figures: int = 0
    records: int = 0
    # The cause of the change for each closed day whose tables changed, also for a day without a changed figure: the
    # balance of a resource package can still change.
    causes: dict[date, str] = field(default_factory=dict)


def roll_up(
    inputs: RollupInputs,
    manifest: Manifest,
    as_of: date,
    forced: frozenset[date] = frozenset(),
    kept_from: date | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RollupReport:
    """Update the tables of every day up to `as_of`; the manifest is changed, but not committed.

    Args:
        forced: days that are computed even if nothing changed.
        kept_from: the first day that stays published after the run; None if all days do. Changes of earlier days are
            not restated.
        progress: called with the number of days done and the number of all days.

    Raises:
        BooksError: the books of a day do not balance, or a key occurs twice; nothing is published.
    """
    due = due_days(inputs, manifest, as_of, forced)
    report = RollupReport(emptied=due.emptied)
    manifest.platforms = inputs.registry.platforms
    is_session_gap_changed = manifest.session_minutes not in (None, inputs.settings.session_minutes)
    manifest.session_minutes = inputs.settings.session_minutes
    if not due:
        return report
    # Imported lazily: importing takes half a second, and an idle run does not need it.
    from pipelines.rollup.batches import roll_up_batches

    store, closed_through = inputs.store, manifest.closed_through
    restated: list[pl.DataFrame] = []
    first_restated = kept_from or date.min
    fresh = store.fresh_folder("days")
    accepted = manifest.accepted_records
    progress(0, len(due.changed))
    for batch in roll_up_batches(inputs, manifest, due.changed, fresh):
        for day, books in batch.items():
            _check_books(day, books, fresh / str(day), accepted[day])
        stored = _stored(store, manifest, batch, fresh)
        for day, books in batch.items():
            old, parts = manifest.days.get(day), due.parts[day]
            new = DayEntry(
                folder=stored[day], content=books.content,
                fingerprint=with_limits(fingerprint(inputs, day, parts), inputs.registry), parts=parts,
                accepted=books.accepted, counted=books.counted, unmapped=books.unmapped,
            )  # fmt: skip
            are_rules_new = old is not None and (
                day in due.by_platform or not has_fingerprint(old, fingerprint(inputs, day, old.parts))
            )
            if day >= first_restated and (
                found := _changed_figures(store, manifest, closed_through, day, new, are_rules_new)
            ):
                figures, report.causes[day] = found
                restated.append(figures)
            # Sessions that changed with the setting `session_minutes` are not marked as restated.
            if closed_through and day <= closed_through and old and not is_session_gap_changed:
                _note_changed_sessions(store, manifest, day, old, new)
            manifest.days[day] = new
            report.days.append(day)
            report.records += books.accepted
        progress(len(report.days), len(due.changed))
    for day in due.emptied:
        if day >= first_restated and (found := _changed_figures(store, manifest, closed_through, day, None)):
            figures, report.causes[day] = found
            restated.append(figures)
        del manifest.days[day]
    manifest.days = dict(sorted(manifest.days.items()))
    report.restated_figures = store.add_restatements(manifest, restated)
    return report


def _stored(store: Store, manifest: Manifest, batch: Mapping[date, DayBooks], fresh: Path) -> dict[date, str]:
    """Store the tables of each day of a batch; return the name of each day's folder.

    Unchanged tables keep their folder, so the tables published from them stay valid.
    """
    stored, placed = {}, {}
    for day, books in batch.items():
        old = manifest.days.get(day)
        if old and old.content == books.content and is_stored(store, old):
            stored[day] = old.folder
            shutil.rmtree(fresh / str(day))
        else:
            placed[day] = fresh / str(day)
    return stored | store.place_days(placed, manifest)


def _changed_figures(
    store: Store, manifest: Manifest, closed: date | None, day: date, new: DayEntry | None, are_rules_new: bool = False
) -> tuple[pl.DataFrame, str] | None:
    """Return the result of `changed_figures` for a day; None if it is not closed. `closed` is the last closed day."""
    if closed is None or day > closed:
        return None
    # Imported lazily: days that are not closed do not need its libraries.
    from pipelines.rollup.restatements import changed_figures

    return changed_figures(store, manifest, day, new, are_rules_new)


def _note_changed_sessions(store: Store, manifest: Manifest, day: date, old: DayEntry, new: DayEntry) -> None:
    """Add a closed day to the manifest's `restated_sessions` if its session tables changed."""
    # Imported lazily, as above.
    from pipelines.rollup.changed_sessions import are_sessions_changed

    if day not in manifest.restated_sessions and are_sessions_changed(store, day, old, new):
        manifest.restated_sessions = sorted([*manifest.restated_sessions, day])


def _check_books(day: date, books: DayBooks, folder: Path, accepted: int) -> None:
    """Check the books of a day before the tables of the day are stored.

    Raises:
        AuthmeterError: the books differ from `accepted`, the number of accepted records in the books of the day's
            files.
        BooksError: the books do not balance, or the files in `folder` do not have the checksum that the books contain.
    """
    if books.accepted != accepted:
        raise damaged_file(
            f"events of {day}", f"differs: {books.accepted:,} of {counted(accepted, 'accepted record')} were found."
        )
    fault = None
    if books.counted != books.in_outcomes or books.counted > books.accepted:
        fault = (
            f"The books of {day} do not balance: {books.accepted} accepted, {books.counted} after de-duplication, "
            f"{books.in_outcomes} in outcome_daily."
        )
    elif digest_of_folder(folder) != books.content:
        fault = f"The stored tables of {day} differ from what was written."
    if fault:
        raise BooksError(fault, where="roll-up", why="A record would be lost or counted twice.")
