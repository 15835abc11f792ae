"""What the log says, as a console or a bill counts it: by day or hour, account, app and channel.

Lives here: the counts that statements are compared with, and which of them a measure is.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from pipelines.contract.registry.statements import NUMBER


class Counts(NamedTuple):
    """Counts of verification records; all but the last two are additive over hours, too."""

    requests: int = 0
    successes: int = 0
    mismatches: int = 0
    unknowns: int = 0
    uses: int = 0
    duplicates: int = 0
    late: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))

    def of(self, measure: str) -> int:
        """The count that a measure of the console is compared with."""
        match measure:
            case "total":
                return self.requests
            case "success":
                return self.successes
            case "unknown":
                return self.unknowns
            case "failed":
                return self.requests - self.successes - self.unknowns
        return self.uses


NOTHING: Final = Counts()


@dataclass(frozen=True)
class LogSide:
    """The log, up to `as_of`.

    Attributes:
        complete: the days with data, none after `as_of`.
        days: by day, account, app and channel; with `*` for all apps, with `number` for both channels, and of the apps
            that a console names.
        hours: by account and channel, also `number`, then by day: 24 counts by the hour of the business clock.
        overflow: uses that no package covered, by day and account.
    """

    as_of: date
    complete: AbstractSet[date]
    days: Mapping[tuple[date, str, str, str], Counts]
    hours: Mapping[tuple[str, str], Mapping[date, list[Counts]]] = field(default_factory=dict)
    overflow: Mapping[tuple[date, str], int] = field(default_factory=dict)

    def of(self, day: date, account_id: str, app_key: str, channel: str) -> Counts:
        """The counts of a day."""
        return self.days.get((day, account_id, app_key, channel), NOTHING)

    def hours_of(self, account_id: str, channel: str, day: date, measure: str) -> list[int]:
        """The counts of a measure of each hour of a day."""
        hours = self.hours.get((account_id, channel), {}).get(day)
        return [counts.of(measure) for counts in hours] if hours else [0] * 24


def by_hours(
    rows: Iterable[tuple[date, int, str, str, Counts]],
) -> dict[tuple[str, str], dict[date, list[Counts]]]:
    """Rows of `billing_hourly` (day, hour, account, channel and counts) as `LogSide.hours`."""
    hours: dict[tuple[str, str], dict[date, list[Counts]]] = {}
    for day, hour, account_id, channel, counts in rows:
        for which in (channel, NUMBER):
            of_day = hours.setdefault((account_id, which), {}).setdefault(day, [NOTHING] * 24)
            of_day[hour] = of_day[hour].plus(counts)
    return hours
