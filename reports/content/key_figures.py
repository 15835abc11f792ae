"""The key figures of the briefing: technical success and the four counts, each with its usual range.

In `pipelines/incidents/usual/`, `key_days.py` reads the counts by day, and `norms.py` computes the usual range.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pipelines.contract.measures.counts import TECHNICAL
from pipelines.contract.measures.metrics import METRICS
from pipelines.incidents.usual.key_figures import KEY_FIGURES
from pipelines.incidents.usual.norms import DayNorm, Side, colour, side_of_days
from reports.content.published import DAYS, PublishedTables

# Periods whose figures are shown next to the day's.
SPANS: Final = ("7", "30")


@dataclass(frozen=True)
class FigureSpan:
    """A figure over a period, such as 7 days.

    `matched` is its value over the matched days of the period, `base` its value over their counterparts in the earlier
    period. If no day is matched, `matched` equals `value`, so that the page can distinguish a figure that is not
    comparable from a missing one. `side` is the position of the period relative to the usual range.
    """

    period: str
    value: float | None
    matched: float | None
    base: float | None
    side: Side


@dataclass(frozen=True)
class KeyFigure:
    """A key figure: its values over the data day and each longer period (`spans`), and the last 30 days with their
    usual ranges (`course`).
    """

    metric: str
    is_share: bool
    spans: tuple[FigureSpan, ...]
    course: Sequence[DayNorm]

    @property
    def usual(self) -> DayNorm:
        """The data day, with its usual range."""
        return self.course[-1]

    @property
    def colour(self) -> Literal["good", "bad", ""]:
        """The colour of the data day's figure. Empty if the figure is within its usual range or has no usual range, or
        if neither direction is better.
        """
        return colour(self.usual.side, METRICS[self.metric].better)


def key_figures(marts: PublishedTables, norms: Mapping[str, Sequence[DayNorm]]) -> list[KeyFigure]:
    """Return technical success, then the four counts of usage that the cards show.

    Args:
        norms: the last 90 days of each figure, as `PublishedTables.key_norms` returns them.
    """
    periods: dict[tuple[str, bool], set[date]] = defaultdict(set)
    matched: dict[tuple[str, bool], set[date]] = defaultdict(set)
    for period, is_base, day, is_matched in marts.rows("compared_days"):
        periods[period, is_base].add(day)
        if is_matched:
            matched[period, is_base].add(day)
    figures = []
    for name in KEY_FIGURES:
        days = norms[name]
        spans = tuple(
            FigureSpan(
                period,
                _over(days, periods[period, False]),
                _over(days, matched[period, False] or periods[period, False]),
                _over(days, matched[period, True]),
                side_of_days([row for row in days if row.day in periods[period, False]]),
            )
            for period in ("day", *SPANS)
        )
        figures.append(KeyFigure(name, name == TECHNICAL, spans, days[-DAYS:]))
    return figures


def _over(rows: Sequence[DayNorm], days: Collection[date]) -> float | None:
    """Return the sum of a count over the given days, or a rate over all their requests.

    Return None if no day has data or, for a rate, no request.
    """
    known = [(row.value, row.requests) for row in rows if row.day in days and row.value is not None]
    if not known:
        return None
    if known[0][1] is None:
        return sum(value for value, _ in known)
    requests = sum(count or 0 for _, count in known)
    return round(sum(value * (count or 0) for value, count in known)) / requests if requests else None
