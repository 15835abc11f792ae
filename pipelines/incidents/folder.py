"""Totals of all apps of a data folder, with which losses of single apps are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.incidents.detection.grids import Flags
from pipelines.incidents.detection.subjects import DayCounts
from pipelines.incidents.detection.volume_measure import Norms


@dataclass(frozen=True)
class Folder:
    """Totals of all apps of a data folder.

    Attributes:
        missing: by day, the norm of all requests minus the requests; negative if the day has more requests.
        records_per_request: the records of all days divided by their requests.
        apps: the number of apps.
    """

    missing: Mapping[date, float]
    records_per_request: float
    apps: int


def folder_of(counts: DayCounts, days: tuple[date, ...], has_norm: Flags, counted: int) -> Folder:
    """Return the totals of all apps over these days.

    Args:
        counts: counts of these days.
        days: without a gap, up to the as-of.
        has_norm: whether a usual volume is expected: the day has logs and is no holiday.
        counted: number of records of all days together.
    """
    requests = counts.grids["authorization_requests"] + counts.grids["verification_requests"]
    volumes = requests.sum(axis=1, keepdims=True)
    usual = Norms(has_norm[:, None]).of(volumes)
    missing = dict(zip(days, (usual - volumes)[:, 0].tolist(), strict=True))
    return Folder(missing, counted / max(volumes.sum(), 1.0), len({app_key for app_key, _ in counts.keys}))
