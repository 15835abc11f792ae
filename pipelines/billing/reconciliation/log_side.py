"""The counts of the log that statements are compared with: by day or hour, account, app and channel."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from pipelines.contract.registry.statements import NUMBER


class LogCounts(NamedTuple):
    """Counts of verification records. In `LogSide.hours`, `duplicates` and `late` are always 0."""

    requests: int = 0
    successes: int = 0
    mismatches: int = 0
    unknowns: int = 0
    uses: int = 0
    duplicates: int = 0
    late: int = 0

    def plus(self, other: "LogCounts") -> "LogCounts":
        """Add up two sets of counts, count by count."""
        return LogCounts(*(one + two for one, two in zip(self, other, strict=True)))

    def of(self, measure: str) -> int:
        """Return the log's count for a measure of the console: `total`, `success`, `failed`, `unknown` or `billed`."""
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


NOTHING: Final = LogCounts()


@dataclass(frozen=True)
class LogSide:
    """The counts of the log up to the day `as_of`.

    Attributes:
        complete: the days with data, none after `as_of`.
        days: counts by day, account, app and channel. The app is `*` for all apps, or an app that a console names. The
            channel `number` is the sum of both channels of number verification.
        hours: by account and channel (also `number`), then by day: 24 counts, by the hour of the business clock.
        overflow: uses that no package covered, by day and account.
    """

    as_of: date
    complete: AbstractSet[date]
    days: Mapping[tuple[date, str, str, str], LogCounts]
    hours: Mapping[tuple[str, str], Mapping[date, list[LogCounts]]] = field(default_factory=dict)
    overflow: Mapping[tuple[date, str], int] = field(default_factory=dict)

    def of(self, day: date, account_id: str, app_key: str, channel: str) -> LogCounts:
        """Return the counts of an account, app and channel on a day; zeros if the log has no such records."""
        return self.days.get((day, account_id, app_key, channel), NOTHING)

    def hours_of(self, account_id: str, channel: str, day: date, measure: str) -> list[int]:
        """Return the 24 hourly counts of a measure on a day; zeros if the log has no such records."""
        hours = self.hours.get((account_id, channel), {}).get(day)
        return [counts.of(measure) for counts in hours] if hours else [0] * 24


def by_hours(
    rows: Iterable[tuple[date, int, str, str, LogCounts]],
) -> dict[tuple[str, str], dict[date, list[LogCounts]]]:
    """Return rows of `sql/log_hours.sql` (day, hour, account, channel and counts) in the form of `LogSide.hours`."""
    hours: dict[tuple[str, str], dict[date, list[LogCounts]]] = {}
    for day, hour, account_id, channel, counts in rows:
        for which in (channel, NUMBER):
            of_day = hours.setdefault((account_id, which), {}).setdefault(day, [NOTHING] * 24)
            of_day[hour] = of_day[hour].plus(counts)
    return hours
