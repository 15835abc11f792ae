"""Detects whether a day's tables of sign-in sessions changed. A changed day is marked as restated, without rows in
`restatements`.
"""

import polars as pl

from pipelines.contract.tables.day_tables import SESSION_TABLES
from pipelines.rollup.stored_rows import stored_rows
from pipelines.store.manifest import DayEntry
from pipelines.store.store import Store


def are_sessions_changed(store: Store, old: DayEntry, new: DayEntry) -> bool:
    """Return whether any value in a day's session tables changed.

    A table counts as unchanged if its old file is damaged or does not exist. The file does not exist if it was lost, or
    if the day was rolled up by a version without sessions.
    """
    if old.content == new.content:
        return False
    for name in SESSION_TABLES:
        before, now = store.day_table(old, name), store.day_table(new, name)
        # Comparing bytes first is faster; another version of a library may write the same rows as other bytes.
        if not before.is_file() or before.read_bytes() == now.read_bytes():
            continue
        rows = stored_rows(before)
        if rows is not None and not rows.equals(pl.read_parquet(now)):
            return True
    return False
