"""An incident: a row of the table, and what makes its id."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.incidents.causes import Cause

# Stands for all apps together, and for all channels of an app.
ALL: Final = "*"
NO_CAUSE: Final = Cause("broad")


@dataclass(frozen=True)
class Incident:
    """A row of the table `incidents`."""

    incident_id: str
    kind: str
    metric: str
    app_key: str
    channel: str
    first_day: date
    last_day: date | None
    state: str
    days: int
    level_before: float
    level_now: float
    lost: float
    lost_total: float
    cause: Cause
    codes: str | None = None
    part_of: str | None = None

    @property
    def subject(self) -> tuple[str, str]:
        """App and channel."""
        return self.app_key, self.channel

    def overlaps(self, other: "Incident") -> bool:
        """Whether there is a day that belongs to both."""
        return (self.last_day is None or other.first_day <= self.last_day) and (
            other.last_day is None or self.first_day <= other.last_day
        )


def incident_id(kind: str, metric: str, app_key: str, channel: str, first_day: date) -> str:
    """The same for the same subject and first day, in every run."""
    named = "\n".join((kind, metric, app_key, channel, first_day.isoformat()))
    return hashlib.sha256(named.encode()).hexdigest()[:16]
