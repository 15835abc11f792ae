"""Detects whether a day's tables of sign-in sessions changed. A changed day is marked as restated, without rows in
`restatements`.
"""

from datetime import date

import polars as pl

from pipelines.contract.tables.day_tables import SESSION_TABLES
from pipelines.rollup.stored_rows import published_rows, stored_rows
from pipelines.store.manifest import DayEntry
from pipelines.store.store import Store


def are_sessions_changed(store: Store, day: date, old: DayEntry, new: DayEntry) -> bool:
    """Return whether any value in a day's session tables changed.

    An old table that is lost or damaged is read from the published file. If the published file lacks it, too, the table
    counts as unchanged, because versions without sessions wrote no such table.
    """
    if old.content == new.content:
        return False
    for name in SESSION_TABLES:
        before, now = store.day_table(old, name), store.day_table(new, name)
        # Comparing bytes first is faster; another version of a library may write the same rows as other bytes.
        if before.is_file() and before.read_bytes() == now.read_bytes():
            continue
        if (rows := stored_rows(before)) is None:
            rows = published_rows(store.database, f"FROM {name} WHERE day = $day", day)
        if rows is not None and not rows.equals(pl.read_parquet(now)):
            return True
    return False
