"""Computes the rows of `reconciliation_monthly`: the bills of past months compared with log and console, with the cause
of each difference.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pipelines.billing.reconciliation.causes import Difference, DifferenceCause, sums_of_peers
from pipelines.billing.reconciliation.log_side import NOTHING, LogCounts, LogSide
from pipelines.billing.reconciliation.reconciled_days import Console, SeriesKey, shifts_of
from pipelines.billing.reconciliation.shift import Series
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.common.days import days_between
from pipelines.contract.record.channels import NUMBER_CHANNELS
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.statements import NUMBER, Bill, BillKey, ConsoleKey

QUANTITY, OVERFLOW = "quantity", "overflow"


class MonthReconciled(NamedTuple):
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
    cause: str
    explained: int
    unexplained: int
    amount: float | None

    @property
    def month_days(self) -> int:
        """The number of days in the month."""
        return monthrange(self.month.year, self.month.month)[1]


def reconciled_months(
    bills: Mapping[BillKey, Bill], console: Console, log: LogSide, tolerance: Tolerance, zone: str
) -> list[MonthReconciled]:
    """Compare bills with log and console, for each month that ended by the as-of. Return the rows, sorted by the
    table's key.

    Args:
        console: with the totals of all apps together (app `*`), which `whole_console` adds.
    """
    over = {key: bill for key, bill in bills.items() if _days(key.month)[-1] <= log.as_of}
    billed = {
        key: counts["billed"] for key, counts in console.items() if key.app_key == ALL_APPS and "billed" in counts
    }
    over, billed = _with_number(over, billed)
    shifts = shifts_of({key: {"billed": count} for key, count in billed.items()}, log, tolerance, zone)
    differences = {
        (key, measure): (said, _difference(key, measure, said, log, tolerance, shifts))
        for key, bill in over.items()
        for measure, said in _measures(key, bill)
    }
    peers = sums_of_peers(one for _, one in differences.values())
    rows = []
    for (key, measure), (said, one) in differences.items():
        days = _days(key.month)
        of_console = [
            billed[name] for day in days if (name := ConsoleKey(day, key.account_id, ALL_APPS, key.channel)) in billed
        ]
        if measure == OVERFLOW:
            of_console = []
        total = sum(of_console) if of_console else None
        cause = one.cause(peers)
        explained = cause.explained or 0
        rows.append(
            MonthReconciled(
                *key, measure, said - one.difference, total, said, one.difference,
                None if total is None else said - total, sum(day in log.complete for day in days), len(of_console),
                one.tolerance, cause.cause, explained, one.difference - explained,
                over[key].amount if measure == QUANTITY else None,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: row[:4])


def _measures(key: BillKey, bill: Bill) -> Iterator[tuple[str, int]]:
    yield QUANTITY, bill.quantity
    if key.channel == NUMBER and bill.overflow_quantity is not None:
        yield OVERFLOW, bill.overflow_quantity


def _difference(
    key: BillKey, measure: str, said: int, log: LogSide, tolerance: Tolerance, shifts: Mapping[SeriesKey, int]
) -> Difference:
    days = _days(key.month)
    counts = NOTHING
    for day in days:
        counts = counts.plus(log.of(day, key.account_id, ALL_APPS, key.channel))
    overflow = sum(log.overflow.get((day, key.account_id), 0) for day in days)
    missing = DifferenceCause("log_incomplete", 0) if any(day not in log.complete for day in days) else None
    allowed = tolerance.of(said)
    if measure == OVERFLOW:
        return Difference(
            said - overflow, allowed, LogCounts(), given_cause=missing or DifferenceCause("unexplained", 0)
        )
    difference = said - counts.uses
    given = missing or (DifferenceCause("overflow_only", difference) if abs(said - overflow) <= allowed else None)
    return Difference(
        difference, allowed, counts, _shift(key, days, log, shifts), (key.month, key.channel, measure), given
    )  # fmt: skip


def _shift(key: BillKey, days: Iterable[date], log: LogSide, shifts: Mapping[SeriesKey, int]) -> tuple[int, int] | None:
    hours = shifts.get(SeriesKey(key.account_id, key.channel, "billed", key.month))
    if hours is None:
        return None
    series = Series(log, key.account_id, key.channel, "billed")
    moved = [series.moved(day, hours) for day in days]
    known = [one for one in moved if one is not None]
    return (hours, sum(known)) if len(known) == len(moved) else None


def _with_number(
    bills: dict[BillKey, Bill], billed: dict[ConsoleKey, int]
) -> tuple[dict[BillKey, Bill], dict[ConsoleKey, int]]:
    """Return the bills and the console's billed counts (`billed`).

    If only one of the two has the channel `number` for an account and month, the other gets it, too: the sum of both
    channels of number verification.
    """
    of_bills = {(key.month, key.account_id) for key in bills if key.channel == NUMBER}
    of_console = {(key.day.replace(day=1), key.account_id) for key in billed if key.channel == NUMBER}
    sums = dict(bills)
    for key, bill in bills.items():
        if key.channel in NUMBER_CHANNELS and (key.month, key.account_id) in of_console - of_bills:
            both = key._replace(channel=NUMBER)
            sums[both] = _plus(sums[both], bill) if both in sums else bill
    counts = dict(billed)
    for name, count in billed.items():
        if name.channel in NUMBER_CHANNELS and (name.day.replace(day=1), name.account_id) in of_bills - of_console:
            whole = name._replace(channel=NUMBER)
            counts[whole] = counts.get(whole, 0) + count
    return sums, counts


def _plus(one: Bill, other: Bill) -> Bill:
    """Return the sum of both bills; a value that both lack is None."""
    overflow = [bill.overflow_quantity for bill in (one, other) if bill.overflow_quantity is not None]
    # The sum of the floats 3.1 and 0.2 is 3.3000000000000003.
    amounts = [Decimal(str(bill.amount)) for bill in (one, other) if bill.amount is not None]
    return Bill(
        one.quantity + other.quantity, sum(overflow) if overflow else None, float(sum(amounts)) if amounts else None
    )


def _days(month: date) -> list[date]:
    return list(days_between(month, month.replace(day=monthrange(month.year, month.month)[1])))
