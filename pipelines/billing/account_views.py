"""Creates relations with the hourly counts of verification records, summed by the account to which they are billed.

The billing tables are computed from these relations.
"""

from collections.abc import Sequence
from typing import Final

import duckdb
import pyarrow as pa

from pipelines.contract.measures.counts import VERIFIED
from pipelines.contract.measures.sql import sql, sums
from pipelines.contract.registry.accounts import account_rules
from pipelines.contract.registry.registry import Registry
from pipelines.store.database import set_files

_RULES: Final = pa.schema(
    [("app_key", pa.string()), ("vendor", pa.string()), ("rank", pa.int32()), ("account_id", pa.string())]
)
_NO_HOURS: Final = (
    "SELECT NULL::DATE AS day, 0 AS hour, '' AS app_key, '' AS vendor, '' AS channel, "
    "0 AS requests, 0 AS successes, 0 AS mismatches, 0 AS unknowns, 0 AS uses, 0 AS duplicates, 0 AS late WHERE false"
)


def _by_account(*keys: str) -> str:
    """Return a query for the counts of verification records by billed account; `keys` are the columns of its key."""
    return (
        f"SELECT {', '.join(keys)}, {sums(VERIFIED)} FROM verification_hours "
        "JOIN app_accounts USING (app_key, vendor) GROUP BY ALL"
    )


ACCOUNT_VIEWS: Final = {
    "account_days": _by_account("day", "account_id", "app_key", "channel"),
    "account_hours": _by_account("day", "hour", "account_id", "channel"),
}


def create_account_views(connection: duckdb.DuckDBPyConnection, registry: Registry, files: Sequence[str]) -> None:
    """Create `verification_hours` with the rows of the Parquet files `files`, `app_accounts` with the account of each
    app and vendor, and the `ACCOUNT_VIEWS`.
    """
    set_files(connection, {"verification_hours_files": list(files)})
    hours = "FROM read_parquet(getvariable('verification_hours_files'), hive_partitioning = false)"
    connection.execute(f"CREATE TEMP VIEW verification_hours AS {hours if files else _NO_HOURS}")
    rules = zip(*account_rules(registry.accounts, registry.apps), strict=True)
    connection.register("account_rules", pa.table([list(column) for column in rules], _RULES))
    # A table, not a view: each query reads it, and computing it reads every hour.
    connection.execute(f"CREATE TEMP TABLE app_accounts AS {sql('pipelines.billing', 'app_accounts')}")
    for name, query in ACCOUNT_VIEWS.items():
        connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
