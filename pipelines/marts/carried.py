"""Rows that need not be made again: those of days whose day tables are as they were when the published file was made.

The published file of a year has far more rows of old days than of the new one. A new file begins as a copy of it, and
gets the rows that are missing. Which days those are is read from the note of the published file
(`store/publication_note.py`).
"""

import shutil
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import takewhile
from pathlib import Path

import duckdb

from pipelines.common.code_digest import code_digest
from pipelines.common.project import PROJECT
from pipelines.store.database import has_wal
from pipelines.store.manifest import Manifest
from pipelines.store.publication_note import file_sha256, note_of

# The code that makes the rows of a published table of its day table.
CODE = ("pipelines/marts", "pipelines/contract", "pipelines/store", "pipelines/common")


@cache
def tables_digest(root: Path = PROJECT) -> str:
    """Return a digest of the code by which rows may be carried over; `root` is the project."""
    return code_digest(CODE, root=root)


def carry_over(published: Path, fresh: Path, manifest: Manifest, accounts: str) -> list[date]:
    """Makes `fresh` a copy of the published file, where rows of it would be made again as they are.

    `accounts` is the fingerprint of the accounts of apps: where they changed, nothing is carried over.

    Gives the days whose rows these are: all before the first that changed, so that what is added comes behind them and
    the rows of a table lie in the order of its key. Without such days, or where the file is not as it was written,
    there is no copy.
    """
    note = note_of(published)
    if note is None or (note.code, note.accounts) != (tables_digest(), accounts):
        return []
    if has_wal(published) or not published.is_file():
        return []
    days = sorted(manifest.days.items())
    kept = [day for day, _ in takewhile(lambda each: note.days.get(str(each[0])) == each[1].content, days)]
    if not kept:
        return []
    shutil.copyfile(published, fresh)
    if file_sha256(fresh) == note.sha256:
        return kept
    fresh.unlink()
    return []


def keep_only(connection: duckdb.DuckDBPyConnection, names: Sequence[str], days: Sequence[date]) -> dict[str, int]:
    """Of a copy that is attached as `out`, keeps the rows of these tables and days only. Gives the rows of each table.

    The room of what goes can be used again at once.
    """
    kinds = (
        "SELECT 'VIEW' AS kind, view_name AS name FROM duckdb_views() WHERE database_name = 'out' AND NOT internal "
        "UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE database_name = 'out' ORDER BY kind DESC, name"
    )
    for kind, name in connection.execute(kinds).fetchall():
        if name not in names:
            connection.execute(f'DROP {kind} out."{name}"')
    for name in names:
        connection.execute(f"DELETE FROM out.{name} WHERE NOT list_contains($days, day)", {"days": list(days)})
    connection.execute("CHECKPOINT out")
    return {name: connection.execute(f"SELECT count(*) FROM out.{name}").fetchall()[0][0] for name in names}
