"""The parameters of reading a file: time zones, accepted times and channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.common.days import zone_offsets
from pipelines.contract.record.channels import CHANNELS

# No clock is changed by more than a day.
_AROUND_CHANGE = timedelta(days=2)


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
        """The parameters of `record_query`: of both zones, the offsets and the times from which they are in force."""
        business = zone_offsets(self.business_zone, self.oldest, self.newest)
        # A local time may have occurred first before `oldest`.
        source = zone_offsets(self.source_zone, self.oldest - _AROUND_CHANGE, self.newest)
        return {
            "source_changes": list(source.local_changes),
            "source_offsets_ms": _milliseconds(source.offsets),
            "business_changes": [change.replace(tzinfo=None) for change in business.changes],
            "business_offsets_ms": _milliseconds(business.offsets),
            "oldest": self.oldest.replace(tzinfo=None),
            "newest": self.newest.replace(tzinfo=None),
        }


def _milliseconds(offsets: Iterable[timedelta]) -> list[int]:
    return [offset // timedelta(milliseconds=1) for offset in offsets]
