"""What the page of reconciliation shows: bills and consoles beside the log, and why they differ.

Lives here: the rows of the tables, and what of them is counted together. Does not belong here: the words
(`reconciled_words.py`), how a cause is found (`pipelines/billing/`).
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pipelines.billing.reconciliation.reconciled_days import DayReconciled
from pipelines.contract.record.fields import ALL_APPS
from reports.content.published import PublishedTables

# Of a day with several, the one that is told: what needs a look first, then what is known, then what is in order.
CAUSES = (
    "unexplained", "no_log", "log_incomplete", "other_account", "shift", "mismatch", "unknown", "duplicates",
    "overflow_only", "within",
)  # fmt: skip


class ReconciledMonth(NamedTuple):
    """A row of `reconciliation_monthly`."""

    month: date
    account_id: str
    channel: str
    measure: str
    log: int
    console: int | None
    bill: int
    bill_minus_log: int
    log_days: int
    console_days: int
    tolerance: int
    cause: str
    explained: int
    unexplained: int
    amount: float | None

    @property
    def month_days(self) -> int:
        """The days of the month: a log or a console that has fewer does not say what the bill says."""
        return monthrange(self.month.year, self.month.month)[1]


@dataclass(frozen=True)
class Agreement:
    """How far statements and log are apart.

    Attributes:
        month: of bills; None: it is the consoles of the last 30 days.
        said: what the statements count in all.
        apart: the sizes of all differences together, so that none hides another.
        by_cause: what each cause explains of them, the largest first.
        shift_hours: of the shift that explains most days; None where none does.
        lacking_days: days that the log lacks.
        is_within: whether every difference is tolerated.
        unexplained: the sizes of what no cause explains, together.
        unexplained_amount: the same in the currency of the bill, by the mean price of each; None without an amount.
    """

    month: date | None
    said: int
    apart: int
    by_cause: list[tuple[str, int]]
    shift_hours: int | None
    lacking_days: int
    is_within: bool
    unexplained: int
    unexplained_amount: float | None = None


class AccountDays(NamedTuple):
    """The last 30 days of an account's channel beside its console: the cause of each, None without a console; and on
    how many days each cause is."""

    account_id: str
    channel: str
    causes: list[str | None]
    days: list[tuple[str, int]]


@dataclass(frozen=True)
class Reconciled:
    """All that the page shows: bills the newest month first, of a month what needs a look first; and the counts of
    consoles by day."""

    months: list[ReconciledMonth]
    days: list[DayReconciled]
    hours: dict[tuple[date, str, str], int]

    @property
    def newest_bills(self) -> list[ReconciledMonth]:
        """Those of the newest month."""
        return [one for one in self.months if one.month == self.months[0].month]

    @property
    def earlier_bills(self) -> list[ReconciledMonth]:
        """Those of the months before."""
        return self.months[len(self.newest_bills) :]

    @property
    def without_cause(self) -> list[DayReconciled]:
        """The counts of consoles of whose differences no cause was found, the largest rest first."""
        return sorted(
            (one for one in self.days if one.cause == "unexplained"), key=lambda one: -abs(one.unexplained or 0)
        )

    @property
    def with_cause(self) -> list[DayReconciled]:
        """The others that are further from the log than is tolerated, or have no log: what needs a look first."""
        others = (one for one in self.days if one.cause not in ("unexplained", "within"))
        return sorted(others, key=lambda one: (CAUSES.index(one.cause), -abs(one.difference or one.console)))

    def agreement(self) -> Agreement | None:
        """How far the newest month's bills and the log are apart; without a bill, the consoles; None without both."""
        if self.months:
            newest = self.months[0].month
            return self._of_bills([one for one in self.months if one.month == newest and one.measure == "quantity"])
        return self._of_consoles() if self.days else None

    def _of_bills(self, rows: list[ReconciledMonth]) -> Agreement:
        both = {one.account_id for one in rows if one.channel == "number"}
        # A bill of both channels together counts what one of each would count again.
        rows = [one for one in rows if one.channel == "number" or one.account_id not in both]
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
        whole = [one for one in self.days if one.app_key == ALL_APPS]
        measure = "billed" if any(one.measure == "billed" for one in whole) else "total"
        rows = [one for one in whole if one.measure == measure]
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
        """The days of each account and channel that a console counts as a whole, by cause."""
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
    """Bills and consoles beside the log."""
    bills = [ReconciledMonth(*row) for row in marts.rows("reconciled_months")]
    return Reconciled(
        sorted(bills, key=lambda one: (-one.month.toordinal(), CAUSES.index(one.cause))),
        sorted(
            (DayReconciled(*row) for row in marts.rows("reconciliation_daily")), key=lambda one: one.day, reverse=True
        ),
        {
            (month, account_id, channel): hours
            for month, account_id, channel, hours, _ in marts.rows("billing/shifted_days")
        },
    )


def _amount(rows: Iterable[ReconciledMonth]) -> float | None:
    """What the unexplained quantities cost by the mean price of each bill; None if no bill has an amount."""
    prices = [(abs(one.unexplained), one.amount / one.bill) for one in rows if one.amount is not None and one.bill]
    return sum(count * price for count, price in prices) if prices else None


def _by_cause(rows: Iterable[tuple[str, int, int]]) -> list[tuple[str, int]]:
    """What each cause explains of the sizes of differences: cause, difference and what of it is explained."""
    explained: Counter[str] = Counter()
    for cause, difference, known in rows:
        explained[cause] += max(0, min(abs(difference), known if difference > 0 else -known))
    return [(cause, count) for cause, count in sorted(explained.items(), key=lambda one: (-one[1], one[0])) if count]
