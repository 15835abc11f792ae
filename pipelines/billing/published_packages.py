"""The tables of resource packages of a data folder, from its day tables.

Lives here: what is read for them. What is made of it is in `package_tables.py`.
"""

from datetime import UTC, date, timedelta

import duckdb
import polars as pl

from pipelines.billing.inputs import SegmentUses, accounts_of
from pipelines.billing.outlook import days_to_come
from pipelines.billing.package_tables import no_packages, package_tables
from pipelines.billing.states import AsOf
from pipelines.common.days import day_start
from pipelines.common.sql import sql
from pipelines.contract.accounts import account_rules
from pipelines.contract.registry import Registry
from pipelines.contract.settings import Settings
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

_RULES = {"app_key": pl.String, "vendor": pl.String, "rank": pl.Int32, "account_id": pl.String}
# Where there is no file to read of a day table.
_NOTHING = {
    "verification_hours": "SELECT NULL::DATE AS day, '' AS app_key, '' AS vendor, 0::BIGINT AS uses WHERE false",
    "use_segments": "SELECT NULL::DATE AS day, NULL::TIMESTAMP AS starts_at, '' AS app_key, '' AS vendor, "
    "0::BIGINT AS uses WHERE false",
}


def published_packages(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    manifest: Manifest,
    settings: Settings,
    registry: Registry,
    as_of: date | None,
) -> dict[str, pl.DataFrame]:
    """The tables of resource packages as of a day, by name.

    Args:
        connection: a workbench; its temporary views of day tables are made here.

    Raises:
        BooksError: the ledger does not sum.
    """
    bought = registry.bought
    if not bought.packages or as_of is None:
        return no_packages()
    at = AsOf(
        as_of,
        day_start(as_of + timedelta(days=1), settings.timezone),
        {day for day in manifest.days if day <= as_of},
        days_to_come(as_of, settings.timezone),
        settings.timezone,
        settings.buy_lead_days,
    )
    _create_views(connection, store, manifest, registry, as_of)
    accounts = {"accounts": sorted({one.account_id for one in bought.packages})}
    uses = connection.execute(sql("pipelines.billing", "account_uses"), accounts).fetchall()
    cut = connection.execute(sql("pipelines.billing", "account_segments"), accounts).fetchall()
    segments: list[SegmentUses] = [(day, starts_at.replace(tzinfo=UTC), *rest) for day, starts_at, *rest in cut]
    return package_tables(accounts_of(bought, uses, segments), at)


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
