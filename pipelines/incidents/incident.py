"""An incident: a row of the table, and what makes its id."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from pipelines.incidents.cause import Cause

# Stands for all apps together, and for all channels of an app.
ALL: Final = "*"
NO_CAUSE: Final = Cause("broad")


class Subject(NamedTuple):
    """What an incident is of."""

    kind: str
    metric: str
    app_key: str
    channel: str


class Span(NamedTuple):
    """From which day to which, as places in a list of days; `last` is None, and `state` `open`, while it lasts."""

    first: int
    last: int | None
    state: str


class Loss(NamedTuple):
    """The level of the baseline and that of the newest days, and what it cost on its newest day and in all."""

    level_before: float
    level_now: float
    lost: float
    lost_total: float


@dataclass(frozen=True)
class Incident:
    """A row of the table `incidents`."""

    incident_id: str
    kind: str
    metric: str
    app_key: str
    channel: str
    first_day: date
    last_day: date | None
    state: str
    days: int
    level_before: float
    level_now: float
    lost: float
    lost_total: float
    cause: Cause
    codes: str | None = None
    part_of: str | None = None

    @classmethod
    def of(
        cls,
        subject: Subject,
        days: Sequence[date],
        span: Span,
        loss: Loss,
        cause: Cause = NO_CAUSE,
        codes: str | None = None,
    ) -> "Incident":
        """The incident of a subject over some of these days, the last of which is the as-of."""
        first, last = days[span.first], None if span.last is None else days[span.last]
        lasted = len(days[span.first :] if span.last is None else days[span.first : span.last + 1])
        return cls(incident_id(*subject, first), *subject, first, last, span.state, lasted, *loss, cause, codes)

    @property
    def subject(self) -> tuple[str, str]:
        """App and channel."""
        return self.app_key, self.channel

    def overlaps(self, other: "Incident") -> bool:
        """Whether there is a day that belongs to both."""
        return (self.last_day is None or other.first_day <= self.last_day) and (
            other.last_day is None or self.first_day <= other.last_day
        )

    def as_row(self) -> dict[str, Any]:
        """The incident by the columns of the table."""
        row = asdict(self)
        cause = row.pop("cause")
        # Only a rate has a cause to look for; of the others the cell alone may be there.
        return (
            row
            | {"cause_kind": cause["kind"] if self.kind == "rate" else None, "cause": cause["cell"]}
            | {column: cause[name] for column, name in _CAUSE_COLUMNS.items()}
        )

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Incident":
        """The incident of a row of the table."""
        cause = Cause(
            row["cause_kind"] or NO_CAUSE.kind,
            row["cause"],
            **{name: row[column] for column, name in _CAUSE_COLUMNS.items()},
        )
        return cls(
            cause=cause,
            **{name: value for name, value in row.items() if name in cls.__annotations__ and name != "cause"},
        )


_CAUSE_COLUMNS: Final = {
    "cause_before": "before",
    "cause_now": "now",
    "rest_before": "rest_before",
    "rest_now": "rest_now",
    "share": "share",
}


def incident_id(kind: str, metric: str, app_key: str, channel: str, first_day: date) -> str:
    """The same for the same subject and first day, in every run."""
    named = "\n".join((kind, metric, app_key, channel, first_day.isoformat()))
    return hashlib.sha256(named.encode()).hexdigest()[:16]
