"""THE CAUSES of a difference between a statement and the log: the first that leaves no more than the tolerance.

Lives here: one difference, its causes in their order, and what of other accounts is known of it. Which differences
there are is in `reconciled_days.py` and `reconciled_months.py`.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from pipelines.billing.reconciliation.log_side import Counts

WITHIN: Final = "within"
SHIFT: Final = "shift"
NO_LOG: Final = "no_log"


class Cause(NamedTuple):
    """Why a statement differs, and what of the difference that explains; None where there is no log."""

    cause: str
    explained: int | None
    shift_hours: int | None = None


@dataclass(frozen=True)
class Difference:
    """A statement less the log, and what may explain it.

    Attributes:
        counts: the log's counts of the same records.
        shift: hours and what they explain; None: there is no such shift.
        peers: differences with the same may be of uses that stand under another account; None: it has no peers.
        known: a cause that is known besides, behind `within`.
    """

    difference: int
    tolerance: int
    counts: Counts
    shift: tuple[int, int] | None = None
    peers: Hashable = None
    known: Cause | None = None

    def early_cause(self) -> Cause | None:
        """The cause, where the account itself tells it: `within`, what is known, or `shift`."""
        if self._is_explained_by(0):
            return Cause(WITHIN, 0)
        if self.known:
            return self.known
        if self.shift and self._is_explained_by(self.shift[1]):
            return Cause(SHIFT, self.shift[1], self.shift[0])
        return None

    def cause(self, peers: Mapping[Hashable, int]) -> Cause:
        """The cause, with the sums of the differences of its peers."""
        if early := self.early_cause():
            return early
        if self.peers is not None and abs(peers[self.peers]) <= self.tolerance:
            return Cause("other_account", self.difference)
        sign = 1 if self.difference > 0 else -1
        counts = self.counts
        found = (("mismatch", sign * counts.mismatches), ("unknown", sign * counts.unknowns))
        for name, explained in (*found, ("duplicates", counts.duplicates)):
            if self._is_explained_by(explained):
                return Cause(name, explained)
        return Cause("unexplained", 0)

    def _is_explained_by(self, count: int) -> bool:
        return abs(self.difference - count) <= self.tolerance


def sums_of_peers(differences: Iterable[Difference]) -> dict[Hashable, int]:
    """The sum of the differences that have no early cause, by what they have in common."""
    sums: dict[Hashable, int] = defaultdict(int)
    for one in differences:
        if one.peers is not None and not one.early_cause():
            sums[one.peers] += one.difference
    return sums
