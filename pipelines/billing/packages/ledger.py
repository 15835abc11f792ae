"""THE LEDGER: the uses drawn from each package on each day, and the apps that drew them.

The events of an account's packages, and each 00:00, divide the account's time into segments. The uses of a segment are
drawn from the valid packages with uses left, and each draw is divided among the apps.

Event times are in `ledger_events.py`, and the final state of packages in `states.py`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.billing.packages.account import Account, UsesByApp
from pipelines.billing.packages.ledger_events import Kind, LedgerEvent, events_by_day, events_by_effective_time
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
    """A row of `resource_package_usage`: uses of an app drawn from a package; `resource_package_id` is None if no
    package covered them.
    """

    day: date
    account_id: str
    app_key: str
    resource_package_id: str | None
    uses: int


@dataclass(slots=True)
class PackageBalance:
    """A package on a day: its opening balance, the changes since, and the balance now (`remaining`).

    `drift` is how much the newest reading, a balance that the console showed, changed the computed balance.
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
        """Draw uses from the package."""
        self.used += uses
        self.remaining -= uses

    def apply(self, one: LedgerEvent) -> None:
        """Apply a purchase, reading or expiry to the package's balance."""
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
        """Return the row of the day, and begin the next day."""
        row = PackageDay(
            day, self.package.resource_package_id, self.package.account_id, self.opening, self.granted, self.used,
            self.adjusted, self.expired, self.remaining,
        )  # fmt: skip
        self.opening, self.granted, self.used, self.adjusted, self.expired = self.remaining, 0, 0, 0, 0
        return row


@dataclass(frozen=True)
class AccountLedger:
    """The rows of an account's days, from its first use or purchase on.

    `drifts` has, for each package with a reading (a balance shown by the console), how much the newest reading changed
    the computed balance.
    """

    days: list[PackageDay]
    usage: list[AppUses]
    drifts: dict[str, int]

    @property
    def shared_days(self) -> list[date]:
        """The days on which several packages cover the uses, or one package only some of them.

        Only for a ledger of all apps together (app `*`). Which app used which package on these days is known only from
        a ledger by app.
        """
        rows = Counter(use.day for use in self.usage)
        return [day for day, count in rows.items() if count > 1]


def account_ledger(account: Account, as_of: date, zone: str) -> AccountLedger:
    """Return the ledger of an account up to the end of `as_of`. Events at exactly that end are left out.

    Raises:
        BooksError: the uses of a day's segments do not add up to the uses of the day.
    """
    balances = {one.resource_package_id: PackageBalance(one) for one in account.packages}
    events = events_by_day(account, day_start(as_of + timedelta(days=1), zone), zone)
    ledger = AccountLedger([], [], {})
    # Packages that are valid at any time of the day, in drawing order.
    drawn: list[PackageBalance] = []
    # Every run computes all days again: a late record or a new row of the registry can change any of them.
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
    """Yield the uses of each segment of a day, by app, and apply the events of the day to `balances`.

    Events at the start of a segment are applied before the segment is yielded. Events at the end of the day are applied
    after the last segment.
    """
    uses = account.uses.get(day, {})
    if not todays:
        yield uses
        return
    start = day_start(day, zone)
    segments = account.segments.get(day) or {start: uses}
    _require_whole(account, day, segments.values(), uses)
    by_cut, at_end = events_by_effective_time(todays, segments, start)
    for cut in sorted({*segments, *by_cut}):
        for one in by_cut.get(cut, ()):
            balances[one.resource_package_id].apply(one)
        yield segments.get(cut, {})
    for one in at_end:
        balances[one.resource_package_id].apply(one)


def _require_whole(account: Account, day: date, segments: Iterable[UsesByApp], uses: UsesByApp) -> None:
    together: Counter[str] = Counter()
    for segment in segments:
        together.update(segment)
    if together != Counter(uses):
        raise BooksError(
            f"The uses of account {account.account_id} on {day} are {sum(uses.values()):,}, and {together.total():,} "
            "between the instants of its packages.",
            where="use_segments",
            why="The packages would be charged with a wrong number of uses.",
        )


def _draw(segment: UsesByApp, drawn: Iterable[PackageBalance], uses: Counter[tuple[str, str | None]]) -> None:
    """Draw a segment's uses from the packages `drawn`, in this order, and add them to `uses` by app and package. Uses
    that no package covers have None as their package.
    """
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


def shares(draw: int, uncovered: Mapping[str, int]) -> dict[str, int]:
    """Return each app's share of a draw, in whole uses and in proportion to its uncovered uses.

    Apps without a share are left out. The draw must not exceed the sum of `uncovered`.
    """
    # First each share is rounded down. Then the apps with the largest remainders get one more use each, until the draw
    # is shared out; ties go by the app's key.
    total = sum(uncovered.values())
    if draw == total:
        return {app_key: uses for app_key, uses in uncovered.items() if uses}
    parts = {app_key: divmod(draw * uses, total) for app_key, uses in uncovered.items()}
    got = {app_key: whole for app_key, (whole, _) in parts.items()}
    by_remainder = sorted(parts, key=lambda app_key: (-parts[app_key][1], app_key))
    for app_key in by_remainder[: draw - sum(got.values())]:
        got[app_key] += 1
    return {app_key: uses for app_key, uses in got.items() if uses}
