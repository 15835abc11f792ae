"""Decides how old the records of a file may be. A log that only grew keeps the old records that it delivered before."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pipelines.common.days import last_closed_day
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.part_reader import RunTime, first_accepted
from pipelines.reading.files.landing import names_before_rotation
from pipelines.store.manifest import Manifest


@dataclass(frozen=True)
class GivenDays:
    """The time of a run, and the paths whose stored records begin before the first day that the run accepts.

    `first_days` has the first day of the stored records, by path.
    """

    time: RunTime
    first_days: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest, settings: Settings, time: RunTime) -> "GivenDays":
        """Return the instance for a run at `time`, from the contents in a manifest."""
        first = first_accepted(settings, time)
        found: dict[str, date] = {}
        for entry in manifest.live_parts():
            # An entry also lists days whose events retention removed.
            stored = (day for day in entry.days if not time.events_from or day >= time.events_from)
            if (day := min(stored, default=first)) < first:
                found[entry.path] = min(day, found.get(entry.path, day))
        return cls(time, found)

    @classmethod
    def at(cls, now: datetime, manifest: Manifest, settings: Settings) -> "GivenDays":
        """Return the instance for a run that starts at `now` and closes the last day that is over."""
        return cls.of(manifest, settings, RunTime(last_closed_day(now, settings.timezone), now, manifest.events_from))

    def time_of(self, path: str) -> RunTime:
        """Return the run's time for reading the file at `path`.

        If `first_days` has this path, or its path before rotation, the day is set as `given_from`, so that the run
        accepts the older records again.
        """
        names = (path, *names_before_rotation(path)) if self.first_days else ()
        days = [self.first_days[name] for name in names if name in self.first_days]
        return replace(self.time, given_from=min(days)) if days else self.time
