"""An incident: a row of the table `incidents`, and how its id is computed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from pipelines.contract.measures.counts import RATE_OF, SIGN_IN

# Value of `app_key` for all apps together, and of `channel` for all channels together.
ALL: Final = "*"
# The kind of incidents that are listed but are no failures of sign-in, and so raise no alarm.
FURTHER: Final = "further"


@dataclass(frozen=True)
class Cause:
    """The cause of an incident; all fields are None if no cause is known."""

    # `cell`, `mix` or `broad` for a rate, else None.
    kind: str | None = None
    # `dimension=value`, or two of these joined with ` & `; None if the change is broad. For an incident of the data,
    # the faulty parts, such as `source=gw1, gw2`; `all` is a short day whose last hours are not missing.
    cell: str | None = None
    # The cell's rates, for the kinds `cell` and `mix`.
    before: float | None = None
    now: float | None = None
    # The rates of all other requests, for these kinds.
    rest_before: float | None = None
    rest_now: float | None = None
    # The cell's part of the change, for these kinds and for a surge.
    share: float | None = None


NO_CAUSE: Final = Cause()
BROAD: Final = Cause("broad")
# The columns of a cause, in the order of its fields.
_CAUSE: Final = ("cause_kind", "cause", "cause_before", "cause_now", "rest_before", "rest_now", "share")


class Subject(NamedTuple):
    """Kind, metric, app and channel of an incident."""

    kind: str
    metric: str
    app_key: str
    channel: str


class Span(NamedTuple):
    """The first and last day of an incident, as indexes into a list of days, and its state.

    `ended_on` is the day whose data show the end. While the incident lasts, `last` and `ended_on` are None, and `state`
    is `open`.
    """

    first: int
    last: int | None
    state: str
    ended_on: int | None = None


class Loss(NamedTuple):
    """The cost of an incident, in requests, sessions or records; 0 for a latency.

    Only days with data and a norm are compared. Incidents of missing or copied days compare the days of the incident
    itself.

    Attributes:
        level_before: the expected level; for copied days, their own number of records.
        level_now: the level of the newest compared days.
        lost: the cost of the newest compared day.
        lost_total: the cost of all compared days.
        day: the index of the newest compared day; None means the incident's last day, or the as-of if the incident is
            open.
    """

    level_before: float
    level_now: float
    lost: float
    lost_total: float
    day: int | None = None


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
    lost_day: date | None = None
    ended_on: date | None = None

    @classmethod
    def of(cls, subject: Subject, days: Sequence[date], span: Span, loss: Loss, cause: Cause = NO_CAUSE) -> "Incident":
        """Return the incident of a subject over a span of `days`, which end with the as-of.

        The same subject and first day give the same id in every run.
        """
        first, last = days[span.first], None if span.last is None else days[span.last]
        lasted = len(days[span.first :] if span.last is None else days[span.first : span.last + 1])
        key = hashlib.sha256("\n".join((*subject, first.isoformat())).encode()).hexdigest()[:16]
        newest = last or days[-1] if loss.day is None else days[loss.day]
        ended_on = None if span.ended_on is None else days[span.ended_on]
        return cls(
            key, *subject, first, last, span.state, lasted, *loss[:4], cause, lost_day=newest, ended_on=ended_on
        )  # fmt: skip

    @property
    def subject(self) -> tuple[str, str]:
        """App and channel."""
        return self.app_key, self.channel

    @property
    def is_rate(self) -> bool:
        """Whether the incident is about a rate: only these incidents have cells."""
        return self.metric in RATE_OF or self.metric == SIGN_IN

    @property
    def is_volume(self) -> bool:
        """Whether the incident is about a number of requests: a volume or a surge."""
        return self.metric in ("volume", "surge")

    def loss_day(self, as_of: date) -> date:
        """Return the day that `lost` refers to: `lost_day`, or the as-of for rows of earlier versions without this
        column.
        """
        return self.lost_day or as_of

    def covers(self, day: date) -> bool:
        """Return whether the incident lasted on that day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def overlaps(self, other: "Incident") -> bool:
        """Return whether both incidents share a day."""
        return self.covers(other.first_day) or other.covers(self.first_day)

    def as_row(self) -> dict[str, Any]:
        """Return the incident as a row of the table."""
        return asdict(self) | dict(zip(_CAUSE, astuple(self.cause), strict=True))

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Incident":
        """Return the incident of a row of the table."""
        own = {name: row[name] for name in cls.__annotations__ if name in row}
        return cls(**own | {"cause": Cause(*(row[name] for name in _CAUSE))})
