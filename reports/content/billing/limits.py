"""The page of limits: the requests that each limit would have blocked in the last 30 days, and how many requests
devices and phones made in a day.

The texts are in `limit_words.py`; `pipelines/engines/limit_walk.py` simulates the limits.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from pipelines.common.days import local_time
from pipelines.contract.registry.limits import DEFAULTS
from reports.content.published import PublishedTables

# Saved uses per blocked success from which a limit is worth it: with fewer, each lost customer saves only a few cents.
_WORTH = 2


class LimitSums(NamedTuple):
    """Sums of a limit over all apps and the last 30 days.

    Attributes:
        with_key: requests whose record has the limit's key (device, phone or app).
        blocked, saved, harm: requests, billed uses and successes that the limit would have blocked.
        most_harmed: the app with the most blocked successes; their number is `most_harm`.
    """

    limit_id: str
    requests: int
    with_key: int
    blocked: int
    saved: int
    harm: int
    most_harmed: str
    most_harm: int

    @property
    def is_worth_it(self) -> bool:
        """Whether the limit saves at least `_WORTH` uses for each success that it blocks."""
        return self.saved >= _WORTH * self.harm


class RepeatClass(NamedTuple):
    """The devices or phones (see `key`) whose number of requests in an app on a day is in one class, such as `6-10`.

    The last 30 days of all apps are summed: `keys` counts a device or phone once for each app and day.
    """

    key: str
    requests_class: str
    keys: int
    requests: int
    uses: int


class RepeatKey(NamedTuple):
    """A device or phone that made many requests in an app on one day; `key` says which, `key_hash` is its hash."""

    day: date
    key: str
    app_key: str
    key_hash: str
    requests: int
    uses: int
    first_at: str
    last_at: str


@dataclass(frozen=True)
class Limits:
    """All data of the page of limits.

    `sums` begins with the limit that saves most; `limited` counts records that the provider itself rejected as limited.
    """

    sums: list[LimitSums]
    limited: int
    classes: list[RepeatClass]
    keys: list[RepeatKey]

    @property
    def has_own(self) -> bool:
        """Whether any limit in `sums` has another id than the default limits, and so comes from the registry file."""
        return bool({one.limit_id for one in self.sums} - {one.limit_id for one in DEFAULTS})

    @property
    def most_saving(self) -> LimitSums | None:
        """The limit that saves most uses among the limits that are worth it (`is_worth_it`).

        If no limit is worth it, the limit that saves most uses. None if no limit saves a use.
        """
        saving = [one for one in self.sums if one.saved]
        return next((one for one in saving if one.is_worth_it), saving[0] if saving else None)


def limits(marts: PublishedTables) -> Limits:
    """Return the sums of each limit, and the devices and phones with repeated requests, of the last 30 days."""
    zone = marts.publication.time_zone
    ((limited,),) = marts.rows("limited_records")
    return Limits(
        [LimitSums(*row) for row in marts.rows("billing/limit_sums")],
        limited,
        [RepeatClass(*row) for row in marts.rows("billing/repeat_classes")],
        [
            RepeatKey._make([*row, _clock(first_at, zone), _clock(last_at, zone)])
            for *row, first_at, last_at in marts.rows("repeat_keys")
        ],
    )


def _clock(instant: datetime, zone: str) -> str:
    return f"{local_time(instant, zone):%H:%M:%S}"
