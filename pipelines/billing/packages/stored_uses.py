"""Reads the uses of the accounts with packages from the stored hours, as input of the ledger.

On days when an account's uses are divided among packages (`shared_days` of its ledger), they are read by app. On all
other days they are one row with the app `*`. `inputs.py` turns the rows into accounts.
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
    """Return the accounts with a package, sorted by id, with their uses up to a day.

    Args:
        connection: has the relations that `billing_tables` creates.
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
    """Return the uses of the accounts in `names` from each cut of a day to the next. Days and accounts in `shared` have
    a row for each app, all others one row with the app `*`. Each cut also has a row with the account `NO_ACCOUNT`.
    """
    frame = pl.DataFrame(shared, schema=_SHARED_DAYS, orient="row")
    connection.register("shared_days", frame.to_arrow())
    cut: list[Any] = connection.execute(sql("pipelines.billing", "account_segments"), names).fetchall()
    return [(day, starts_at.replace(tzinfo=UTC), *rest) for day, starts_at, *rest in cut]
