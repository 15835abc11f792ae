"""The tables of reconciliation: consoles and bills compared with the log, by day and by month."""

import polars as pl

from pipelines.billing.frames import frame
from pipelines.billing.reconciliation.log_side import LogSide
from pipelines.billing.reconciliation.reconciled_days import reconciled_days, whole_console
from pipelines.billing.reconciliation.reconciled_months import reconciled_months
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.contract.registry.statements import ProviderStatements


def reconciliation_tables(
    statements: ProviderStatements, log: LogSide, tolerance: Tolerance, zone: str
) -> dict[str, pl.DataFrame]:
    """Return the tables of days and of months, by name, each sorted by its key; `zone` is the business time zone."""
    console = whole_console(statements.console)
    return {
        "reconciliation_daily": frame("reconciliation_daily", reconciled_days(console, log, tolerance, zone)),
        "reconciliation_monthly": frame(
            "reconciliation_monthly", reconciled_months(statements.bills, console, log, tolerance, zone)
        ),
    }


def no_reconciliation() -> dict[str, pl.DataFrame]:
    """Return the daily and the monthly table, both empty."""
    return {
        "reconciliation_daily": frame("reconciliation_daily"),
        "reconciliation_monthly": frame("reconciliation_monthly"),
    }
