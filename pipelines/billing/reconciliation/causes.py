"""THE CAUSE of a difference between a statement and the log: causes are tried in a fixed order, and the first cause
that explains the difference within the tolerance is taken.

This module tries the causes of one difference, given the differences of other accounts. `reconciled_days.py` and
`reconciled_months.py` compute the differences.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from pipelines.billing.reconciliation.log_side import LogCounts

WITHIN: Final = "within"
SHIFT: Final = "shift"
NO_LOG: Final = "no_log"


class DifferenceCause(NamedTuple):
    """A cause of a difference, how many records it explains, and the hours of the shift if the cause is `shift`."""

    cause: str
    explained: int | None
    shift_hours: int | None = None


@dataclass(frozen=True)
class Difference:
    """The count of a statement minus the count of the log, and data for finding the cause.

    Attributes:
        counts: the log's counts of the same records.
        shift: the hours by which the console's days are shifted, and the records that this explains; None without a
            shift.
        peers: key of the group of accounts whose differences cancel out if uses are billed to the wrong account; None
            without a group.
        given_cause: a cause that the caller found; it has precedence over all others except `within`.
    """

    difference: int
    tolerance: int
    counts: LogCounts
    shift: tuple[int, int] | None = None
    peers: Hashable = None
    given_cause: DifferenceCause | None = None

    def early_cause(self) -> DifferenceCause | None:
        """Return the cause that the account's own data determine: `within`, the given cause, or `shift`; else None."""
        if self._is_explained_by(0):
            return DifferenceCause(WITHIN, 0)
        if self.given_cause:
            return self.given_cause
        if self.shift and self._is_explained_by(self.shift[1]):
            return DifferenceCause(SHIFT, self.shift[1], self.shift[0])
        return None

    def cause(self, peers: Mapping[Hashable, int]) -> DifferenceCause:
        """Return the cause of the difference. `peers` has the sum of differences by group, from `sums_of_peers`."""
        if early := self.early_cause():
            return early
        if self.peers is not None and abs(peers[self.peers]) <= self.tolerance:
            return DifferenceCause("other_account", self.difference)
        sign = 1 if self.difference > 0 else -1
        counts = self.counts
        found = (("mismatch", sign * counts.mismatches), ("unknown", sign * counts.unknowns))
        for name, explained in (*found, ("duplicates", counts.duplicates)):
            if self._is_explained_by(explained):
                return DifferenceCause(name, explained)
        return DifferenceCause("unexplained", 0)

    def _is_explained_by(self, count: int) -> bool:
        return abs(self.difference - count) <= self.tolerance


def sums_of_peers(differences: Iterable[Difference]) -> dict[Hashable, int]:
    """Return the sum of the differences of each group of accounts (`Difference.peers`). Differences without a group, or
    with an early cause (`Difference.early_cause`), are left out.
    """
    sums: dict[Hashable, int] = defaultdict(int)
    for one in differences:
        if one.peers is not None and not one.early_cause():
            sums[one.peers] += one.difference
    return sums
