"""Chooses the faults of a world: some of each story, so far apart that each can be found separately."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lab.incidents.apps import App, Version
from lab.incidents.days import HOLIDAY_DAYS, Days
from lab.incidents.faults import ALL, Fault
from lab.incidents.stories import STORIES, Story, cell_share
from lab.incidents.tally import RATES, Subject

APART = 40
_TRIES = 100
_EDGE = 4
_LARGEST = 0.65
_LEAST_FALL = 0.045
# An app that moves the rate of all apps by less is not seen in it.
_TOUCHES = 0.002
# A failing version comes fast: days until half of its users have come, pace of the curve, share in the end.
_ROLLOUT = (6.0, 4.0, 0.85)


@dataclass(frozen=True)
class Plan:
    """The faults of a world, and its apps. The apps have the SDK versions with which faults begin."""

    apps: list[App]
    faults: list[Fault]

    def without(self, doubtful: list[Fault]) -> "Plan":
        """Return the plan without some of its faults."""
        return Plan(self.apps, [fault for fault in self.faults if fault not in doubtful])


def plan(rng: np.random.Generator, apps: list[App], days: Days) -> Plan:
    """Return a plan with faults that do not disturb each other. Larger worlds have more faults of each story."""
    made = Plan(list(apps), [])
    for story in sorted(STORIES, key=lambda story: (story.tier, rng.random())):
        times = int(rng.random() < story.everywhere) if story.everywhere else 1 + len(apps) // 10
        for _ in range(times):
            for _ in range(_TRIES):
                fault = story.fault(rng, made.apps, days)
                if fault is not None and _has_room(fault, made, days):
                    _add(fault, story, made)
                    break
    return made


def _add(fault: Fault, story: Story, made: Plan) -> None:
    made.faults.append(fault)
    if story.is_new_version:
        place = next(place for place, app in enumerate(made.apps) if app.key == fault.app_key)
        app = made.apps[place]
        version = Version(fault.where["sdk_version"], fault.first, *_ROLLOUT, 0.0)
        made.apps[place] = replace(app, versions=(*app.versions, version))


def _has_room(fault: Fault, made: Plan, days: Days) -> bool:
    if fault.kind != "data" and fault.app_key == ALL and not _is_of_all(fault, made.apps):
        return False
    near = [other for other in made.faults if _is_near(fault, other)]
    mine = set(touched(fault, made.apps)) if near else set()
    for other in near:
        if other.kind == "data":
            if any(edge is not None and abs(edge - other.first) < _EDGE for edge in (fault.first, fault.last)):
                return False
        elif not mine.isdisjoint(touched(other, made.apps)):
            return False
    far = fault.first >= days.holiday + HOLIDAY_DAYS + 14 or (fault.last or days.count) < days.holiday
    return far or fault.kind != "volume"


def _is_near(one: Fault, other: Fault) -> bool:
    """Return whether two faults overlap, or have fewer than `APART` days between them."""
    first, second = sorted((one, other), key=lambda fault: fault.first)
    return first.last is None or second.first - first.last < APART


def touched(fault: Fault, apps: list[App]) -> Iterator[Subject]:
    """Yield the subjects in which no second fault may be planted at the same time.

    The fault changes them, or their incidents would become part of the fault's incident.
    """
    if fault.kind == "volume":
        channels = [channel.name for app in apps if app.key == fault.app_key for channel in app.channels]
        hit = channels if fault.channel == ALL else [fault.channel]
        yield from (("volume", fault.app_key, channel) for channel in (ALL, *hit))
        for metric in RATES:
            yield from ((metric, fault.app_key, channel) for channel in hit)
    elif fault.kind != "data":
        reached = [app for app in apps if fault.app_key in (ALL, app.key) and app.channel(fault.channel)]
        metrics = RATES if fault.channel == "one_click" else (fault.metric,)
        yield from ((metric, app.key, fault.channel) for metric in metrics for app in reached)
        if fault.app_key == ALL or share(reached[0], fault.channel, apps) > _TOUCHES / fault.depth:
            yield from ((metric, ALL, fault.channel) for metric in metrics)


def _is_of_all(fault: Fault, apps: list[App]) -> bool:
    """Return whether a fault of all apps clearly lowers the rate of all apps together, and not mostly by one app."""
    found = [(app.records * channel.share, app) for app in apps if (channel := app.channel(fault.channel))]
    is_checked = fault.metric == "verification_result_rate"
    hit = [0.0 if app.logs_login and is_checked else records * cell_share(app, fault.where) for records, app in found]
    every = sum(records for records, _ in found)
    return max(hit) < _LARGEST * sum(hit) and fault.depth * sum(hit) > _LEAST_FALL * every


def share(app: App, channel: str, apps: list[App]) -> float:
    """Return the app's share of all records of that channel."""
    records = {one.key: one.records * found.share for one in apps if (found := one.channel(channel))}
    return records.get(app.key, 0.0) / max(sum(records.values()), 1e-9)
