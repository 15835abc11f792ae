"""Figures of sign-in sessions: typed rows of `sql/sign_in/`.

Words are in `sign_in_words.py`, the rates of the funnel in `funnel.py`.
"""

from datetime import date
from typing import Final, NamedTuple

from pipelines.contract.measures.session_metrics import FUNNEL
from pipelines.contract.record.fields import ALL_APPS
from reports.content.published import PublishedTables

APPS_LISTED: Final = 200
"""Largest number of rows of the table of apps."""


class Failed(NamedTuple):
    """Counts of sessions with a failure. Of those that were not seen signing in, `cut` sessions may continue after
    midnight, `lost` sessions do not.
    """

    sessions: int
    cut: int
    lost: int

    @property
    def recovered(self) -> int:
        """The number of sessions that signed in."""
        return self.concluded - self.lost

    @property
    def concluded(self) -> int:
        """The number of sessions that midnight did not cut, the denominator of the recovery rate."""
        return self.sessions - self.cut


class Stop(NamedTuple):
    """The last record of sessions that stopped without signing in."""

    channel: str
    stage: str
    outcome: str


class DaySessions(NamedTuple):
    """The figures of the sentence about a day: sign-in records, sessions, sessions cut by midnight, sessions with a
    failure, and where most lost sessions stopped.
    """

    records: int
    sessions: int
    cut: int
    sign_in_rate: float | None
    failed: Failed
    stop: Stop | None


class AppSignIns(NamedTuple):
    """Sessions of an app; `apps` is the number of all apps with a session."""

    app_key: str
    sessions: int
    sign_in_rate: float | None
    recovery_rate: float | None
    lost: int
    apps: int


def app_sign_ins(marts: PublishedTables, days: int) -> list[AppSignIns]:
    """Return the apps with most sessions in the last 7, 30 or 90 days; `marts.prepare` must have been called."""
    return [AppSignIns(*row) for row in marts.rows("sign_in/sign_in_apps", window_days=days, listed=APPS_LISTED)]


def funnel_counts(marts: PublishedTables, first: date, app_key: str = ALL_APPS) -> dict[str, int]:
    """Return the counts of the funnel of an app, or of all apps together (`*`), from `first` to the as-of."""
    (counts,) = marts.rows("funnel_sums", first=first, app_key=app_key)
    return dict(zip(("sessions", *FUNNEL), counts, strict=True))
