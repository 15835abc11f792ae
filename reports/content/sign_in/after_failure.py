"""Counts sessions with a failure as a matrix: a row for each first failure, columns for how the session went on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

FAILURES_LISTED: Final = 8
"""Largest number of failures with a row of their own."""


class FailurePath(NamedTuple):
    """Sessions with the same first failure (`failed_channel`, `failure`) and the same end: their way (see `Ways`), and
    the channel by which they signed in.
    """

    failed_channel: str
    failure: str
    way: str
    signed_in_by: str | None
    sessions: int
    within_minute: int


@dataclass(frozen=True)
class FailureRow:
    """Counts of the sessions with a given first failure, by how they went on.

    Attributes:
        channel, failure: channel and outcome of the first failure; None for the sum of several failures.
        retry: sessions that signed in by the failed channel.
        by_channel: sessions that signed in by another channel, for each column of the matrix.
        cut: sessions that were not seen signing in, but may continue after midnight.
        lost: all other sessions that were not seen signing in.
        within_minute: sessions that signed in at most a minute after the failure.
    """

    channel: str | None
    failure: str | None
    sessions: int
    retry: int
    by_channel: list[int]
    cut: int
    lost: int
    within_minute: int

    @property
    def recovered(self) -> int:
        """The number of sessions that signed in."""
        return self.concluded - self.lost

    @property
    def concluded(self) -> int:
        """The number of sessions that midnight did not cut, the denominator of the recovery rate."""
        return self.sessions - self.cut


@dataclass(frozen=True)
class AfterFailure:
    """The matrix of first failures and how their sessions went on.

    `channels` are the columns, `rows` the most frequent failures. `others` is the number of all other failures and the
    sum of their rows; None if `rows` has all failures. `total` is the sum of all failures.
    """

    channels: list[str]
    rows: list[FailureRow]
    others: tuple[int, FailureRow] | None
    total: FailureRow


def after_failure(paths: Sequence[FailurePath]) -> AfterFailure:
    """Return the matrix of the sessions in `paths`: a row for each first failure, the most frequent first, and columns
    for how the sessions went on. Failures after the first `FAILURES_LISTED` are summed in one row, `others`.
    """
    came_back: dict[str, int] = defaultdict(int)
    by_failure: dict[tuple[str, str], list[FailurePath]] = defaultdict(list)
    for path in paths:
        by_failure[path.failed_channel, path.failure].append(path)
        if path.way == "other" and path.signed_in_by:
            came_back[path.signed_in_by] += path.sessions
    channels = sorted(came_back, key=lambda one: (-came_back[one], one))
    rows = sorted(
        (_row(found, channels, *failure) for failure, found in by_failure.items()),
        key=lambda one: (-one.sessions, one.channel or "", one.failure or ""),
    )
    named, rest = rows[:FAILURES_LISTED], rows[FAILURES_LISTED:]
    left = [path for one in rest for path in by_failure[one.channel or "", one.failure or ""]]
    return AfterFailure(channels, named, (len(rest), _row(left, channels)) if rest else None, _row(paths, channels))


def _row(
    paths: Sequence[FailurePath], channels: Sequence[str], channel: str | None = None, failure: str | None = None
) -> FailureRow:
    def of_way(way: str) -> int:
        return sum(path.sessions for path in paths if path.way == way)

    return FailureRow(
        channel,
        failure,
        sum(path.sessions for path in paths),
        of_way("retry"),
        [sum(path.sessions for path in paths if path.way == "other" and path.signed_in_by == one) for one in channels],
        of_way("cut"),
        of_way("lost"),
        sum(path.within_minute for path in paths),
    )
