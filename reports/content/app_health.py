"""Computes the figures of the apps that the briefing lists on the data day, with usual ranges.

Apps with an open incident come first, then apps below a usual range, then the others. The usual range is defined in
`pipelines/incidents/usual/norms.py`; the usage page lists all apps with all counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.common.days import window
from pipelines.incidents.usual.norms import REFERENCE_DAYS, DayNorm, DayValue, IncidentDays, norms_of
from reports.content.context import App, Quality
from reports.content.published import DAYS, PublishedTables

# Number of apps that the briefing lists; the usage page lists all.
APPS_LISTED: Final = 50


@dataclass(frozen=True)
class AppHealth:
    """An app on the data day: requests (`volume`) and technical success (`rate`), each with its usual range.

    Attributes:
        has_open_incident: the app has an open incident.
        has_red_incident: one of the app's open incidents is red.
        newest: the newest day with a record of the app, out of the last 30; None if there is no such day.
        line: the rate on the last 30 days. If no day has a rate, the requests; `is_line_of_rate` is then false.
    """

    app: App
    has_open_incident: bool
    has_red_incident: bool
    newest: date | None
    volume: DayNorm
    rate: DayNorm
    line: Sequence[DayNorm]
    is_line_of_rate: bool

    @property
    def is_below(self) -> bool:
        """Whether the app's requests or technical success are below the usual range."""
        return "below" in (self.rate.side, self.volume.side)

    @property
    def is_unusual(self) -> bool:
        """Whether the app's requests or technical success are outside the usual range."""
        return self.is_below or "above" in (self.rate.side, self.volume.side)

    @property
    def has_no_usual_range(self) -> bool:
        """Whether requests and technical success both lack a value or a usual range.

        A usual range needs enough earlier days. On a holiday, requests have no usual range.
        """
        return self.rate.side == self.volume.side == "unknown"


def app_health(
    marts: PublishedTables,
    by_key: Mapping[str, App],
    open_: Mapping[str, bool],
    incident_days: IncidentDays,
    quality: Quality,
) -> list[AppHealth]:
    """Return the apps that the briefing lists: with an open incident, then below a usual range, then the others.

    Apps with an open incident are in the order of `open_`. The two other groups are sorted by requests, most first.

    Args:
        open_: by key of each app with an open incident, whether one of these incidents is red.
    """
    listed = marts.rows("briefing/health_apps", listed=APPS_LISTED)
    keys = [key for key, *_ in listed]
    days = list(window(marts.publication.as_of, DAYS + REFERENCE_DAYS))
    rows_by_day = marts.rows("health_days", keys=keys, drawn_first=days[0])
    counted = {(key, day): counts for key, day, *counts in rows_by_day}
    channels = marts.channel_keys
    rows = []
    for key, _, first in listed:
        for day in days:
            # Days before the app's first record count as unknown, not as zero.
            known = day in quality.with_data and first is not None and day >= first
            volume, won, asked, cancelled = counted.get((key, day), (0, 0, 0, 0))
            requests = asked - cancelled
            is_reference = not incident_days.has(key, channels, day)
            rate = won / requests if known and requests else None
            rows.append(
                DayValue(
                    f"{key} volume", day, volume if known else None, None, is_reference, day not in quality.holidays
                )
            )
            rows.append(DayValue(f"{key} rate", day, rate, requests, is_reference))
    norms = norms_of(rows, DAYS)
    place = {key: i for i, key in enumerate(open_)}
    found = [_health(by_key[key], newest, open_.get(key), norms) for key, newest, _ in listed]
    return sorted(
        found,
        key=lambda one: (place.get(one.app.key, len(place)), not one.is_below, -(one.volume.value or 0), one.app.key),
    )


def _health(
    app: App, newest: date | None, has_red_incident: bool | None, norms: Mapping[str, list[DayNorm]]
) -> AppHealth:
    volume, rate = (norms[f"{app.key} {name}"] for name in ("volume", "rate"))
    has_rate = any(row.value is not None for row in rate)
    return AppHealth(
        app,
        has_red_incident is not None,
        bool(has_red_incident),
        newest,
        volume[-1],
        rate[-1],
        rate if has_rate else volume,
        has_rate,
    )
