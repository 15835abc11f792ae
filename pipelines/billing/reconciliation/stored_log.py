"""Reads the log's side of reconciliation from the stored hours.

DuckDB computes the sums of all apps, and the sums of the apps that a console names.
"""

from collections.abc import Iterable, Set
from datetime import date
from typing import Any, Final

import duckdb
import polars as pl

from pipelines.billing.reconciliation.log_side import LogCounts, LogSide, by_hours
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.statements import NUMBER, ProviderStatements

_NAMED_APPS: Final = {"account_id": pl.String, "app_key": pl.String}


def stored_log(
    connection: duckdb.DuckDBPyConnection, statements: ProviderStatements, usage: pl.DataFrame, with_package: Set[str],
    complete: set[date], as_of: date,
) -> LogSide:  # fmt: skip
    """Return the log's counts of the accounts that have a console or bill in `statements`, up to a day.

    Args:
        connection: has the relations that `billing_tables` creates.
        usage: rows of `resource_package_usage`: the uses drawn from each package, and the uses that no package covers.
        with_package: the accounts with a package.
        complete: the days with data.
    """
    of_console, of_bills = ({key.account_id for key in keys} for keys in (statements.console, statements.bills))
    days = _rows(connection, "log_days", of_console | of_bills)
    hours = _rows(connection, "log_hours", of_console)
    return LogSide(
        as_of,
        complete,
        {(row[0], row[1], row[2], row[3]): LogCounts(*row[4:]) for row in (*days, *_app_days(connection, statements))},
        by_hours((*row[:4], LogCounts(*row[4:])) for row in hours),
        _overflow(days, usage, with_package),
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str, accounts: Iterable[str]) -> list[Any]:
    return connection.execute(sql("pipelines.billing", query), {"accounts": sorted(accounts)}).fetchall()


def _app_days(connection: duckdb.DuckDBPyConnection, statements: ProviderStatements) -> list[Any]:
    named = sorted({(key.account_id, key.app_key) for key in statements.console if key.app_key != ALL_APPS})
    if not named:
        return []
    connection.register("named_apps", pl.DataFrame(named, schema=_NAMED_APPS, orient="row").to_arrow())
    return connection.execute(sql("pipelines.billing", "log_app_days")).fetchall()


def _overflow(days: Iterable[Any], usage: pl.DataFrame, with_package: Set[str]) -> dict[tuple[date, str], int]:
    """Return the uses that no package covered, by day and account.

    Args:
        days: rows of `sql/log_days.sql`. For an account without a package, all its uses are returned.
        usage: rows of `resource_package_usage`.
        with_package: the accounts with a package.
    """
    overflow: dict[tuple[date, str], int] = {
        (day, account_id): LogCounts(*counts).uses
        for day, account_id, _, channel, *counts in days
        if channel == NUMBER and account_id not in with_package
    }
    uncovered = usage.filter(pl.col("resource_package_id").is_null()).select("day", "account_id", "uses")
    for day, account_id, uses in uncovered.iter_rows():
        overflow[day, account_id] = overflow.get((day, account_id), 0) + uses
    return overflow
