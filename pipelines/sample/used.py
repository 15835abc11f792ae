"""Counts the uses of a sample's accounts by hour, from the drawn records.

Includes the day without logs, because the provider counts it. Packages, consoles and bills are made from these counts
in `purchases.py` and `statements.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from pipelines.contract.record.channels import NUMBER_CHANNELS

HOURS: Final = 24
_FOUR_WEEKS: Final = 28


class Counts(NamedTuple):
    """Numbers of verification records: all of them (`requests`), by result, and the billed ones (`uses`)."""

    requests: int = 0
    successes: int = 0
    mismatches: int = 0
    unknowns: int = 0
    uses: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Add up two sets of counts, count by count."""
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))


class Used:
    """The uses of each account by channel, day and hour. Call `add` for every day of the sample, also for the day
    without logs. Day 0 is the first.
    """

    def __init__(self, accounts: Mapping[str, str], first_day: date, days: int, missing_day: int | None) -> None:
        """`accounts` has the account of each app; `missing_day` is the day without logs, None if every day has logs."""
        self._accounts = accounts
        self.first_day = first_day
        self.days = days
        self.missing_day = missing_day
        self._hours: dict[tuple[str, str, int], list[Counts]] = {}

    def add(self, day: int, rows: Iterable[tuple[str, str, int, int, int, int, int, int]]) -> None:
        """Add a day, as `SampleRecords.verifications` returns it."""
        for app_key, channel, hour, *counts in rows:
            hours = self._hours.setdefault((self._accounts[app_key], channel, day), [Counts()] * HOURS)
            hours[hour] = hours[hour].plus(Counts(*counts))

    def date(self, day: int) -> date:
        """Return the date of a day, which may be outside the sample."""
        return self.first_day + timedelta(days=day)

    def is_logged(self, day: int) -> bool:
        """Return whether a day has logs."""
        return 0 <= day < self.days and day != self.missing_day

    def hours(self, account_id: str, day: int) -> list[int]:
        """Return the uses of an account in each hour of a day, summed over `NUMBER_CHANNELS`."""
        channels = [self._hours.get((account_id, channel, day), [Counts()] * HOURS) for channel in NUMBER_CHANNELS]
        return [sum(counts.uses for counts in hour) for hour in zip(*channels, strict=True)]

    def of_day(
        self, account_id: str, day: int, channels: Iterable[str] = NUMBER_CHANNELS, first_hour: int = 0
    ) -> Counts:
        """Return the counts of the 24 hours that begin at `first_hour` of a day."""
        total = Counts()
        for channel in channels:
            for which, hours in ((day, slice(first_hour, None)), (day + 1, slice(first_hour))):
                for counts in self._hours.get((account_id, channel, which), [])[hours]:
                    total = total.plus(counts)
        return total

    def uses(self, account_id: str, first: int, last: int) -> int:
        """Return the uses from day `first` to day `last`, both included, also of a day without logs."""
        return sum(sum(self.hours(account_id, day)) for day in range(first, last + 1))

    def usual(self, account_id: str) -> int:
        """Return the mean daily uses of the last four weeks."""
        return self.uses(account_id, self.days - _FOUR_WEEKS, self.days - 1) // _FOUR_WEEKS

    def week(self, account_id: str) -> list[int]:
        """Return the expected uses of Monday to Sunday: means over the logged days of the last four weeks, rounded."""
        found: list[list[int]] = [[] for _ in range(7)]
        for day in range(self.days - _FOUR_WEEKS, self.days):
            if self.is_logged(day):
                found[self.date(day).weekday()].append(self.uses(account_id, day, day))
        return [(2 * sum(uses) + len(uses)) // (2 * len(uses)) for uses in found]
