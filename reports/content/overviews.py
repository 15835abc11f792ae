"""Composes the pages of closed days: counts, largest moves, notes and restatements.

It arranges table rows by day; a day's incidents are in `incidents/incidents.py`, data that all pages share in
`context.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.common.days import window
from pipelines.contract.measures.counts import CARDS
from pipelines.incidents.usual.norms import DayNorm, Side
from pipelines.store.site_publication import LONG_DAYS
from reports.content.context import Day
from reports.content.movers import Mover, movers
from reports.content.published import RESTATEMENTS_LISTED, PublishedTables


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
    """A note from the registry about a day; `app_key` is `*` if it concerns all apps."""

    app_key: str
    text: str


@dataclass(frozen=True)
class Overview:
    """The page of one closed day.

    A card has metric, count, count a week before, and the position of the count relative to the usual range.
    """

    day: date
    quality: Day
    notes: tuple[DayNote, ...]
    movers: tuple[Mover, ...]
    """Falls first, then rises, each by size."""
    cards: tuple[tuple[str, int | None, int | None, Side], ...]
    channels: tuple[ChannelDay, ...]
    restatements: tuple[tuple[Any, ...], ...]
    """App key, app name, channel, metric, count before, count now, cause."""
    has_more_restatements: bool
    earlier: date | None
    later: date | None


def days_with_a_page(quality: Mapping[date, Day], as_of: date, first_days: Iterable[date]) -> list[date]:
    """Return the days that have a page, newest first: the last 90 days, and the first days of incidents, however old.

    Days before the first record have no page.
    """
    return sorted((quality.keys() & {*window(as_of, LONG_DAYS), *first_days}), reverse=True)


def overviews(
    marts: PublishedTables, quality: Mapping[date, Day], norms: Mapping[str, Sequence[DayNorm]], listed: Sequence[date]
) -> Iterator[Overview]:
    """Yield the overview of each day in `listed`, which has the newest day first.

    Args:
        norms: the result of `PublishedTables.key_norms`.
    """
    some = len(CARDS) + 1
    days = list(listed)
    totals = {row[0]: (row[1:some], row[some:]) for row in marts.rows("days/day_totals", days=days)}
    channels, notes = (_by_day(marts.rows(name, days=days)) for name in ("days/day_channels", "day_notes"))
    restatements = _by_day(marts.rows("quality/restatements", days=days))
    moved = movers(marts, days)
    sides = {(name, row.day): row.side for name in CARDS for row in norms[name]}
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
    """Group rows by their first column, a day, which is removed."""
    found: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
    for day, *row in rows:
        found[day].append(tuple(row))
    return found
