"""A planted incident, and the subjects whose incidents are part of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lab.incidents.apps import App
from lab.incidents.faults import ALL, Fault, Kind
from lab.incidents.rule import State
from lab.incidents.tally import RATES, Subject


@dataclass(frozen=True)
class Planted:
    """An incident that a planted fault causes.

    Attributes:
        cause_kind, cause: the cause of the fall of a rate; empty for a volume or missing data.
        level_before, level_during: rates, or requests a day for a volume.
        is_slow: whether the fault grows over several days.
        parts: the subjects whose own incidents at the same time are part of this incident.
    """

    story: str
    kind: Kind
    metric: str
    app_key: str
    channel: str
    first_day: date
    last_day: date | None
    state: State
    cause_kind: str
    cause: str
    level_before: float
    level_during: float
    lost_total: float
    is_slow: bool
    parts: tuple[Subject, ...]


def parts(fault: Fault, apps: list[App]) -> Iterator[Subject]:
    """Yield the subjects whose incidents become part of the incident that a fault causes."""
    if fault.kind == "volume":
        app = next(app for app in apps if app.key == fault.app_key)
        mine = {ALL, *(channel.name for channel in app.channels)} if fault.channel == ALL else {ALL, fault.channel}
        yield from (("volume", key, channel) for key in (fault.app_key, ALL) for channel in sorted(mine))
        return
    reached = [app.key for app in apps if app.channel(fault.channel) and fault.app_key in (ALL, app.key)]
    metrics = RATES if fault.channel == "one_click" else (fault.metric,)
    own = (fault.metric, fault.app_key, fault.channel)
    every = ((metric, key, fault.channel) for metric in metrics for key in (*reached, ALL))
    yield from (subject for subject in every if subject != own)
