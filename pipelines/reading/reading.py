"""The parameters of reading a file: time zones, accepted times and channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from pipelines.common.days import ZoneOffsets, zone_offsets
from pipelines.contract.record.channels import CHANNELS

# No clock is changed by more than a day.
_AROUND_CHANGE = timedelta(days=2)


@dataclass(frozen=True)
class Reading:
    """The parameters of reading a file.

    Attributes:
        business: the offsets of the time zone of business days.
        source: the offsets of the time zone that applies to times without an offset.
        oldest, newest: records before `oldest` are rejected as `too_old`, records after `newest` as
            `invalid:event_time`.
        channels: the channels that a record may have.
    """

    business: ZoneOffsets
    source: ZoneOffsets
    oldest: datetime
    newest: datetime
    channels: tuple[str, ...] = CHANNELS

    @classmethod
    def of_zones(
        cls,
        business_zone: str,
        source_zone: str,
        oldest: datetime,
        newest: datetime,
        channels: tuple[str, ...] = CHANNELS,
    ) -> Self:
        """Return the parameters for two time zones. Their offsets are computed in this process, because the tz database
        of a Spark executor can have another version.
        """
        business = zone_offsets(business_zone, oldest, newest)
        # If a change of the clock repeats a local time, its first occurrence can be before `oldest`.
        source = zone_offsets(source_zone, oldest - _AROUND_CHANGE, newest)
        return cls(business, source, oldest, newest, channels)

    @property
    def parameters(self) -> dict[str, object]:
        """The SQL parameters of `record_query`, by name: the offsets of both zones in milliseconds, the times at which
        the offsets change, and the oldest and newest accepted times.
        """
        return {
            "source_changes": list(self.source.local_changes),
            "source_offsets_ms": _milliseconds(self.source.offsets),
            "business_changes": [change.replace(tzinfo=None) for change in self.business.changes],
            "business_offsets_ms": _milliseconds(self.business.offsets),
            "oldest": self.oldest.replace(tzinfo=None),
            "newest": self.newest.replace(tzinfo=None),
        }


def _milliseconds(offsets: Iterable[timedelta]) -> list[int]:
    return [offset // timedelta(milliseconds=1) for offset in offsets]
