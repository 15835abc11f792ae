"""The uses of the accounts with packages, from the stored hours: what the ledger is given.

The database makes the sums; packages and accounts are walked along their days. Apps are looked at on the days alone on
which they share more than one package: on the others the uses of all stand under the app `*`.

Lives here: what is read. How it becomes accounts is in `inputs.py`.
"""

from datetime import UTC, date
from typing import Any, Final

import duckdb
import polars as pl

from pipelines.billing.packages.account import Account
from pipelines.billing.packages.inputs import DayUses, SegmentUses, accounts_of
from pipelines.billing.packages.ledger import account_ledger
from pipelines.contract.measures.sql import sql
from pipelines.contract.registry.packages import Packages

_SHARED_DAYS: Final = {"day": pl.Date, "account_id": pl.String}


def stored_accounts(connection: duckdb.DuckDBPyConnection, bought: Packages, as_of: date) -> list[Account]:
    """The accounts with a package, in order, with their uses up to a day.

    Args:
        connection: with the relations that `billing_tables` makes.
    """
    names = {"accounts": sorted({one.account_id for one in bought.packages})}
    uses: list[DayUses] = connection.execute(sql("pipelines.billing", "account_uses"), names).fetchall()
    accounts = accounts_of(bought, uses, _segments(connection, names, []))
    shared = {(day, one.account_id) for one in accounts for day in account_ledger(one, as_of, bought.zone).shared_days}
    if not shared:
        return accounts
    segments = _segments(connection, names, sorted(shared))
    by_app: list[DayUses] = connection.execute(sql("pipelines.billing", "shared_uses")).fetchall()
    return accounts_of(bought, [*(use for use in uses if use[:2] not in shared), *by_app], segments)


def _segments(
    connection: duckdb.DuckDBPyConnection, names: dict[str, list[str]], shared: list[tuple[date, str]]
) -> list[SegmentUses]:
    """The uses between the cuts of days, by app in the days and accounts that share."""
    frame = pl.DataFrame(shared, schema=_SHARED_DAYS, orient="row")
    connection.register("shared_days", frame.to_arrow())
    cut: list[Any] = connection.execute(sql("pipelines.billing", "account_segments"), names).fetchall()
    return [(day, starts_at.replace(tzinfo=UTC), *rest) for day, starts_at, *rest in cut]
