"""The parameters of reading a file: time zones, accepted times and channels."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.common.days import fixed_offset
from pipelines.contract.record.channels import CHANNELS


@dataclass(frozen=True)
class Reading:
    """The parameters of reading a file.

    Attributes:
        business_zone: the time zone of business days.
        source_zone: the time zone of times without offset.
        oldest, newest: records before `oldest` are rejected as `too_old`, records after `newest` as
            `invalid:event_time`.
        channels: the channels that a record may have.
    """

    business_zone: str
    source_zone: str
    oldest: datetime
    newest: datetime
    channels: tuple[str, ...] = CHANNELS

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of `record_query`. `fixed_offset_ms` is the UTC offset of the business zone if it is the same
        at all accepted instants, else None.
        """
        offset = fixed_offset(self.business_zone, self.oldest, self.newest)
        return {
            "source_zone": self.source_zone,
            "business_zone": self.business_zone,
            "fixed_offset_ms": None if offset is None else int(offset.total_seconds() * 1000),
            "oldest": self.oldest.replace(tzinfo=None),
            "newest": self.newest.replace(tzinfo=None),
        }
