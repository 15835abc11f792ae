"""Incidents of volumes: apps, or channels of an app, with far fewer requests than is usual on the weekday."""

from collections.abc import Collection
from datetime import date

from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.subjects import Volumes
from pipelines.incidents.detection.volume_measure import VolumeMeasure
from pipelines.incidents.incident import Incident, Subject


def volume_incidents(volumes: Volumes, days: tuple[date, ...], disabled: Collection[str] = ()) -> list[Incident]:
    """Return all incidents of volumes in these days.

    Args:
        days: without a gap, up to the as-of.
        disabled: apps that their owner switched off, which have no incidents of volumes.
    """
    found = []
    for fall in falls(VolumeMeasure(volumes.requests, volumes.has_norm)):
        app_key, channel = volumes.keys[fall.row]
        if app_key not in disabled:
            loss = fall.loss_of_volume(volumes.requests[:, fall.row])
            found.append(Incident.of(Subject("volume", "volume", app_key, channel), days, fall.span, loss))
    return found
