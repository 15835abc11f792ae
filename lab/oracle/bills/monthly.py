"""Computes `reconciliation_monthly`, by section 12 of the contract: bills against the log and the console."""

# Where the contract is silent, this count decides:
# - `number` (both channels together) is searched by account and month. If only the console has it, the bills of the
#   channels keep their rows and get one `number` row in addition, with the sums of their amounts and overflow. If only
#   the bills have it, the console's channels are summed by day, and the shift is searched in these sums.
# - Overflow is the account's, over all channels, also for a bill of one channel. An account without packages has only
#   overflow.
# - `log` and `console` of an incomplete month are sums of its days with data; a day of the console needs `billed`.
# - The console's side of `overflow` is NULL, with 0 days.
# - The shifted hours of a month touch its days and one more day, before or after.

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from lab.oracle.bills.daily import Console, console_counts, series_of
from lab.oracle.bills.ledger import Ledger
from lab.oracle.bills.measures import ALL_APPS, BOTH, Log, by_count, channels_of, is_covered, shift_of, tolerance
from lab.oracle.bills.times import month_days
from lab.oracle.bills.world import World
from lab.oracle.counts import Row

Number = TypeVar("Number", int, Decimal)


class Figures(NamedTuple):
    """The figures of a bill."""

    quantity: int
    overflow: int | None
    amount: Decimal | None


class Bill(NamedTuple):
    """A bill, and the console's daily counts of its month and channel."""

    month: date
    account: str
    channel: str
    quantity: int
    overflow: int | None
    amount: Decimal | None
    console: dict[date, int]


class MonthlyRow(NamedTuple):
    """A row of `reconciliation_monthly`."""

    month: date
    account_id: str
    channel: str
    measure: str
    log: int
    console: int | None
    bill: int
    bill_minus_log: int
    bill_minus_console: int | None
    log_days: int
    console_days: int
    tolerance: int
    cause: str | None
    explained: int
    unexplained: int
    amount: Decimal | None


def bills_of(world: World, console: Console) -> list[Bill]:
    """Return the bills of months that have ended, each with the console's daily counts of its channel."""
    by_account: dict[tuple[date, str], dict[str, Figures]] = defaultdict(dict)
    for row in world.bills:
        if month_days(row.month)[-1] <= world.as_of:
            figures = Figures(row.quantity, row.overflow_quantity, row.amount)
            by_account[row.month, row.account_id][row.channel] = figures
    found: list[Bill] = []
    for (month, account), said in sorted(by_account.items()):
        names = (*channels_of(BOTH), BOTH)
        series = {name: series_of(console, account, name, "billed", month) for name in names}
        if series[BOTH] and BOTH not in said:
            parts = list(said.values())
            said[BOTH] = Figures(
                sum(part.quantity for part in parts),
                _sum(part.overflow for part in parts),
                _sum(part.amount for part in parts),
            )
        elif BOTH in said and not series[BOTH]:
            days = {day for name in channels_of(BOTH) for day in series[name]}
            series[BOTH] = {day: sum(series[name].get(day, 0) for name in channels_of(BOTH)) for day in sorted(days)}
        found += [Bill(month, account, name, *said[name], series[name]) for name in sorted(said)]
    return found


def _sum(parts: Iterable[Number | None]) -> Number | None:
    given = [part for part in parts if part is not None]
    return sum(given[1:], given[0]) if given else None


def reconciliation_monthly(world: World, book: Ledger) -> list[Row]:
    """Return the rows of `reconciliation_monthly`. Its key: month, account_id, channel, measure."""
    log = Log(world)
    quantities, overflows = [], []
    for bill in bills_of(world, console_counts(world)):
        overflow = _overflow(log, book, bill)
        quantities.append(_quantity(log, bill, overflow))
        if bill.channel == BOTH and bill.overflow is not None:
            overflows.append(_overflow_row(log, bill, overflow))
    rows = _explained(log, quantities) + overflows
    return [row._asdict() for row in sorted(rows, key=lambda row: row[:4])]


def _overflow(log: Log, book: Ledger, bill: Bill) -> int:
    days = month_days(bill.month)
    if bill.account not in {account for _, account, _, _ in book.usage}:
        return log.count(days, bill.account, ALL_APPS, BOTH, "billed")
    return sum(
        uses
        for (day, account, _, package), uses in book.usage.items()
        if (account, package) == (bill.account, None) and day in days
    )


def _row(log: Log, bill: Bill, measure: str, logged: int, said: int) -> MonthlyRow:
    """Return the row of a bill and measure, from the log's count and the bill's count (`said`).

    The cause is None if the difference is not tolerated and all days of the month have data.
    """
    days = month_days(bill.month)
    console = bill.console if measure == "quantity" else {}
    log_days = len(log.world.complete.intersection(days))
    allowed, off = tolerance(log.world, said), said - logged
    cause = "within" if abs(off) <= allowed else "log_incomplete" if log_days < len(days) else None
    return MonthlyRow(
        month=bill.month,
        account_id=bill.account,
        channel=bill.channel,
        measure=measure,
        log=logged,
        console=sum(console.values()) if console else None,
        bill=said,
        bill_minus_log=off,
        bill_minus_console=said - sum(console.values()) if console else None,
        log_days=log_days,
        console_days=len(console),
        tolerance=allowed,
        cause=cause,
        explained=0,
        unexplained=off,
        amount=bill.amount if measure == "quantity" else None,
    )


def _overflow_row(log: Log, bill: Bill, overflow: int) -> MonthlyRow:
    row = _row(log, bill, "overflow", overflow, bill.overflow or 0)
    return row._replace(cause=row.cause or "unexplained")


def _quantity(log: Log, bill: Bill, overflow: int) -> MonthlyRow:
    days = month_days(bill.month)
    row = _row(log, bill, "quantity", log.count(days, bill.account, ALL_APPS, bill.channel, "billed"), bill.quantity)
    if row.cause is not None:
        return row
    if abs(bill.quantity - overflow) <= row.tolerance:
        return row._replace(cause="overflow_only", explained=row.bill_minus_log, unexplained=0)
    at = (bill.account, bill.channel, "billed")
    hours = shift_of(log, bill.console, *at)
    if hours is not None and is_covered(log.world, days, hours):
        explained = sum(log.off_by(day, hours, *at) for day in days) - row.log
        rest = row.bill_minus_log - explained
        if abs(rest) <= row.tolerance:
            return row._replace(cause="shift", explained=explained, unexplained=rest)
    return row


def _explained(log: Log, rows: list[MonthlyRow]) -> list[MonthlyRow]:
    """Return all rows, with a cause for the rows that have none.

    The cause is `other_account` if the differences of all accounts cancel out, else the cause that `by_count` returns.
    """
    together: dict[tuple[date, str], int] = defaultdict(int)
    for row in rows:
        if row.cause is None:
            together[row.month, row.channel] += row.bill_minus_log
    found: list[MonthlyRow] = []
    for row in rows:
        if row.cause is None:
            off = row.bill_minus_log
            cause, explained = "other_account", off
            if abs(together[row.month, row.channel]) > row.tolerance:
                behind = log.records(month_days(row.month), row.account_id, ALL_APPS, row.channel)
                cause, explained = by_count(off, row.tolerance, behind)
            row = row._replace(cause=cause, explained=explained, unexplained=off - explained)
        found.append(row)
    return found
