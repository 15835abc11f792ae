"""What the reading of a file needs to know beside its bytes."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.common.days import fixed_offset
from pipelines.contract.record.channels import CHANNELS


@dataclass(frozen=True)
class Reading:
    """Zones and limits of a reading.

    Attributes:
        business_zone: where a business day begins and ends.
        source_zone: of times without offset.
        oldest, newest: instants outside are `too_old` and `invalid:event_time`.
        channels: those that a record may have.
    """

    business_zone: str
    source_zone: str
    oldest: datetime
    newest: datetime
    channels: tuple[str, ...] = CHANNELS

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of `record_query`. `fixed_offset_ms` is the business zone's one offset over all accepted
        instants; None where it changes.
        """
        offset = fixed_offset(self.business_zone, self.oldest, self.newest)
        return {
            "source_zone": self.source_zone,
            "business_zone": self.business_zone,
            "fixed_offset_ms": None if offset is None else int(offset.total_seconds() * 1000),
            "oldest": self.oldest.replace(tzinfo=None),
            "newest": self.newest.replace(tzinfo=None),
        }
