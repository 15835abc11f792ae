"""An incident: a row of the table, and what makes its id."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from pipelines.contract.measures.counts import RATE_OF, SIGN_IN

# Stands for all apps together, and for all channels of an app.
ALL: Final = "*"
# The kind of what is worth a line and is no fault of signing in.
FURTHER: Final = "further"


@dataclass(frozen=True)
class Cause:
    """Why a rate changed. `cell` is `dimension=value`, two of them with ` & ` between; None where it is broad. What is
    no rate has no `kind`.

    `before` and `now` are the cell's rates, `rest_before` and `rest_now` those of all other requests, `share` the
    cell's part of the change.
    """

    kind: str | None = None
    cell: str | None = None
    before: float | None = None
    now: float | None = None
    rest_before: float | None = None
    rest_now: float | None = None
    share: float | None = None


NO_CAUSE: Final = Cause()
BROAD: Final = Cause("broad")
# The columns of a cause, in the order of its fields.
_CAUSE: Final = ("cause_kind", "cause", "cause_before", "cause_now", "rest_before", "rest_now", "share")


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
    def of(cls, subject: Subject, days: Sequence[date], span: Span, loss: Loss, cause: Cause = NO_CAUSE) -> "Incident":
        """The incident of a subject over some of these days, the last of which is the as-of.

        Its id is the same for the same subject and first day, in every run.
        """
        first, last = days[span.first], None if span.last is None else days[span.last]
        lasted = len(days[span.first :] if span.last is None else days[span.first : span.last + 1])
        key = hashlib.sha256("\n".join((*subject, first.isoformat())).encode()).hexdigest()[:16]
        return cls(key, *subject, first, last, span.state, lasted, *loss, cause)

    @property
    def subject(self) -> tuple[str, str]:
        """App and channel."""
        return self.app_key, self.channel

    @property
    def is_rate(self) -> bool:
        """Whether it is of a rate, which has cells."""
        return self.metric in RATE_OF or self.metric == SIGN_IN

    @property
    def is_volume(self) -> bool:
        """Whether it is of requests that came or did not."""
        return self.metric in ("volume", "surge")

    def covers(self, day: date) -> bool:
        """Whether it was there on that day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def overlaps(self, other: "Incident") -> bool:
        """Whether there is a day that belongs to both."""
        return self.covers(other.first_day) or other.covers(self.first_day)

    def as_row(self) -> dict[str, Any]:
        """The incident by the columns of the table."""
        return asdict(self) | dict(zip(_CAUSE, astuple(self.cause), strict=True))

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Incident":
        """The incident of a row of the table."""
        own = {name: row[name] for name in cls.__annotations__ if name in row}
        return cls(**own | {"cause": Cause(*(row[name] for name in _CAUSE))})
