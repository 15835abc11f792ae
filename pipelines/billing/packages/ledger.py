"""THE LEDGER: what was drawn from each package on each day, and which app drew it.

An account's time is cut by what happens to its packages and by each 00:00; a segment's uses are drawn from the valid
packages that have something left, and shared among its apps. The ledger is computed anew from its first day.

Lives here: the days of one account. Does not belong here: when what happens (`ledger_events.py`), how a draw is shared
(`shares.py`), what a package is like at the end (`states.py`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.billing.packages.account import Account, UsesByApp
from pipelines.billing.packages.ledger_events import Kind, LedgerEvent, events_by_day, in_order_of_acting
from pipelines.billing.packages.shares import shares
from pipelines.common.days import day_start, days_between
from pipelines.common.errors import BooksError
from pipelines.contract.registry.packages import Package


class PackageDay(NamedTuple):
    """A row of `resource_package_daily`."""

    day: date
    resource_package_id: str
    account_id: str
    opening: int
    granted: int
    used: int
    adjusted: int
    expired: int
    remaining: int


class AppUses(NamedTuple):
    """A row of `resource_package_usage`: uses of an app that were drawn from a package; None: overflow."""

    day: date
    account_id: str
    app_key: str
    resource_package_id: str | None
    uses: int


@dataclass(slots=True)
class PackageBalance:
    """A package on a day: what was left as it began, what came and went since, and what is left; `drift` is what its
    newest reading adjusted.
    """

    package: Package
    opening: int = 0
    granted: int = 0
    used: int = 0
    adjusted: int = 0
    expired: int = 0
    remaining: int = 0
    drift: int | None = None

    def draw(self, uses: int) -> None:
        """Takes uses out of it."""
        self.used += uses
        self.remaining -= uses

    def act(self, one: LedgerEvent) -> None:
        """Lets something happen to it."""
        if one.kind is Kind.PURCHASE:
            self.granted += one.value
            self.remaining += one.value
        elif one.kind is Kind.READING:
            self.drift = one.value - self.remaining
            self.adjusted += self.drift
            self.remaining = one.value
        else:
            self.expired += self.remaining
            self.remaining = 0

    def close(self, day: date) -> PackageDay:
        """The row of the day; the next one begins."""
        row = PackageDay(
            day, self.package.resource_package_id, self.package.account_id, self.opening, self.granted, self.used,
            self.adjusted, self.expired, self.remaining,
        )  # fmt: skip
        self.opening, self.granted, self.used, self.adjusted, self.expired = self.remaining, 0, 0, 0, 0
        return row


@dataclass(frozen=True)
class AccountLedger:
    """The rows of an account's days, from its first use or purchase on, and what the newest reading of each package
    adjusted.
    """

    days: list[PackageDay]
    usage: list[AppUses]
    drifts: dict[str, int]

    @property
    def shared_days(self) -> list[date]:
        """The days with uses from more than one package, or from a package and from none, where the uses of all apps
        stand under one.
        """
        rows = Counter(use.day for use in self.usage)
        return [day for day, count in rows.items() if count > 1]


def account_ledger(account: Account, as_of: date, zone: str) -> AccountLedger:
    """The ledger of an account to the end of `as_of`, without what happens right then.

    Raises:
        BooksError: the segments of a day have other uses in them than the day.
    """
    balances = {one.resource_package_id: PackageBalance(one) for one in account.packages}
    events = events_by_day(account, day_start(as_of + timedelta(days=1), zone), zone)
    ledger = AccountLedger([], [], {})
    # Those that have begun and had not ended as the day began, in the order in which they are drawn.
    drawn: list[PackageBalance] = []
    for day in days_between(min([*account.uses, *events, as_of]), as_of):
        todays = events.get(day, ())
        bought = [balances[one.resource_package_id] for one in todays if one.kind is Kind.PURCHASE]
        if bought:
            drawn = sorted([*drawn, *bought], key=lambda one: one.package.draw_order)
        uses: Counter[tuple[str, str | None]] = Counter()
        for segment in _segments(account, day, todays, balances, zone):
            _draw(segment, drawn, uses)
        ledger.usage.extend(AppUses(day, account.account_id, *whose, count) for whose, count in uses.items())
        ledger.days.extend(one.close(day) for one in drawn)
        ended = {one.resource_package_id for one in todays if one.kind is Kind.EXPIRY}
        if ended:
            drawn = [one for one in drawn if one.package.resource_package_id not in ended]
    ledger.drifts.update((name, one.drift) for name, one in balances.items() if one.drift is not None)
    return ledger


def _segments(
    account: Account, day: date, todays: Sequence[LedgerEvent], balances: dict[str, PackageBalance], zone: str
) -> Iterator[UsesByApp]:
    """The uses of each segment of a day, by app, while what happens at its start has happened."""
    uses = account.uses.get(day, {})
    if not todays:
        yield uses
        return
    start = day_start(day, zone)
    segments = account.segments.get(day) or {start: uses}
    _require_whole(account, day, segments.values(), uses)
    by_cut, at_end = in_order_of_acting(todays, segments, start)
    for cut in sorted({*segments, *by_cut}):
        for one in by_cut.get(cut, ()):
            balances[one.resource_package_id].act(one)
        yield segments.get(cut, {})
    for one in at_end:
        balances[one.resource_package_id].act(one)


def _require_whole(account: Account, day: date, segments: Iterable[UsesByApp], uses: UsesByApp) -> None:
    together: Counter[str] = Counter()
    for segment in segments:
        together.update(segment)
    if together != Counter(uses):
        raise BooksError(
            f"The uses of account {account.account_id} on {day} are {sum(uses.values()):,}, and {together.total():,} "
            "between the instants of its packages.",
            where="use_segments",
            why="What was drawn from the packages would not be what was used.",
        )


def _draw(segment: UsesByApp, drawn: Iterable[PackageBalance], uses: Counter[tuple[str, str | None]]) -> None:
    """Draws a segment's uses, and adds each app's by package to `uses`; what no package covers under None."""
    uncovered = {app_key: count for app_key, count in segment.items() if count}
    for one in drawn:
        if not uncovered:
            return
        if one.remaining:
            draw = min(one.remaining, sum(uncovered.values()))
            one.draw(draw)
            for app_key, count in shares(draw, uncovered).items():
                uses[app_key, one.package.resource_package_id] += count
                uncovered[app_key] -= count
            uncovered = {app_key: count for app_key, count in uncovered.items() if count}
    for app_key, count in uncovered.items():
        uses[app_key, None] += count
