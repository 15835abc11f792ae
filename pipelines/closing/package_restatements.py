"""Restatements of resource packages whose published balance changed: the first changed day of each."""

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Final

import duckdb

from pipelines.common.errors import UsageError
from pipelines.store.manifest import Manifest
from pipelines.store.publication_note import may_have_packages
from pipelines.store.published_file import open_published, run_of
from pipelines.store.store import Store

if TYPE_CHECKING:
    import polars as pl

_METRIC: Final = "resource_package_remaining"
_PUBLISHED: Final = "SELECT day, resource_package_id, remaining AS published_before FROM resource_package_daily"


def note_changed_packages(store: Store, manifest: Manifest, tables: "Mapping[str, pl.DataFrame] | None") -> int:
    """Store a restatement of each package whose published balance changed; return the number of packages.

    The restatements are stored as a file, which is added to the manifest. `published_now` is NULL if the package no
    longer has a row for the day.

    Args:
        tables: the tables of resource packages that are about to be published; None if there are no packages.
    """
    if tables is None and not may_have_packages(store.database):
        return 0
    before = _published(store, manifest)
    if before is None:
        return 0
    import polars as pl

    from pipelines.billing.packages.package_tables import no_packages
    from pipelines.rollup.restatements import ALL, REGISTRY, SCHEMA

    key = ["day", "resource_package_id"]
    now = (tables or no_packages())["resource_package_daily"].select(*key, published_now="remaining")
    changed = (
        before.join(now, on=key, how="left")
        .filter(pl.col("published_before").ne_missing(pl.col("published_now")))
        .sort(key)
        .unique("resource_package_id", keep="first", maintain_order=True)
    )
    if changed.is_empty():
        return 0
    rows = changed.with_columns(
        run=pl.lit(manifest.run + 1),
        app_key=pl.lit(ALL),
        channel="resource_package_id",
        metric=pl.lit(_METRIC),
        closed_through=pl.lit(manifest.closed_through, pl.Date),
    ).join(_causes(store, manifest), on="day", how="left")
    typed = [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    return store.add_restatements(
        manifest, [rows.with_columns(pl.col("cause").fill_null(REGISTRY)).select(typed)], "packages"
    )


def _published(store: Store, manifest: Manifest) -> "pl.DataFrame | None":
    """Return the published ledger; None if it is empty or cannot be read.

    Return None also if the published file is not from the manifest's last run, which already stored its restatements.
    """
    try:
        with closing(open_published(store.database)) as connection:
            if run_of(connection)[0] != manifest.run or not connection.execute(f"{_PUBLISHED} LIMIT 1").fetchall():
                return None
            import polars as pl

            return pl.DataFrame(connection.sql(_PUBLISHED))
    except (UsageError, duckdb.Error):
        # The file is missing, unreadable, or of a version without the table: the next one is built from scratch.
        return None


def _causes(store: Store, manifest: Manifest) -> "pl.DataFrame":
    """Return one row for each day that this run restated, with the causes joined to one text."""
    import polars as pl

    from pipelines.rollup.restatements import SCHEMA

    frames = [pl.read_parquet(file) for file in store.restatement_files(manifest, manifest.run + 1)]
    of_run = pl.concat([pl.DataFrame(schema=SCHEMA), *frames])
    return of_run.group_by("day").agg(pl.col("cause").unique().sort().str.join("; "))
