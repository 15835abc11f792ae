"""The tables of reconciliation: consoles and bills compared with the log, by day and by month."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from pipelines.billing.reconciliation.log_side import LogSide
from pipelines.billing.reconciliation.reconciled_days import DayReconciled, reconciled_days, whole_console
from pipelines.billing.reconciliation.reconciled_months import MonthReconciled, reconciled_months
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.contract.registry.statements import ProviderStatements

_TEXTS: Final = ("account_id", "app_key", "channel", "measure", "cause")
_TYPES: Final = (
    dict.fromkeys(_TEXTS, pl.String())
    | dict.fromkeys(("day", "month"), pl.Date())
    | {"shift_hours": pl.Int32(), "log_days": pl.Int32(), "console_days": pl.Int32(), "amount": pl.Float64()}
)


def reconciliation_tables(
    statements: ProviderStatements, log: LogSide, tolerance: Tolerance, zone: str
) -> dict[str, pl.DataFrame]:
    """Return the tables of days and of months, by name, each sorted by its key; `zone` is the business time zone."""
    console = whole_console(statements.console)
    return {
        "reconciliation_daily": _frame(DayReconciled._fields, reconciled_days(console, log, tolerance, zone)),
        "reconciliation_monthly": _frame(
            MonthReconciled._fields, reconciled_months(statements.bills, console, log, tolerance, zone)
        ),
    }


def no_reconciliation() -> dict[str, pl.DataFrame]:
    """Return the daily and the monthly table, both empty."""
    return {
        "reconciliation_daily": _frame(DayReconciled._fields, []),
        "reconciliation_monthly": _frame(MonthReconciled._fields, []),
    }


def _frame(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pl.DataFrame(
        [pl.Series(name, values, _TYPES.get(name, pl.Int64())) for name, values in zip(names, columns, strict=True)]
    )
