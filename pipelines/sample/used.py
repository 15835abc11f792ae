"""What the accounts of a sample used, hour by hour, counted from the records as they were drawn.

Here: the counts, of days with logs and of the day without, of which the provider knows all the same. Not here: what is
bought, counted by a console and billed (`purchases.py`, `statements.py`).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from pipelines.contract.record.channels import NUMBER_CHANNELS

HOURS: Final = 24
_FOUR_WEEKS: Final = 28


class Counts(NamedTuple):
    """Verification records, and what became of them; `uses` are those that are billed."""

    requests: int = 0
    successes: int = 0
    mismatches: int = 0
    unknowns: int = 0
    uses: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))


class Used:
    """What each account used; `add` each of the sample's days, also the one without logs. Days count from 0."""

    def __init__(self, accounts: Mapping[str, str], first_day: date, days: int, missing_day: int | None) -> None:
        """`accounts` is the account of each app."""
        self._accounts = accounts
        self.first_day = first_day
        self.days = days
        self.missing_day = missing_day
        self._hours: dict[tuple[str, str, int], list[Counts]] = {}

    def add(self, day: int, rows: Iterable[tuple[str, str, int, int, int, int, int, int]]) -> None:
        """Takes a day, as `SampleRecords.verifications` gives it."""
        for app_key, channel, hour, *counts in rows:
            hours = self._hours.setdefault((self._accounts[app_key], channel, day), [Counts()] * HOURS)
            hours[hour] = hours[hour].plus(Counts(*counts))

    def date(self, day: int) -> date:
        """The date of a day, which may lie outside the sample."""
        return self.first_day + timedelta(days=day)

    def is_logged(self, day: int) -> bool:
        """Whether a day has logs."""
        return 0 <= day < self.days and day != self.missing_day

    def hours(self, account_id: str, day: int) -> list[int]:
        """The uses of each hour of a day, in both channels."""
        channels = [self._hours.get((account_id, channel, day), [Counts()] * HOURS) for channel in NUMBER_CHANNELS]
        return [sum(counts.uses for counts in hour) for hour in zip(*channels, strict=True)]

    def of_day(
        self, account_id: str, day: int, channels: Iterable[str] = NUMBER_CHANNELS, first_hour: int = 0
    ) -> Counts:
        """The counts of 24 hours from an hour of a day on."""
        total = Counts()
        for channel in channels:
            for which, hours in ((day, slice(first_hour, None)), (day + 1, slice(first_hour))):
                for counts in self._hours.get((account_id, channel, which), [])[hours]:
                    total = total.plus(counts)
        return total

    def uses(self, account_id: str, first: int, last: int) -> int:
        """The uses of the days `first` to `last`, both included; of the one without logs, too."""
        return sum(sum(self.hours(account_id, day)) for day in range(first, last + 1))

    def usual(self, account_id: str) -> int:
        """The uses of a day, by the last four weeks."""
        return self.uses(account_id, self.days - _FOUR_WEEKS, self.days - 1) // _FOUR_WEEKS

    def week(self, account_id: str) -> list[int]:
        """The uses of a Monday, a Tuesday, … to come: the means of those with logs of the last four weeks, half up."""
        found: list[list[int]] = [[] for _ in range(7)]
        for day in range(self.days - _FOUR_WEEKS, self.days):
            if self.is_logged(day):
                found[self.date(day).weekday()].append(self.uses(account_id, day, day))
        return [(2 * sum(uses) + len(uses)) // (2 * len(uses)) for uses in found]
