"""What the page of limits shows: what each limit would have blocked, and how often devices and phones come back.

Lives here: the rows of the tables over the last 30 days. Does not belong here: the words (`limit_words.py`), what a
limit blocks (`pipelines/rollup/`).
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pipelines.contract.registry.limits import DEFAULTS
from reports.content.published import PublishedTables

# A limit is worth it from so many saved uses for each blocked success: fewer are a customer lost for a few cents.
_WORTH = 2


class LimitSums(NamedTuple):
    """What a limit would have blocked, over all apps: `saved` uses, and successes, which are its `harm`; most of these
    are `most_harm`, of `most_harmed`."""

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
        """Whether it saves clearly more uses than it turns away good sign-ins."""
        return self.saved >= _WORTH * self.harm


class RepeatClass(NamedTuple):
    """Keys that came so often on a day, with their requests and uses."""

    key: str
    requests_class: str
    keys: int
    requests: int
    uses: int


class RepeatKey(NamedTuple):
    """A key with many requests on a day."""

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
    """All that the page shows: limits that save most first; `limited` are the records that the provider limited in
    fact."""

    sums: list[LimitSums]
    limited: int
    classes: list[RepeatClass]
    keys: list[RepeatKey]

    @property
    def has_own(self) -> bool:
        """Whether a limit is one that somebody wrote: the others are there without a file."""
        return bool({one.limit_id for one in self.sums} - {one.limit_id for one in DEFAULTS})

    @property
    def most_saving(self) -> LimitSums | None:
        """The limit that would have saved most uses, of those that are worth it if any is; None if none saves any."""
        saving = [one for one in self.sums if one.saved]
        return next((one for one in saving if one.is_worth_it), saving[0] if saving else None)


def limits(marts: PublishedTables) -> Limits:
    """Limits and repeated keys of the last 30 days."""
    ((limited,),) = marts.rows("billing/limited_records")
    return Limits(
        [LimitSums(*row) for row in marts.rows("billing/limit_sums")],
        limited,
        [RepeatClass(*row) for row in marts.rows("billing/repeat_classes")],
        [RepeatKey(*row) for row in marts.rows("billing/repeat_keys")],
    )
