"""Joins incidents that have one cause: each part gets the id of the incident that it is part of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final

import polars as pl

from pipelines.contract.measures.counts import SIGN_IN, TECHNICAL
from pipelines.incidents.data_metrics import DATA_METRICS, SHORT_DAY
from pipelines.incidents.folder import Folder
from pipelines.incidents.incident import ALL, FURTHER, Incident

# Contract: an incident explains another one if its loss is at least this share of the other's.
_EXPLAINS: Final = 0.75
# Incidents begin together if their first days are at most this far apart.
SAME_START_DAYS: Final = 1


def with_parts(incidents: Collection[Incident], cells: pl.DataFrame, folder: Folder) -> list[Incident]:
    """Return the incidents, each with the id of the incident that it is part of. Incidents of kind `further` can only
    be part of each other.

    Args:
        cells: cells of the rate incidents, with their `incident_id`.
        folder: totals with which losses of apps and of the data are compared.
    """
    further = [one for one in incidents if one.kind == FURTHER]
    others = [one for one in incidents if one.kind != FURTHER]
    return [one for some in (others, further) for one in _with_parts(some, cells, folder)]


def _with_parts(incidents: list[Incident], cells: pl.DataFrame, folder: Folder) -> list[Incident]:
    whole: dict[str, str] = {}
    for pairs in (
        _same_cell(incidents),
        _short_days(incidents, folder),
        _data(incidents, folder),
        _all_apps(incidents, cells),
        _sign_ins(incidents),
        _of_a_rate(incidents),
        _channels(incidents),
        _broad(incidents),
    ):
        for part, of in pairs:
            # The first reason found wins. A cycle of parts is prevented.
            if part.incident_id not in whole and part.incident_id not in _wholes(of.incident_id, whole):
                whole[part.incident_id] = of.incident_id
    return [replace(one, part_of=whole.get(one.incident_id)) for one in incidents]


def _wholes(incident_id: str, whole: Mapping[str, str]) -> Iterator[str]:
    """Yield the incident's id, then the id of the incident that it is part of, and so on to the outermost incident."""
    one: str | None = incident_id
    while one:
        yield one
        one = whole.get(one)


def _begin_together(one: Incident, other: Incident) -> bool:
    return abs((one.first_day - other.first_day).days) <= SAME_START_DAYS


def _all_apps(incidents: Collection[Incident], cells: pl.DataFrame) -> Iterator[tuple[Incident, Incident]]:
    """Yield pairs of a part and its whole for each incident of a rate of all apps together.

    If one app explains the change of the rate, and has an overlapping incident of the same rate or of its volume, that
    incident is the whole. Otherwise, the incidents of the same rate in single apps that begin together with it are its
    parts.
    """
    for one in (one for one in incidents if one.is_rate and one.app_key == ALL):
        apps = [of for of in incidents if of.app_key != ALL]
        same = [of for of in apps if (of.metric, of.channel) == (one.metric, one.channel)]
        silent = [of for of in apps if of.metric == "volume" and of.channel in (ALL, one.channel)]
        app = _explaining_app(cells.filter(pl.col("incident_id") == one.incident_id))
        behind = next((of for of in (*same, *silent) if of.app_key == app and one.overlaps(of)), None)
        if behind:
            yield one, behind
        else:
            yield from ((of, one) for of in same if _begin_together(of, one))


def _same_cell(incidents: Collection[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Yield pairs of a part and its whole.

    Incidents of rates that begin together and have the same cell as cause are a group, whatever their app, channel and
    metric. The whole is an incident of all apps together if there is one, else the incident that lost most. The others
    are its parts.
    """
    by_cell: dict[str | None, list[Incident]] = defaultdict(list)
    caused = (one for one in incidents if one.cause.kind == "cell")
    # If both lost the same, the sign-in rate is part of technical success, as in `_sign_ins`.
    for one in sorted(caused, key=lambda one: (one.app_key != ALL, -one.lost, one.metric == SIGN_IN, one.incident_id)):
        by_cell[one.cause.cell].append(one)
    for alike in by_cell.values():
        while alike:
            of, *others = alike
            yield from ((one, of) for one in others if _begin_together(one, of))
            alike = [one for one in others if not _begin_together(one, of)]


def _short_days(incidents: Collection[Incident], folder: Folder) -> Iterator[tuple[Incident, Incident]]:
    """Yield each pair of a part and its whole that includes a day cut short.

    If missing hours, missing files or one app's volume explain the day, the day is part of that incident. All other
    incidents of missing hours, files and volumes that begin together with the day are its parts, unless a volume
    explains it.
    """
    for short in (one for one in incidents if one.metric == SHORT_DAY):
        beside = [one for one in incidents if _begin_together(one, short)]
        gone = [one for one in beside if one.kind == "data" and DATA_METRICS[one.metric].is_undelivered]
        volumes = [one for one in beside if one.kind == "volume"]
        behind = next((one for one in gone if one.lost_total >= _EXPLAINS * short.lost_total), None)
        # A volume that explains the day can have begun earlier.
        if behind is None and not gone and short.cause.cell == "all" and folder.apps > 1:
            behind = _explaining_volume(short, incidents, folder)
        if behind:
            yield short, behind
        if behind is None or behind.kind != "volume":
            yield from ((one, short) for one in (*gone, *volumes) if one is not behind)


def _explaining_volume(short: Incident, incidents: Collection[Incident], folder: Folder) -> Incident | None:
    """Return an incident of the volume of the app that explains the short day `short`; None if no app does.

    On the first day of `short`, this app lacks at least three quarters of the requests that all apps together lack.
    """
    most = _EXPLAINS * folder.missing[ALL, short.first_day]
    volumes = [
        one for one in incidents
        if one.kind == "volume" and (_begin_together(one, short) or one.covers(short.first_day))
        and folder.missing[one.app_key, short.first_day] >= most > 0
    ]  # fmt: skip
    return min(volumes, key=lambda one: (one.channel != ALL, -one.lost_total, one.incident_id), default=None)


def _data(incidents: Iterable[Incident], folder: Folder) -> Iterator[tuple[Incident, Incident]]:
    """Yield pairs of a part and its whole for incidents that begin together with a data incident.

    A data incident is paired with each one whose metric is earlier in `DATA_METRICS`; the first pair counts. A volume
    is paired with each data incident that lost enough records to explain its loss.
    """
    order = [*DATA_METRICS]
    for of in sorted((one for one in incidents if one.kind == "data"), key=lambda one: order.index(one.metric)):
        for one in incidents:
            if _begin_together(of, one) and (
                order.index(one.metric) > order.index(of.metric) if one.kind == "data"
                else one.kind == "volume" and DATA_METRICS[of.metric].explains_volumes
                and of.lost_total >= _EXPLAINS * one.lost_total * folder.records_per_request
            ):  # fmt: skip
                yield one, of


def _sign_ins(incidents: Collection[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Yield pairs of a part and its whole: the fall of an app's sign-in rate is part of a fall of the app's technical
    success rate that begins together with it. The whole is in the channel that lost most.
    """
    for one in (one for one in incidents if one.metric == SIGN_IN):
        behind = [
            of for of in incidents if of.metric == TECHNICAL and of.app_key == one.app_key and _begin_together(of, one)
        ]
        if behind:
            yield one, min(behind, key=lambda of: (-of.lost, of.incident_id))


def _of_a_rate(incidents: Collection[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Yield pairs of a part and its whole, where the whole is an incident of a rate in the same app and at the same
    time.

    A fall of `verification_result_rate` is a part if technical success fell in its channel. A volume that fell with the
    rate or later is a part if the loss of the rate explains it: users who cannot sign in request no verification, and
    return less often.
    """
    for one, of in product(incidents, (one for one in incidents if one.kind == "rate")):
        is_its_result = one.channel == of.channel and (one.metric, of.metric) == ("verification_result_rate", TECHNICAL)
        came_with_it = (
            one.kind == "volume"
            and one.channel in (of.channel, ALL)
            and (of.first_day - one.first_day).days <= SAME_START_DAYS
            and of.lost_total >= _EXPLAINS * one.lost_total
        )
        if one.app_key == of.app_key and one.overlaps(of) and (is_its_result or came_with_it):
            yield one, of


def _channels(incidents: Collection[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Yield pairs of a part and its whole for volume incidents of an app and of its channels.

    A channel's incident is part of the app's incident. If only one channel fell and it explains the app's loss, the
    app's incident is part of the channel's incident instead, unless the channel's `level_before` is the app's own.
    """
    volumes = [one for one in incidents if one.is_volume]
    for app in (one for one in volumes if one.channel == ALL):
        channels = [one for one in volumes if one.app_key == app.app_key and one.channel != ALL and one.overlaps(app)]
        is_alone = len(channels) == 1 and channels[0].lost_total >= _EXPLAINS * app.lost_total
        for one in channels:
            yield (app, one) if is_alone and app.level_before > one.level_before else (one, app)


def _broad(incidents: Iterable[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Yield pairs of a part and its whole for rate incidents of one app that begin together and have a broad cause, as
    when a backend fails.

    The whole is the incident with the largest `lost`. Incidents of all apps together are joined in the same way.
    """
    by_app: dict[str, list[Incident]] = defaultdict(list)
    for one in incidents:
        if one.is_rate and one.cause.kind == "broad":
            by_app[one.app_key].append(one)
    for fallen in by_app.values():
        for one in fallen:
            most = min((of for of in fallen if _begin_together(of, one)), key=lambda of: (-of.lost, of.incident_id))
            if most is not one:
                yield one, most


def _explaining_app(cells: pl.DataFrame) -> str | None:
    """Return the app that explains at least three quarters of the change of a rate of all apps; None if none does."""
    apps = cells.filter(pl.col("second").is_null() & (pl.col("dimension") == "app_key"))
    effect = pl.col("mix_effect") + pl.col("rate_effect")
    most = apps.with_columns((effect / effect.sum()).alias("share")).sort("share", "value", descending=[True, False])
    return str(most["value"][0]) if most.height and most["share"][0] >= _EXPLAINS else None
