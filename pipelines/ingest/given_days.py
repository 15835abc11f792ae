"""Finds how old the records of each new file may be: a log that grew may keep the old records that it gave before."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pipelines.common.days import last_closed_day
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.part_reader import RunTime, first_accepted
from pipelines.reading.files.landing import names_before_rotation
from pipelines.store.manifest import Manifest


@dataclass(frozen=True)
class GivenDays:
    """The time of a run, and by path the first day of the contents that count and have records from before the first
    day that the run accepts.
    """

    time: RunTime
    first_days: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest, settings: Settings, time: RunTime) -> "GivenDays":
        """Return the first days of the contents in a manifest."""
        first = first_accepted(settings, time)
        found: dict[str, date] = {}
        for entry in manifest.live_parts():
            if (day := min(entry.days, default=first)) < first:
                found[entry.path] = min(day, found.get(entry.path, day))
        return cls(time, found)

    @classmethod
    def at(cls, now: datetime, manifest: Manifest, settings: Settings) -> "GivenDays":
        """Return them as a run that starts at `now` would find them."""
        return cls.of(manifest, settings, RunTime(last_closed_day(now, settings.timezone), now, manifest.events_from))

    def time_of(self, path: str) -> RunTime:
        """Return the time for reading a file, with `given_from` if a content at its path, or at its path before
        rotation, has such records.
        """
        names = (path, *names_before_rotation(path)) if self.first_days else ()
        days = [self.first_days[name] for name in names if name in self.first_days]
        return replace(self.time, given_from=min(days)) if days else self.time
