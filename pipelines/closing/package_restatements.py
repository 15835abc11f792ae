"""Stores a restatement of each resource package whose published balance changed, for the first day that changed."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

import duckdb

from pipelines.common.errors import UsageError
from pipelines.contract.tables.restatement_causes import CAUSE_SEPARATOR, DAYS_REMOVED, READ_AGAIN, RULES_CHANGED
from pipelines.store.manifest import OF_PACKAGES, Manifest
from pipelines.store.publication_note import may_have_packages, note_of
from pipelines.store.published_file import published_tables, run_of
from pipelines.store.store import Store

if TYPE_CHECKING:
    import polars as pl

_METRIC: Final = "resource_package_remaining"
_NOTED: Final = ("day", "channel", "published_now")
_PUBLISHED: Final = (
    "SELECT day, resource_package_id, account_id, remaining AS published_before FROM resource_package_daily"
)


def note_changed_packages(
    store: Store, manifest: Manifest, tables: "Mapping[str, pl.DataFrame] | None", causes_by_day: Mapping[date, str]
) -> int:
    """Store a restatement of each package whose published balance changed; return the number of restatements.

    The restatements are stored as a file, which is added to the manifest. A change that a killed run stored, but did
    not publish, is not stored again.

    Args:
        tables: the tables of resource packages that are about to be published; None if there are no packages.
        causes_by_day: the cause for each closed day whose tables changed in this run, also if no figure changed.
    """
    if tables is None and not may_have_packages(store.database):
        return 0
    published = _published(store, manifest)
    if published is None:
        return 0
    run, before = published
    import polars as pl

    from pipelines.billing.packages.package_tables import no_packages
    from pipelines.rollup.restatements import ALL, SCHEMA

    # If a use only moved to another time of the day, no figure of the day changes, but a balance can change.
    rolled_up = pl.DataFrame(sorted(causes_by_day.items()), {"day": pl.Date, "cause": pl.String}, orient="row")
    key = ["day", "resource_package_id"]
    now = (tables or no_packages())["resource_package_daily"].select(*key, published_now="remaining")
    # `published_now` is NULL if the package no longer has a row for the day.
    changed = (
        before.join(now, on=key, how="left")
        .filter(pl.col("published_before").ne_missing(pl.col("published_now")))
        .sort(key)
        .unique("resource_package_id", keep="first", maintain_order=True)
    )
    if changed.is_empty():
        return 0
    since = _restatements(store, manifest, run + 1)
    noted = since.filter(pl.col("metric") == _METRIC).select(_NOTED)
    # If packages were published before the first log arrived, no day was closed, and no restatement names the cause.
    causes = pl.concat([since, rolled_up, _first_files(store, manifest)], how="diagonal")
    causes = causes.select("day", pl.col("cause").str.split(CAUSE_SEPARATOR)).explode("cause")
    if first := _first_after_removal(store, manifest):
        # The ledger has no uses for a removed day, which can change the balance.
        removed = changed.filter(pl.col("day") < first).select("day", cause=pl.lit(DAYS_REMOVED))
        causes = pl.concat([causes, removed])
    # A balance can also change because that of another package of the account had changed before.
    days = pl.concat_list("day", pl.col("day").min().over("account_id"))
    by_package = changed.select("resource_package_id", day=days).explode("day").join(causes, on="day")
    found = by_package.group_by("resource_package_id").agg(pl.col("cause").unique().sort().str.join(CAUSE_SEPARATOR))
    rows = (
        changed.with_columns(
            run=pl.lit(manifest.run + 1),
            app_key=pl.lit(ALL),
            channel="resource_package_id",
            metric=pl.lit(_METRIC),
            closed_through=pl.lit(manifest.closed_through, pl.Date),
        )
        .join(noted, on=_NOTED, how="anti", nulls_equal=True)
        .join(found, on="resource_package_id", how="left")
        .with_columns(pl.col("cause").fill_null(RULES_CHANGED))
    )
    typed = [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    return store.add_restatements(manifest, [rows.select(typed)], OF_PACKAGES)


def _published(store: Store, manifest: Manifest) -> "tuple[int, pl.DataFrame] | None":
    """Return the run of the published ledger, and the balances in the ledger, as `published_before`. Return None if the
    ledger is empty, cannot be read or is newer than the manifest.
    """
    try:
        with published_tables(store.database) as connection:
            run = run_of(connection)[0]
            if run > manifest.run or not connection.execute(f"{_PUBLISHED} LIMIT 1").fetchall():
                return None
            import polars as pl

            return run, pl.DataFrame(connection.sql(_PUBLISHED))
    except (UsageError, duckdb.Error):
        # The file is missing, unreadable, or of a version without the table: the next one is built from scratch.
        return None


def _restatements(store: Store, manifest: Manifest, first: int) -> "pl.DataFrame":
    """Return the restatements of all runs from the run `first` to this one."""
    import polars as pl

    from pipelines.rollup.restatements import SCHEMA

    files = [file for run in range(first, manifest.run + 2) for file in store.restatement_files(manifest, run)]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *(pl.read_parquet(file) for file in files)])


def _first_after_removal(store: Store, manifest: Manifest) -> date | None:
    """Return the first day that retention kept; None if it removed no day since the last publication."""
    first, note = manifest.days_from, note_of(store.database)
    return first if first and (note is None or any(day < str(first) for day in note.days)) else None


def _first_files(store: Store, manifest: Manifest) -> "pl.DataFrame":
    """Return a row for each pair of a new day and a file with records of that day; the path of the file is the `cause`,
    marked if the file was read again. New days are days that the published file lacks.
    """
    import polars as pl

    note = note_of(store.database)
    known = note.days if note else {}
    new = {day for day in manifest.days if note and str(day) not in known}
    causes = [(file, f"{file.path}{READ_AGAIN}" if file.earlier_parts else file.path) for file in manifest.live_files()]
    rows = sorted({(day, cause) for file, cause in causes for day in new.intersection(file.days)})
    return pl.DataFrame(rows, {"day": pl.Date, "cause": pl.String}, orient="row")
