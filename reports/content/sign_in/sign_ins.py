"""The figures of the page of sign-in sessions over one span of days: typed rows of `sql/sign_in/`.

Words are in `sign_in_words.py`, the rates of the funnel in `funnel.py`, the matrix in `after_failure.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from pipelines.contract.measures.session_metrics import FUNNEL
from pipelines.contract.record.fields import ALL_APPS
from reports.content.published import PublishedTables
from reports.content.sign_in.after_failure import AfterFailure, FailurePath, FailureRow, after_failure
from reports.content.sign_in.funnel import Funnel

APPS_LISTED: Final = 200
"""Largest number of rows of the table of apps."""


class Ways(NamedTuple):
    """Counts of the sessions of an entry channel (None: of all channels) by way.

    Sessions signed in directly (`direct`), by the failed channel (`retry`) or by another channel (`other`), or were not
    seen signing in: `cut` sessions may continue after midnight, `lost` sessions do not.
    """

    entry_channel: str | None
    sessions: int
    direct: int
    retry: int
    other: int
    cut: int
    lost: int
    sign_in_rate: float | None


class Stop(NamedTuple):
    """Number of `lost` sessions with the same channel, stage and outcome of their last record."""

    channel: str
    stage: str
    outcome: str
    sessions: int


class DaySessions(NamedTuple):
    """The figures of the page's first sentence: sign-in records, sessions by way, sessions with a failure, and where
    sessions stopped.
    """

    records: int
    total: Ways
    failed: FailureRow
    stops: Sequence[Stop]


class AppSignIns(NamedTuple):
    """Sessions of an app; `apps` is the number of all apps with a session."""

    app_key: str
    sessions: int
    sign_in_rate: float | None
    recovery_rate: float | None
    lost: int
    apps: int


@dataclass(frozen=True)
class SignInFigures:
    """All figures of one span of days.

    Attributes:
        records, without_subject: the number of sign-in records, and of sign-in records that belong to no session.
        total, by_channel: sessions by way, over all entry channels and for each channel, most sessions first.
        text_records: the number of records of text messages.
    """

    records: int
    without_subject: int
    total: Ways
    by_channel: list[Ways]
    funnel: Funnel
    paths: AfterFailure
    stops: list[Stop]
    apps: list[AppSignIns]
    text_records: int

    @property
    def day_sessions(self) -> DaySessions:
        """The figures of the first sentence; only for a span of one day."""
        return DaySessions(self.records, self.total, self.paths.total, self.stops)


def sign_ins(marts: PublishedTables, days: int) -> SignInFigures:
    """Return the figures of the last 1, 7, 30 or 90 days; `marts.prepare` must have been called."""
    ((records, without_subject, *counts, text_records),) = marts.rows("sign_in/steps", window_days=days)
    *steps, prefetches, prefetch_successes, eligible_rate = counts
    total, *by_channel = (Ways(*row) for row in marts.rows("sign_in/ways", window_days=days))
    return SignInFigures(
        records,
        without_subject,
        total,
        by_channel,
        Funnel(_named(steps), prefetches, prefetch_successes, eligible_rate),
        after_failure([FailurePath(*row) for row in marts.rows("failure_paths", window_days=days)]),
        [Stop(*row) for row in marts.rows("stop_places", window_days=days)],
        [AppSignIns(*row) for row in marts.rows("sign_in/sign_in_apps", window_days=days, listed=APPS_LISTED)],
        text_records,
    )


def funnel_counts(marts: PublishedTables, first: date, app_key: str = ALL_APPS) -> dict[str, int]:
    """Return the counts of the funnel of an app, or of all apps together (`*`), from `first` to the as-of."""
    (counts,) = marts.rows("sign_in/funnel", first=first, app_key=app_key)
    return _named(counts)


def _named(counts: Sequence[int]) -> dict[str, int]:
    return dict(zip(("sessions", *FUNNEL), counts, strict=True))
