"""The marked days of a chart: incidents of its channels, notes, and releases of SDK versions.

The pages' scripts mark the same days (`static/js/data/marks.ts`); `scales.py` draws them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.incidents.incident import ALL, Incident
from reports.content.wording.language import t
from reports.content.wording.words import word
from reports.plots.scales import Mark
from reports.plots.source import Source


def marks(source: Source, app_key: str, incidents: Iterable[Incident], channels: Collection[str]) -> list[Mark]:
    """Return the marks of an app, or of all apps together (`*`), for a chart of the given channels.

    A mark can be on a day outside of the chart.

    Args:
        incidents: the incidents of the app.
    """
    noted = source.text(t("Noted"))
    return [
        *_incident_marks(source, incidents, channels),
        *(Mark("note", day, noted, noted) for (day,) in source.marts.rows("chart_notes", app_key=app_key)),
        # Releases are computed from requests in the login channels.
        *(_release_marks(source, app_key) if {*channels} & {*LOGIN_CHANNELS} else ()),
    ]


def _incident_marks(source: Source, incidents: Iterable[Incident], channels: Collection[str]) -> Iterator[Mark]:
    """Yield a mark for each day on which an incident of these or of all channels began, labelled with the channels."""
    by_day: dict[date, set[str]] = defaultdict(set)
    for one in incidents:
        if one.channel in (ALL, *channels):
            by_day[one.first_day].add(one.channel)
    said = source.text(t("Incident"))
    for day, found in by_day.items():
        names = [source.text(word(channel)) for channel in sorted(found) if channel != ALL]
        yield Mark("incident", day, " · ".join([said, *names]), said)


def _release_marks(source: Source, app_key: str) -> Iterator[Mark]:
    by_day: dict[date, list[str]] = defaultdict(list)
    for version, day in source.marts.releases(app_key):
        by_day[day].append(version)
    for day, names in by_day.items():
        yield Mark("release", day, " · ".join(names), names[0])
