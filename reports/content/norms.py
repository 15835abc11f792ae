"""What is usual, for the bands and the grey figures of the briefing: by each subject's own eight weeks.

Lives here: the one rule of the usual range on the pages. Does not belong here: what opens an incident, which is judged
more sharply (`pipelines/incidents`), and the records of a usual day (`day_quality`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any, Final, Literal, NamedTuple

import polars as pl

from reports.content.drawings import Course

REFERENCE_DAYS: Final = 56
# So far from the usual, in spreads, is outside. Of days that swing as the normal law has it one in 370 is, so that five
# figures ring by chance about once in ten weeks.
_FAR: Final = 3.0
# Makes the median distance of two days the standard deviation of one, of the normal law.
_OF_STEPS: Final = 1.4826 / sqrt(2)
# A usual day is known from so many days of its weekday; a rate, which knows no weekday, from as many as a baseline has.
_LEAST_WEEKDAYS: Final = 4
_LEAST_DAYS: Final = 7

_SCHEMA: Final = {
    "subject": pl.String, "day": pl.Date, "value": pl.Float64, "requests": pl.Int64, "is_reference": pl.Boolean,
}  # fmt: skip


class Observed(NamedTuple):
    """A value of a subject on a day; None: no data. `requests` are those of a rate, None of a count. A day of the
    reference tells what is usual."""

    subject: str
    day: date
    value: float | None
    requests: int | None
    is_reference: bool


@dataclass(frozen=True)
class Usual:
    """What is usual on a day, between which values, and where the value of that day lies."""

    usual: float | None
    low: float | None
    high: float | None
    place: Literal["inside", "above", "below", "unknown"]


# A day of a subject, as `with_norm` gives it.
Row = dict[str, Any]


def norms_of(days: Iterable[Observed]) -> dict[str, list[Row]]:
    """The rows of `with_norm` by subject, in the order of the days given."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in with_norm(pl.DataFrame(list(days), _SCHEMA, orient="row")).iter_rows(named=True):
        found[row["subject"]].append(row)
    return found


def usual_of(row: Row) -> Usual:
    """What is usual on the day of a row, and where its value lies."""
    value, low, high = row["value"], row["low"], row["high"]
    place: Literal["inside", "above", "below", "unknown"] = "unknown"
    if value is not None and low is not None and high is not None:
        place = "below" if value < low else "above" if value > high else "inside"
    return Usual(row["usual"], low, high, place)


def course_of(rows: Sequence[Row]) -> Course:
    """The days of one subject as a drawing takes them."""
    return Course(*([row[name] for row in rows] for name in ("value", "low", "high")))


def with_norm(days: pl.DataFrame) -> pl.DataFrame:
    """The same rows with `usual`, `low` and `high`: what is usual on each day, and where chance may take it.

    A count has the median of its weekday, a rate that of all days. The spread is that of the subject's own days, but
    never less than pure chance would have it. It is taken from how far each day lies from the one before, of a count
    from the same weekday of the week before: an incident among the days is two steps, and does not widen it.

    Args:
        days: `subject`, `day`, `value` (NULL: no data), `requests` (those of a rate; NULL: `value` is a count),
            `is_reference` (the day tells what is usual).

    Returns:
        NULL in the three where too few days tell what is usual.
    """
    is_rate = pl.col("requests").is_not_null()
    reference = pl.when("is_reference").then("value")
    alike = ("subject", "kind_of_day")
    found = days.with_columns(kind_of_day=pl.when(is_rate).then(0).otherwise(pl.col("day").dt.weekday()))
    found = found.with_columns(
        usual=pl.when(
            reference.count().over(alike) >= pl.when(is_rate).then(_LEAST_DAYS).otherwise(_LEAST_WEEKDAYS)
        ).then(reference.median().over(alike))
    )
    usual = pl.col("usual")
    # Counts swing by a part of themselves.
    unit = pl.when(is_rate).then(1.0).otherwise(usual)
    found = found.with_columns(step=pl.when(unit > 0).then((reference.diff().over(alike) / unit).abs()))
    steps = pl.col("step").median().over("subject")
    # A day without requests has the room of the others.
    some = pl.col("requests").filter(pl.col("requests") > 0)
    requests = pl.when(pl.col("requests") > 0).then("requests").otherwise(some.median().over("subject"))
    chance = (
        pl.when(is_rate).then((usual * (1 - usual) / requests).sqrt()).otherwise(pl.max_horizontal(usual, 1.0).sqrt())
    )
    found = found.with_columns(spread=pl.max_horizontal(_OF_STEPS * steps * unit, chance) * _FAR)
    top = pl.when(is_rate).then(1.0).otherwise(float("inf"))
    return found.with_columns(
        low=pl.max_horizontal(usual - pl.col("spread"), 0.0).mul(pl.when(usual.is_not_null()).then(1.0)),
        high=pl.min_horizontal(usual + pl.col("spread"), top).mul(pl.when(usual.is_not_null()).then(1.0)),
    ).drop("kind_of_day", "step", "spread")
