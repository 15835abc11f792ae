"""How far a statement may be from the log and still agree with it."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Tolerance:
    """So many records, or so large a share of what the statement says, whichever is more."""

    records: int = 5
    share: float = 0.005

    def of(self, count: int) -> int:
        """What may be between a statement's count and the log's."""
        # As it is written: 0.005 is no fraction of a computer.
        return max(self.records, int(Fraction(str(self.share)) * count))
