"""One cause, one incident: which incident is a part of which."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from pipelines.incidents.incident import ALL, Incident

# Contract: the part of a fall from which on something explains the whole.
_EXPLAINS: Final = 0.75
SAME_START_DAYS: Final = 1
# Of what is found of the data on one day, the first is the cause; those up to `mix_shift` are of records that are gone.
DATA_METRICS: Final = (
    "missing_day", "copied_day", "rejected_share", "duplicate_share", "repeated_records", "hour_shift",
    "missing_delivery", "mix_shift", "field_shift", "unmapped_share",
)  # fmt: skip
LOSING: Final = DATA_METRICS[:8]


def with_parts(incidents: list[Incident], cells: Mapping[str, pl.DataFrame]) -> list[Incident]:
    """Each incident with the one that it is part of.

    Args:
        cells: of the rates of all apps together, by incident.
    """
    whole: dict[str, str] = {}
    for pairs in (
        _data(incidents),
        _all_apps(incidents, cells),
        _rates_of_an_app(incidents),
        _after_a_rate(incidents),
        _channels(incidents),
    ):
        for part, of in pairs:
            # Of several reasons the first stands, and what has parts of its own is not made one of them.
            if part.incident_id not in whole and whole.get(of.incident_id) != part.incident_id:
                whole[part.incident_id] = of.incident_id
    return [replace(one, part_of=whole.get(one.incident_id)) for one in incidents]


def _all_apps(
    incidents: Collection[Incident], cells: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[Incident, Incident]]:
    """The fall of all apps together is that of the app that explains it, be it by its silence; else what opened with it
    is part of it."""
    rates = [one for one in incidents if one.kind == "rate"]
    for one in rates:
        if one.app_key != ALL:
            continue
        same = [
            other for other in rates if other.app_key != ALL
            and (other.metric, other.channel) == (one.metric, one.channel)
        ]  # fmt: skip
        app = _explaining_app(cells[one.incident_id])
        silent = [other for other in incidents if other.kind == "volume" and other.channel in (ALL, one.channel)]
        behind = next((other for other in [*same, *silent] if other.app_key == app and one.overlaps(other)), None)
        if behind:
            yield one, behind
            continue
        for other in same:
            if abs((other.first_day - one.first_day).days) <= SAME_START_DAYS:
                yield other, one


def _data(incidents: Iterable[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Of data faults that open together the first of their list stands; volumes are part of what explains them."""
    for of in sorted((one for one in incidents if one.kind == "data"), key=lambda one: DATA_METRICS.index(one.metric)):
        for one in incidents:
            if abs((of.first_day - one.first_day).days) <= SAME_START_DAYS and (
                DATA_METRICS.index(one.metric) > DATA_METRICS.index(of.metric) if one.kind == "data"
                else one.kind == "volume" and of.metric in LOSING and of.lost_total >= _EXPLAINS * one.lost_total
            ):  # fmt: skip
                yield one, of


def _rates_of_an_app(incidents: Iterable[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Delivered verifications are part of technical success."""
    for one in incidents:
        for other in incidents:
            if (one.metric, other.metric) == ("verification_result_rate", "technical_success_rate") and (
                one.subject == other.subject and one.overlaps(other)
            ):
                yield one, other


def _after_a_rate(incidents: Iterable[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Who could not sign in asks for no verification, and comes back more rarely: a volume that fell while a rate was
    down, and of which that explains the loss, is part of it.
    """
    for one in incidents:
        for other in incidents:
            if (one.kind, other.kind) == ("volume", "rate") and (
                one.app_key == other.app_key
                and one.channel in (other.channel, ALL)
                and one.overlaps(other)
                and (other.first_day - one.first_day).days <= SAME_START_DAYS
                and other.lost_total >= _EXPLAINS * one.lost_total
            ):
                yield one, other


def _channels(incidents: Iterable[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """A channel's volume is part of its app's, unless it explains it alone."""
    volumes = [one for one in incidents if one.kind == "volume"]
    for app in volumes:
        if app.channel != ALL:
            continue
        channels = [one for one in volumes if one.app_key == app.app_key and one.channel != ALL and one.overlaps(app)]
        alone = [one for one in channels if one.lost_total >= _EXPLAINS * app.lost_total]
        if len(channels) == 1 and alone and _has_other_channels(app, alone[0]):
            yield app, alone[0]
        else:
            for one in channels:
                yield one, app


def _has_other_channels(app: Incident, channel: Incident) -> bool:
    """Whether the app has more than this channel: of one channel, the app's fall is told."""
    return app.level_before > channel.level_before


def _explaining_app(cells: pl.DataFrame) -> str | None:
    """The app that explains three quarters of a fall of all apps together."""
    apps = cells.filter(pl.col("second").is_null() & (pl.col("dimension") == "app_key"))
    effect = pl.col("mix_effect") + pl.col("rate_effect")
    most = apps.with_columns((effect / effect.sum()).alias("share")).sort("share", "value", descending=[True, False])
    return str(most["value"][0]) if most.height and most["share"][0] >= _EXPLAINS else None
