"""The tables of resource packages and of reconciliation of a data folder, from its day tables.

Lives here: what is read for them. What is made of it is in `package_tables.py`, and in `reconciliation.py`.
"""

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Final

import duckdb
import polars as pl

from pipelines.billing.inputs import SegmentUses, accounts_of
from pipelines.billing.log_side import Counts, LogSide, by_hours, with_sums
from pipelines.billing.outlook import days_to_come
from pipelines.billing.package_tables import no_packages, package_tables
from pipelines.billing.reconciliation import no_reconciliation, reconciliation_tables
from pipelines.billing.states import AsOf
from pipelines.billing.tolerance import Tolerance
from pipelines.common.days import day_start
from pipelines.common.sql import sql
from pipelines.contract.accounts import account_rules
from pipelines.contract.registry import Registry
from pipelines.contract.settings import Settings
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

_RULES: Final = {"app_key": pl.String, "vendor": pl.String, "rank": pl.Int32, "account_id": pl.String}
# Where there is no file to read of a day table.
_NOTHING: Final = {
    "verification_hours": "SELECT NULL::DATE AS day, 0 AS hour, '' AS app_key, '' AS vendor, '' AS channel, "
    "0 AS requests, 0 AS successes, 0 AS mismatches, 0 AS unknowns, 0 AS uses, 0 AS duplicates, 0 AS late WHERE false",
    "use_segments": "SELECT NULL::DATE AS day, NULL::TIMESTAMP AS starts_at, '' AS app_key, '' AS vendor, "
    "0 AS uses WHERE false",
}


def billing_tables(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    manifest: Manifest,
    settings: Settings,
    registry: Registry,
    as_of: date,
) -> dict[str, pl.DataFrame]:
    """The tables of resource packages and of reconciliation as of a day, by name.

    Args:
        connection: a workbench; temporary views of day tables are made in it.

    Raises:
        BooksError: the ledger does not sum.
    """
    _create_views(connection, store, manifest, registry, as_of)
    complete = _complete(store, manifest, as_of)
    packages = _packages(connection, complete, settings, registry, as_of)
    return packages | _reconciliation(
        connection, complete, settings, registry, packages["resource_package_usage"], as_of
    )


def no_billing() -> dict[str, pl.DataFrame]:
    """The same tables without a row."""
    return no_packages() | no_reconciliation()


def _packages(
    connection: duckdb.DuckDBPyConnection, complete: set[date], settings: Settings, registry: Registry, as_of: date
) -> dict[str, pl.DataFrame]:
    bought = registry.bought
    if not bought.packages:
        return no_packages()
    at = AsOf(
        as_of,
        day_start(as_of + timedelta(days=1), settings.timezone),
        complete,
        days_to_come(as_of, settings.timezone),
        settings.timezone,
        settings.buy_lead_days,
    )
    accounts = {"accounts": sorted({one.account_id for one in bought.packages})}
    uses = connection.execute(sql("pipelines.billing", "account_uses"), accounts).fetchall()
    cut = connection.execute(sql("pipelines.billing", "account_segments"), accounts).fetchall()
    segments: list[SegmentUses] = [(day, starts_at.replace(tzinfo=UTC), *rest) for day, starts_at, *rest in cut]
    return package_tables(accounts_of(bought, uses, segments), at)


def _reconciliation(
    connection: duckdb.DuckDBPyConnection, complete: set[date], settings: Settings, registry: Registry,
    usage: pl.DataFrame, as_of: date,
) -> dict[str, pl.DataFrame]:  # fmt: skip
    statements = registry.statements
    if not (statements.console or statements.bills):
        return no_reconciliation()
    of_console, of_bills = ({key.account_id for key in keys} for keys in (statements.console, statements.bills))
    days = connection.execute(
        sql("pipelines.billing", "log_days"), {"accounts": sorted(of_console | of_bills)}
    ).fetchall()
    hours = connection.execute(sql("pipelines.billing", "log_hours"), {"accounts": sorted(of_console)}).fetchall()
    log = LogSide(
        as_of,
        complete,
        with_sums((*key, Counts(*counts)) for *key, counts in ((*row[:4], row[4:]) for row in days)),
        by_hours((*key, Counts(*counts)) for *key, counts in ((*row[:4], row[4:]) for row in hours)),
        _overflow(days, usage, {one.account_id for one in registry.bought.packages}),
    )
    tolerance = Tolerance(settings.tolerance_records, settings.tolerance_share)
    return reconciliation_tables(statements, log, tolerance, settings.timezone)


def _overflow(
    days: list[tuple[date, str, str, str, int, int, int, int, int, int, int]], usage: pl.DataFrame,
    with_package: set[str],
) -> Mapping[tuple[date, str], int]:  # fmt: skip
    """Uses that no package covered, by day and account: of one without a package, all."""
    overflow: dict[tuple[date, str], int] = {}
    for row in days:
        if row[1] not in with_package:
            overflow[row[0], row[1]] = overflow.get((row[0], row[1]), 0) + row[8]
    for day, account_id, package_id, uses in usage.select(
        "day", "account_id", "resource_package_id", "uses"
    ).iter_rows():
        if package_id is None:
            overflow[day, account_id] = overflow.get((day, account_id), 0) + uses
    return overflow


def _complete(store: Store, manifest: Manifest, as_of: date) -> set[date]:
    """The days whose uses are known: one whose events are gone may be of before these tables."""
    return {
        day
        for day, entry in manifest.days.items()
        if day <= as_of and store.day_table(entry, "verification_hours").is_file()
    }


def _create_views(
    connection: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, registry: Registry, as_of: date
) -> None:
    """The stored uses of all days up to one, and the account of each app and vendor."""
    days = [entry for day, entry in sorted(manifest.days.items()) if day <= as_of]
    for name, nothing in _NOTHING.items():
        # A day whose events are gone may be of before these tables.
        files = [str(file) for entry in days if (file := store.day_table(entry, name)).is_file()]
        connection.execute(f"SET VARIABLE {name}_files = $files", {"files": files})
        query = f"FROM read_parquet(getvariable('{name}_files'), hive_partitioning = false)" if files else nothing
        connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
    rules = account_rules(registry.accounts, registry.apps)
    connection.register("account_rules", pl.DataFrame(list(rules), schema=_RULES, orient="row").to_arrow())
    connection.execute(f"CREATE TEMP TABLE app_accounts AS {sql('pipelines.billing', 'app_accounts')}")
