"""The tolerance: the largest difference at which a statement still agrees with the log."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Tolerance:
    """A number of records, or a share of the statement's count, whichever is more."""

    records: int = 5
    share: float = 0.005

    def of(self, count: int) -> int:
        """Return the largest accepted difference between a statement's count and the log's."""
        # From the decimal text: 0.005 has no exact binary form.
        return max(self.records, int(Fraction(str(self.share)) * count))
