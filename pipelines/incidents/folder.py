"""Totals of all apps of a data folder, with which losses of single apps are compared."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.incidents.data_metrics import SHORT_DAY
from pipelines.incidents.detection.grids import Flags, sums_before
from pipelines.incidents.detection.subjects import DayCounts
from pipelines.incidents.detection.volume_measure import Norms
from pipelines.incidents.incident import ALL, Incident


@dataclass(frozen=True)
class Folder:
    """Totals of all apps of a data folder.

    Attributes:
        missing: by app (`*`: all) and day, the norm of the requests minus the actual requests; negative if the day has
            more requests. It has only the first day of each `short_day` incident, for `*` and for the apps with a
            volume incident.
        records_per_request: the records of all days divided by their requests.
        apps: the number of apps.
    """

    missing: Mapping[tuple[str, date], float]
    records_per_request: float
    apps: int


def folder_of(
    counts: DayCounts, days: tuple[date, ...], has_norm: Flags, counted: int, incidents: Collection[Incident]
) -> Folder:
    """Return the totals of all apps over these days.

    Args:
        counts: counts of these days.
        days: without a gap, up to the as-of.
        has_norm: whether a usual volume is expected: the day has logs and is no holiday.
        counted: number of records of all days together.
        incidents: the incidents that are compared with these totals.
    """
    requests = counts.grids["authorization_requests"] + counts.grids["verification_requests"]
    short = {days.index(one.first_day) for one in incidents if one.metric == SHORT_DAY}
    # Apps are only compared with short days.
    fallen = {one.app_key for one in incidents if one.metric == "volume"} if short else set()
    channels: dict[str, list[int]] = defaultdict(list)
    for place, (app_key, _) in enumerate(counts.keys):
        if app_key in fallen:
            channels[app_key].append(place)
    apps = [ALL, *channels]
    of_apps = (requests.sum(axis=1), *(requests.take(places, axis=1).sum(axis=1) for places in channels.values()))
    volumes = np.stack(of_apps, axis=1)
    # The norm of an app begins with its first request.
    has_begun = (sums_before(volumes)[1:] > 0) | (np.array(apps) == ALL)
    missing = Norms(has_norm[:, None] & has_begun).of(volumes) - volumes
    return Folder(
        {(app, days[place]): float(missing[place, at]) for at, app in enumerate(apps) for place in short},
        counted / max(volumes[:, 0].sum(), 1.0),
        len({app_key for app_key, _ in counts.keys}),
    )
