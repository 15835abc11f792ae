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
from pipelines.contract.measures.counts import CARDS
from pipelines.incidents.norms import DayNorm, Side, usual_of
from reports.content.context import Day
from reports.content.movers import Mover, movers
from reports.content.published import LONG_DAYS, RESTATEMENTS_LISTED, PublishedTables


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
class DayNote:
    """What people know of a day; `app_key` is `*` where it is about all apps."""

    app_key: str
    text: str


@dataclass(frozen=True)
class Overview:
    """A closed day at a glance.

    `cards` are metric, count, count of the day that it is compared with, and its place beside the usual range.
    """

    day: date
    quality: Day
    notes: tuple[DayNote, ...]
    movers: tuple[Mover, ...]
    """Those that fell before those that grew, the largest move first."""
    cards: tuple[tuple[str, int | None, int | None, Side], ...]
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


def overviews(
    marts: PublishedTables,
    quality: Mapping[date, Day],
    norms: Mapping[str, Sequence[DayNorm]],
    listed: Sequence[date],
) -> Iterator[Overview]:
    """The overview of each of the days, newest first as they are listed; `norms` are the days of all apps together."""
    some = len(CARDS) + 1
    days = list(listed)
    totals = {row[0]: (row[1:some], row[some:]) for row in marts.rows("days/day_totals", days=days)}
    channels, notes = (_by_day(marts.rows(name, days=days)) for name in ("days/day_channels", "day_notes"))
    restatements = _by_day(marts.rows("quality/restatements", days=days))
    moved = movers(marts, days)
    sides = {(name, row.day): usual_of(row).side for name in CARDS for row in norms[name]}
    for i, day in enumerate(listed):
        now, base = totals[day]
        yield Overview(
            day=day,
            quality=quality[day],
            notes=tuple(DayNote(*row) for row in notes[day]),
            movers=tuple(moved[day]),
            cards=tuple(
                (name, value, before, sides.get((name, day), "unknown"))
                for name, value, before in zip(CARDS, now, base, strict=True)
            ),
            channels=tuple(ChannelDay(*row) for row in channels[day]),
            restatements=tuple(restatements[day][:RESTATEMENTS_LISTED]),
            has_more_restatements=len(restatements[day]) > RESTATEMENTS_LISTED,
            earlier=listed[i + 1] if i + 1 < len(listed) else None,
            later=listed[i - 1] if i else None,
        )


def _by_day(rows: Iterable[tuple[Any, ...]]) -> dict[date, list[tuple[Any, ...]]]:
    """Rows by their first column, a day, without it."""
    found: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
    for day, *row in rows:
        found[day].append(tuple(row))
    return found
