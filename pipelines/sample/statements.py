"""The consoles and bills of a sample's provider: one console is in UTC, and one bill is too high.

The rows of the files are made from the uses of the accounts. This module also computes how the rows differ from the
log. The provider counts the day without logs, too.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from pipelines.contract.record.channels import NUMBER_CHANNELS
from pipelines.contract.registry.statements import NUMBER
from pipelines.sample.packages import LAPSING, OVERFLOWING, RUNNING_OUT
from pipelines.sample.purchases import Purchases
from pipelines.sample.used import Used

UTC_ACCOUNT: Final = LAPSING
OVERBILLED: Final = RUNNING_OUT
SHIFT_HOURS: Final = 8
CONSOLE_HEADER: Final = ("day", "account_id", "app_key", "channel", "total", "success", "failed", "unknown", "billed")
BILL_HEADER: Final = ("month", "account_id", "channel", "quantity", "overflow_quantity", "amount")
# Months with fewer days are not exported: nobody exports a month that has just begun, and a shift would not show.
_LEAST_DAYS: Final = 10
# Hundredths of a yuan.
_PRICE: Final = 4


class Statements:
    """The consoles and bills of a sample."""

    def __init__(self, used: Used, purchases: Purchases) -> None:
        self._used = used
        self._purchases = purchases
        self._last_day = used.date(used.days - 1)
        self._month = _last_month_over(self._last_day)
        # For a month that began before the sample, the days within the sample.
        self._billed_days = [day for day in range(used.days) if used.date(day).replace(day=1) == self._month]

    def console_rows(self, account_id: str) -> list[list[object]]:
        """Return the daily rows of an account's console."""
        if account_id == UTC_ACCOUNT:
            return self._utc_rows()
        channels = NUMBER_CHANNELS if account_id == OVERBILLED else (NUMBER,)
        return [
            self._console_row(account_id, day, channel, 0, billed_only=account_id == OVERBILLED)
            for day in range(self._used.days)
            for channel in channels
        ]

    def bill_rows(self) -> list[list[object]]:
        """Return the bills of the last complete month."""
        return [
            [
                f"{self._month:%Y-%m}", account_id, channel, quantity, "" if overflow is None else overflow,
                f"{quantity * _PRICE / 100:.2f}",
            ]
            for account_id, channel, quantity, overflow in self._bills()
        ]  # fmt: skip

    @property
    def bills_file(self) -> str:
        """The name of the file of the bills."""
        return f"sample-{self._month:%Y-%m}.csv"

    def truth(self) -> dict[str, Any]:
        """Return how consoles and bills differ from the log, and why."""
        days = [str(row[0]) for row in self._utc_rows()]
        return {
            "consoles": [
                {
                    "account_id": UTC_ACCOUNT, "channel": NUMBER, "shift_hours": SHIFT_HOURS,
                    "first_day": days[0], "last_day": days[-1],
                }
            ],
            "bills": [self._bill_truth(*bill) for bill in self._bills()],
        }  # fmt: skip

    def _bills(self) -> Iterator[tuple[str, str, int, int | None]]:
        """Yield account, channel, quantity and overflow of each row; the overflow is None if the bill lacks it."""
        for channel in NUMBER_CHANNELS:
            counts = [self._used.of_day(OVERBILLED, day, (channel,)) for day in self._billed_days]
            # The fault of this bill: verifications without a result are billed too.
            yield OVERBILLED, channel, sum(one.uses + one.unknowns for one in counts), None
        for account_id in (OVERFLOWING, UTC_ACCOUNT):
            first, last = self._billed_days[0], self._billed_days[-1]
            overflow = self._purchases.overflow(account_id, first, last)
            yield account_id, NUMBER, self._used.uses(account_id, first, last), overflow

    def _bill_truth(self, account_id: str, channel: str, quantity: int, overflow: int | None) -> dict[str, Any]:
        del overflow
        logged = [
            self._used.of_day(account_id, day, NUMBER_CHANNELS if channel == NUMBER else (channel,))
            for day in self._billed_days
            if self._used.is_logged(day)
        ]
        difference = quantity - sum(one.uses for one in logged)
        is_whole = len(logged) == monthrange(self._month.year, self._month.month)[1]
        cause = "within" if not difference else "unknown" if is_whole else "log_incomplete"
        return {
            "month": str(self._month), "account_id": account_id, "channel": channel, "bill": quantity,
            "bill_minus_log": difference, "cause": cause, "explained": difference if cause == "unknown" else 0,
        }  # fmt: skip

    def _utc_rows(self) -> list[list[object]]:
        """Return the console's rows in UTC, without months of few days and the last day, which has not ended in UTC."""
        days = range(self._used.days - 1)
        of_month = Counter(_month_of(self._used.date(day)) for day in days)
        return [
            self._console_row(UTC_ACCOUNT, day, NUMBER, SHIFT_HOURS)
            for day in days
            if of_month[_month_of(self._used.date(day))] >= _LEAST_DAYS
        ]

    def _console_row(
        self, account_id: str, day: int, channel: str, first_hour: int, *, billed_only: bool = False
    ) -> list[object]:
        counts = self._used.of_day(account_id, day, NUMBER_CHANNELS if channel == NUMBER else (channel,), first_hour)
        key = [self._used.date(day), account_id, "", channel]
        if billed_only:
            return [*key, "", "", "", "", counts.uses]
        if first_hour:
            # Failures are left out, because there are too few to show a shift.
            return [*key, counts.requests, counts.successes, "", "", counts.uses]
        failed = counts.requests - counts.successes - counts.unknowns
        return [*key, counts.requests, counts.successes, failed, counts.unknowns, counts.uses]


def _month_of(day: date) -> date:
    return day.replace(day=1)


def _last_month_over(as_of: date) -> date:
    """Return the first day of the last calendar month that has ended by the end of `as_of`."""
    return _month_of(_month_of(as_of + timedelta(days=1)) - timedelta(days=1))
