"""The overviews of closed days: what came, what moved, what was noted and restated.

Lives here: arranging the rows of the marts by day. Does not belong here: the incidents of a day (`incidents.py`), what
all pages share (`context.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.common.days import window
from reports.content.context import Day
from reports.content.figures.norms import LEAST_WEEKDAYS, ranges_of_counts
from reports.content.published import LONG_DAYS, RESTATEMENTS_LISTED, PublishedTables

CARD_METRICS = (
    "number_verifications",
    "one_click_verifications",
    "local_verifications",
    "third_party_authorizations",
)


@dataclass(frozen=True)
class ChannelDay:
    """Login authorization of all apps in one channel on one day."""

    channel: str
    authorizations: int
    authorization_requests: int
    authorizations_cancelled: int
    authorizations_failed: int
    authorization_rate: float | None
    technical_success_rate: float | None


@dataclass(frozen=True)
class Mover:
    """How one channel of one app stood on a day, beside the same weekday of the eight weeks before.

    `metric` is what is counted. `usual` is the median of these weeks, `low` and `high` what is usual at most around it;
    the rates are those of the requests that the user did not cancel, `usual_rate` over all these weeks.
    """

    app_key: str
    channel: str
    metric: str
    now: int
    usual: int
    rate: float | None
    usual_rate: float | None
    low: float
    high: float

    @property
    def is_usual(self) -> bool:
        """Whether it lies within the usual range."""
        return self.low <= self.now <= self.high


@dataclass(frozen=True)
class DayNote:
    """What people know of a day; `app_key` is `*` where it is about all apps."""

    app_key: str
    text: str


@dataclass(frozen=True)
class Overview:
    """A closed day at a glance; `cards` are metric, count, and count of the day that it is compared with."""

    day: date
    quality: Day
    notes: tuple[DayNote, ...]
    movers: tuple[Mover, ...]
    """Those that fell before those that grew, the largest move first."""
    cards: tuple[tuple[str, int | None, int | None], ...]
    channels: tuple[ChannelDay, ...]
    restatements: tuple[tuple[Any, ...], ...]
    """App key, its name, channel, metric, count before, count now, cause."""
    has_more_restatements: bool
    earlier: date | None
    later: date | None


def days_with_a_page(quality: Mapping[date, Day], as_of: date, first_days: Iterable[date]) -> list[date]:
    """The days that have a page, newest first: those that the charts show, and the first days of incidents, however
    long ago these were; from the first record on."""
    return sorted((quality.keys() & {*window(as_of, LONG_DAYS), *first_days}), reverse=True)


def overviews(marts: PublishedTables, quality: Mapping[date, Day], listed: Sequence[date]) -> Iterator[Overview]:
    """The overview of each of the days, newest first as they are listed."""
    some = len(CARD_METRICS) + 1
    days = list(listed)
    totals = {row[0]: (row[1:some], row[some:]) for row in marts.rows("day_totals", days=days)}
    channels, notes, restatements = (
        _by_day(marts.rows(name, days=days)) for name in ("day_channels", "day_notes", "day_restatements")
    )
    movers = _movers(marts, days)
    for i, day in enumerate(listed):
        now, base = totals[day]
        yield Overview(
            day=day,
            quality=quality[day],
            notes=tuple(DayNote(*row) for row in notes[day]),
            movers=tuple(movers[day]),
            cards=tuple(zip(CARD_METRICS, now, base, strict=True)),
            channels=tuple(ChannelDay(*row) for row in channels[day]),
            restatements=tuple(restatements[day][:RESTATEMENTS_LISTED]),
            has_more_restatements=len(restatements[day]) > RESTATEMENTS_LISTED,
            earlier=listed[i + 1] if i + 1 < len(listed) else None,
            later=listed[i - 1] if i else None,
        )


def _movers(marts: PublishedTables, days: Sequence[date]) -> dict[date, list[Mover]]:
    """What moved most on each of the days."""
    rows = marts.rows("day_movers", days=days, weekdays=LEAST_WEEKDAYS)
    found: dict[date, list[Mover]] = defaultdict(list)
    ranges = ranges_of_counts([before for *_, before in rows])
    for (day, app_key, channel, metric, now, usual, rate, usual_rate, _), (low, high) in zip(rows, ranges, strict=True):
        found[day].append(Mover(app_key, channel, metric, now, usual, rate, usual_rate, low, high))
    return found


def _by_day(rows: Iterable[tuple[Any, ...]]) -> dict[date, list[tuple[Any, ...]]]:
    """Rows by their first column, a day, without it."""
    found: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
    for day, *row in rows:
        found[day].append(tuple(row))
    return found
