"""The page of reconciliation: bills and consoles compared with the log, and the causes of their differences.

The words are in `reconciled_words.py`; `pipelines/billing/` finds the causes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from pipelines.billing.reconciliation.reconciled_days import DayReconciled
from pipelines.billing.reconciliation.reconciled_months import MonthReconciled
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.statements import NUMBER
from reports.content.published import PublishedTables

_Row = TypeVar("_Row", DayReconciled, MonthReconciled)

# Priority of causes if a day has several: causes that need a look, then known causes, then agreement.
CAUSES = (
    "unexplained", "no_log", "log_incomplete", "other_account", "shift", "mismatch", "unknown", "duplicates",
    "overflow_only", "within",
)  # fmt: skip


@dataclass(frozen=True)
class Agreement:
    """The difference between statements and log.

    Attributes:
        month: the month of the bills; None if the consoles of the last 30 days are compared.
        stated: total count of the statements; console days without a log are left out.
        absolute_difference: sum of the absolute differences, so that opposite ones do not cancel out.
        by_cause: part of `absolute_difference` that each cause explains, the largest first.
        shift_hours: the most frequent shift in hours among differences with the cause `shift`; None if no difference
            has this cause.
        missing_log_days: number of days missing in the log.
        is_within: whether every difference is tolerated.
        unexplained: sum of the unexplained parts of the differences, as absolute numbers.
        unexplained_amount: price in yuan of `unexplained`, at the mean price of each bill. None for consoles, if
            nothing is unexplained, or if a bill with an unexplained part has no mean price.
    """

    month: date | None
    stated: int
    absolute_difference: int
    by_cause: list[tuple[str, int]]
    shift_hours: int | None
    missing_log_days: int
    is_within: bool
    unexplained: int
    unexplained_amount: float | None = None


class AccountDays(NamedTuple):
    """The last 30 days of an account's channel compared with its console.

    `causes` has an entry for each day: the first cause by priority (`CAUSES`), or None without a console count. `days`
    is the number of days by cause.
    """

    account_id: str
    channel: str
    causes: list[str | None]
    days: list[tuple[str, int]]


@dataclass(frozen=True)
class Reconciled:
    """All data of the page of reconciliation: bills (`months`) and console counts (`days`).

    Bills are sorted by month, the newest first, and within a month by priority of the cause.

    `hours` has, by month, account and channel, the most frequent shift in hours among days with the cause `shift`.
    """

    months: list[MonthReconciled]
    days: list[DayReconciled]
    hours: dict[tuple[date, str, str], int]

    @property
    def newest_bills(self) -> list[MonthReconciled]:
        """The bills of the newest month."""
        return [one for one in self.months if one.month == self.months[0].month]

    @property
    def earlier_bills(self) -> list[MonthReconciled]:
        """The bills of the months before the newest."""
        return self.months[len(self.newest_bills) :]

    @property
    def without_cause(self) -> list[DayReconciled]:
        """Console counts whose differences have no cause, the largest unexplained rest first."""
        return sorted(
            (one for one in self.days if one.cause == "unexplained"), key=lambda one: -abs(one.unexplained or 0)
        )

    @property
    def with_cause(self) -> list[DayReconciled]:
        """Console counts whose difference is not tolerated and has a cause, and counts of days without a log, by
        priority of the cause.
        """
        others = (one for one in self.days if one.cause not in ("unexplained", "within"))
        return sorted(others, key=lambda one: (CAUSES.index(one.cause), -abs(one.difference or one.console)))

    def agreement(self) -> Agreement | None:
        """Return the difference between the newest month's bills and the log. If there is no bill, compare consoles and
        log; return None if there is no console either.
        """
        if self.months:
            newest = self.months[0].month
            return self._of_bills([one for one in self.months if one.month == newest and one.measure == "quantity"])
        return self._of_consoles() if self.days else None

    def _of_bills(self, rows: list[MonthReconciled]) -> Agreement:
        rows = _without_single_channels(rows, lambda one: one.account_id)
        month = rows[0].month
        hours = Counter(
            hours
            for one in rows
            if one.cause == "shift" and (hours := self.hours.get((month, one.account_id, one.channel)))
        )
        return Agreement(
            month, sum(one.bill for one in rows), sum(abs(one.bill_minus_log) for one in rows),
            _by_cause((one.cause, one.bill_minus_log, one.explained) for one in rows),
            hours.most_common(1)[0][0] if hours else None,
            rows[0].month_days - min(one.log_days for one in rows),
            all(one.cause == "within" for one in rows),
            sum(abs(one.unexplained) for one in rows),
            _amount(rows),
        )  # fmt: skip

    def _of_consoles(self) -> Agreement | None:
        """Compare the billed counts of the consoles with the log; a console without billed counts is compared by its
        calls. Return None if no console has counts for all apps together.
        """
        whole = [one for one in self.days if one.app_key == ALL_APPS]
        with_billed = {(one.account_id, one.channel) for one in whole if one.measure == "billed"}
        rows = [
            one
            for one in whole
            if one.measure == ("billed" if (one.account_id, one.channel) in with_billed else "total")
        ]
        rows = _without_single_channels(rows, lambda one: (one.day, one.account_id))
        if not rows:
            return None
        hours = Counter(one.shift_hours for one in rows if one.shift_hours is not None)
        return Agreement(
            None, sum(one.console for one in rows if one.log is not None),
            sum(abs(one.difference or 0) for one in rows),
            _by_cause((one.cause, one.difference or 0, one.explained or 0) for one in rows),
            hours.most_common(1)[0][0] if hours else None,
            len({one.day for one in rows if one.log is None}),
            all(one.cause == "within" for one in rows),
            sum(abs(one.unexplained or 0) for one in rows),
        )  # fmt: skip

    def by_account(self, window: Iterable[date]) -> list[AccountDays]:
        """Compare the consoles with the log: return a row for each account and channel, with the cause of the
        difference on each day in `window`. Only console counts for all apps are used.
        """
        found: dict[tuple[str, str], dict[date, str]] = defaultdict(dict)
        for one in self.days:
            if one.app_key == ALL_APPS:
                causes = found[one.account_id, one.channel]
                causes[one.day] = min(causes.get(one.day, one.cause), one.cause, key=CAUSES.index)
        listed = list(window)
        return [
            AccountDays(
                *key, [causes.get(day) for day in listed],
                sorted(Counter(causes.values()).items(), key=lambda one: CAUSES.index(one[0])),
            )
            for key, causes in sorted(found.items())
        ]  # fmt: skip


def reconciled(marts: PublishedTables) -> Reconciled:
    """Read bills and consoles with their comparison to the log."""
    bills = [MonthReconciled(*row) for row in marts.rows("reconciled_months")]
    return Reconciled(
        sorted(bills, key=lambda one: (-one.month.toordinal(), CAUSES.index(one.cause))),
        sorted(
            (DayReconciled(*row) for row in marts.rows("reconciliation_daily")), key=lambda one: one.day, reverse=True
        ),
        {(month, account_id, channel): hours for month, account_id, channel, hours, _ in marts.rows("shifted_days")},
    )


def _without_single_channels(rows: list[_Row], key: Callable[[_Row], Hashable]) -> list[_Row]:
    """Return the rows so that no channel counts twice.

    A row of the channel `NUMBER` is for both number channels together. Rows of a single channel are left out if a row
    of `NUMBER` has the same `key`.
    """
    both = {key(one) for one in rows if one.channel == NUMBER}
    return [one for one in rows if one.channel == NUMBER or key(one) not in both]


def _amount(rows: Iterable[MonthReconciled]) -> float | None:
    """Return the price in yuan of the unexplained quantities, each at the mean price of its bill.

    Return None if nothing is unexplained, or if a bill with an unexplained quantity has no mean price.
    """
    amount = None
    for one in rows:
        if not one.unexplained:
            continue
        if one.amount is None or not one.bill:
            return None
        amount = (amount or 0) + abs(one.unexplained) * one.amount / one.bill
    return amount


def _by_cause(rows: Iterable[tuple[str, int, int]]) -> list[tuple[str, int]]:
    """Return each cause with the number of records that it explains, the largest number first. Causes that explain no
    record are left out.

    Args:
        rows: cause, difference, and the part of the difference that the cause explains.
    """
    explained: Counter[str] = Counter()
    for cause, difference, known in rows:
        explained[cause] += max(0, min(abs(difference), known if difference > 0 else -known))
    return [(cause, count) for cause, count in sorted(explained.items(), key=lambda one: (-one[1], one[0])) if count]
