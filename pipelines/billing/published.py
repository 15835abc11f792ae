"""Reads the stored day tables of a data folder, and returns the tables of resource packages and of reconciliation.

`packages/package_tables.py`, `reconciliation/reconciled_days.py` and `reconciled_months.py` compute the rows.
"""

from datetime import date, timedelta
from typing import Final

import duckdb
import polars as pl

from pipelines.billing.account_views import create_account_views
from pipelines.billing.frames import frame
from pipelines.billing.packages.outlook import future_days
from pipelines.billing.packages.package_tables import no_packages, package_tables
from pipelines.billing.packages.states import AsOf
from pipelines.billing.packages.stored_uses import stored_accounts
from pipelines.billing.reconciliation.reconciled_days import reconciled_days, whole_console
from pipelines.billing.reconciliation.reconciled_months import reconciled_months
from pipelines.billing.reconciliation.stored_log import stored_log
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.common.days import day_start
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import set_files
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

# Used if no day has the table `use_segments`.
_NO_SEGMENTS: Final = (
    "SELECT NULL::DATE AS day, NULL::TIMESTAMP AS starts_at, '' AS app_key, '' AS vendor, 0 AS uses WHERE false"
)


BILLING_TABLES: Final = (
    "resource_package_daily", "resource_package_usage", "resource_packages", "resource_package_forecast",
    "reconciliation_daily", "reconciliation_monthly",
)  # fmt: skip


def billing_tables(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    manifest: Manifest,
    settings: Settings,
    registry: Registry,
    as_of: date,
) -> dict[str, pl.DataFrame]:
    """Return the tables of resource packages and of reconciliation as of a day, by name.

    If all uses of an account on a day are drawn from one package, or from none, they are one row of
    `resource_package_usage` with the app `*`.

    Args:
        connection: an in-memory DuckDB (`store/database.py`); temporary views of day tables are created in it.

    Raises:
        BooksError: the rows of the ledger do not add up.
    """
    _create_views(connection, store, manifest, registry, as_of)
    complete = _complete(store, manifest, as_of)
    packages = _packages(connection, complete, settings, registry, as_of)
    return packages | _reconciliation(
        connection, complete, settings, registry, packages["resource_package_usage"], as_of
    )


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
        future_days(as_of, settings.timezone),
        settings.timezone,
        settings.buy_lead_days,
    )
    return package_tables(stored_accounts(connection, bought, as_of), at)


def _reconciliation(
    connection: duckdb.DuckDBPyConnection, complete: set[date], settings: Settings, registry: Registry,
    usage: pl.DataFrame, as_of: date,
) -> dict[str, pl.DataFrame]:  # fmt: skip
    statements = registry.statements
    if not (statements.console or statements.bills):
        return {name: frame(name) for name in ("reconciliation_daily", "reconciliation_monthly")}
    with_package = {one.account_id for one in registry.bought.packages}
    log = stored_log(connection, statements, usage, with_package, complete, as_of)
    given = log, Tolerance(settings.tolerance_records, settings.tolerance_share), settings.timezone
    console = whole_console(statements.console)
    return {
        "reconciliation_daily": frame("reconciliation_daily", reconciled_days(console, *given)),
        "reconciliation_monthly": frame("reconciliation_monthly", reconciled_months(statements.bills, console, *given)),
    }


def _complete(store: Store, manifest: Manifest, as_of: date) -> set[date]:
    """Return the days up to the as-of that have a stored table `verification_hours`.

    Days whose events are deleted can lack it: they may have been rolled up by versions without the table.
    """
    return {
        day
        for day, entry in manifest.days.items()
        if day <= as_of and store.day_table(entry, "verification_hours").is_file()
    }


def _create_views(
    connection: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, registry: Registry, as_of: date
) -> None:
    """Create views of the stored uses up to a day, and the table `asked_hours`: the hourly counts of all accounts with
    a package, console or bill.
    """

    def files_of(name: str) -> list[str]:
        # Days whose events are deleted may have been rolled up by versions without these tables.
        stored = [store.day_table(entry, name) for day, entry in sorted(manifest.days.items()) if day <= as_of]
        return [str(file) for file in stored if file.is_file()]

    create_account_views(connection, registry, files_of("verification_hours"))
    cut = files_of("use_segments")
    set_files(connection, {"use_segments_files": cut})
    segments = "FROM read_parquet(getvariable('use_segments_files'), hive_partitioning = false)"
    connection.execute(f"CREATE TEMP VIEW use_segments AS {segments if cut else _NO_SEGMENTS}")
    of_packages = {one.account_id for one in registry.bought.packages}
    of_console = {key.account_id for key in registry.statements.console}
    of_bills = {key.account_id for key in registry.statements.bills}
    connection.execute("SET VARIABLE asked = $asked", {"asked": sorted(of_packages | of_console | of_bills)})
    connection.execute(
        "CREATE TEMP TABLE asked_hours AS FROM account_hours WHERE list_contains(getvariable('asked'), account_id)"
    )
