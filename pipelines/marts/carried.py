"""Copies the rows of days whose day tables have not changed since the published file was built.

A new file starts as a copy of the published one, and missing rows are added. The note of the published file
(`store/publication_note.py`) gives the days that can be copied.
"""

import shutil
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import takewhile
from pathlib import Path

import duckdb

from pipelines.common.code_digest import code_digest
from pipelines.common.digests import file_sha256
from pipelines.common.project import PROJECT
from pipelines.contract.tables.tables import TABLES
from pipelines.store.manifest import Manifest
from pipelines.store.publication_note import note_of
from pipelines.store.published_file import has_wal

# The code that computes the rows of a published table from its day table.
CODE = (
    "pipelines/marts",
    "pipelines/billing/account_views.py",
    "pipelines/billing/sql/app_accounts.sql",
    "pipelines/contract",
    "pipelines/store",
    "pipelines/common",
)


@cache
def tables_digest(root: Path = PROJECT) -> str:
    """Return a digest of the code that computes the rows that can be copied; `root` is the folder of the project."""
    return code_digest(CODE, root=root)


def carry_over(published: Path, fresh: Path, manifest: Manifest, accounts: str) -> list[date]:
    """Copy the published file to `fresh` if it has days whose rows are still valid, and return these days.

    They are all days before the first changed day. Return no day and leave no copy if the code, the fingerprint of the
    apps' accounts (`accounts`) or the published file itself has changed since that file was built.
    """
    note = note_of(published)
    if note is None or (note.code, note.accounts) != (tables_digest(), accounts):
        return []
    if has_wal(published) or not published.is_file():
        return []
    days = sorted(manifest.days.items())
    # Later days are built again, so that their rows follow and each table stays in the order of its key.
    kept = [day for day, _ in takewhile(lambda each: note.days.get(str(each[0])) == each[1].content, days)]
    if not kept:
        return []
    shutil.copyfile(published, fresh)
    if file_sha256(fresh) == note.sha256:
        return kept
    fresh.unlink()
    return []


def keep_only(connection: duckdb.DuckDBPyConnection, names: Sequence[str], days: Sequence[date]) -> dict[str, int]:
    """Delete all rows of a copy of the published file, attached as `out`, except rows of `days` in the tables `names`.

    Return the number of rows left in each of these tables.
    """
    for name in TABLES:
        if name in names:
            connection.execute(f"DELETE FROM out.{name} WHERE NOT list_contains($days, day)", {"days": list(days)})
        else:
            connection.execute(f"DELETE FROM out.{name}")
    # DuckDB can then reuse the freed space at once.
    connection.execute("CHECKPOINT out")
    return {name: connection.execute(f"SELECT count(*) FROM out.{name}").fetchall()[0][0] for name in names}
