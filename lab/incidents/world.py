"""A world: the day tables of an installation over some months, and the incidents that were planted in them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl

from lab.incidents.apps import App
from lab.incidents.days import HOLIDAY, Days
from lab.incidents.drawing import draw_app
from lab.incidents.faults import ALL, Fault
from lab.incidents.installation import Noise, installation
from lab.incidents.keys import Keys, Records, day_states
from lab.incidents.planning import Plan, plan
from lab.incidents.planted import Planted
from lab.incidents.truth import Truth


@dataclass(frozen=True)
class Size:
    """The number of apps, and the records a day of the smallest and of the largest app."""

    apps: int
    least: float
    most: float


SIZES: Final = {
    "tiny": Size(1, 300, 300),
    "small": Size(5, 60, 3_000),
    "medium": Size(12, 60, 30_000),
    "large": Size(30, 60, 100_000),
    "huge": Size(40, 60, 100_000),
}


@dataclass(frozen=True)
class World:
    """The day tables of an installation, and the incidents that a correct detection finds in them.

    Attributes:
        outcome_daily, day_states: tables in the form of the contract.
        notes: made-up notes about some incidents.
        planted: the incidents that must be found.
    """

    outcome_daily: pl.DataFrame
    day_states: pl.DataFrame
    notes: pl.DataFrame
    planted: list[Planted]
    apps: list[App]
    days: Days


def world(seed: int, *, size: str = "medium", days: int = 120, noise: Noise = "usual", quiet: bool = False) -> World:
    """Return the world of a seed. `noise` is how much its days vary; a `quiet` world has no faults.

    `size` is a key of `SIZES`.
    """
    rng = np.random.default_rng([seed, 0])
    span = Days(HOLIDAY - timedelta(days=int(rng.integers(days // 3, days // 2 + 1))), days)
    made = SIZES[size]
    sizes = np.geomspace(made.least, made.most, made.apps) if made.apps > 1 else np.array([made.most])
    apps = installation(rng, span, rng.permutation(sizes), noise)
    chosen = Plan(apps, []) if quiet else plan(rng, apps, span)
    keys = Keys(chosen.apps, span)
    records, incidents = _certain(seed, chosen, span, keys)
    missing = {incident.first_day for incident in incidents if incident.kind == "data"}
    order = np.argsort(records.keys)
    outcome_daily = keys.rows(Records(records.keys[order], records.counts[order])).cast({pl.Enum: pl.String})
    return World(outcome_daily, day_states(span, missing), _notes(rng, incidents), incidents, chosen.apps, span)


def _certain(seed: int, chosen: Plan, days: Days, keys: Keys) -> tuple[Records, list[Planted]]:
    """Return the records of a world, and the incident that each planted fault causes.

    A fault whose incident is in doubt is taken out of the plan, and the records are drawn again without it.
    """
    drawn: dict[str, Records] = {}
    known: dict[str, Planted] = {}
    while True:
        _draw(seed, chosen, days, keys, drawn)
        records = Records(*(np.concatenate(parts) for parts in zip(*drawn.values(), strict=True)))
        unknown = [fault for fault in chosen.faults if fault.name not in known]
        if not unknown:
            return records, [known[fault.name] for fault in chosen.faults]
        truth = Truth(
            keys.rows(records), chosen.apps, days, {fault.first for fault in chosen.faults if fault.kind == "data"}
        )
        known |= {fault.name: incident for fault in unknown if (incident := truth.planted(fault))}
        doubtful = [fault for fault in unknown if fault.name not in known]
        chosen = chosen.without(doubtful)
        reached = {app.key for app in chosen.apps if any(fault.app_key in (ALL, app.key) for fault in doubtful)}
        drawn = {key: one for key, one in drawn.items() if key not in reached}
        near = [fault.name for fault in chosen.faults if any(_meet(fault, other) for other in doubtful)]
        known = {name: incident for name, incident in known.items() if name not in near}


def _meet(one: Fault, other: Fault) -> bool:
    """Return whether two faults can change the same rate or volume."""
    return one.channel == other.channel or ALL in (one.channel, other.channel)


def _draw(seed: int, chosen: Plan, days: Days, keys: Keys, drawn: dict[str, Records]) -> None:
    """Draw the records of all apps that are not in `drawn`, and add them to `drawn` by app key."""
    for place, app in enumerate(chosen.apps):
        if app.key not in drawn:
            faults = [fault for fault in chosen.faults if fault.app_key in (ALL, app.key)]
            drawn[app.key] = draw_app([seed, 1, place], app, faults, days, keys)


def _notes(rng: np.random.Generator, planted: list[Planted]) -> pl.DataFrame:
    """Return notes about a random third of the incidents, with columns `day`, `app_key` and `text`.

    A note is of the first day or the next one; an empty app means all apps.
    """
    rows = [
        (
            incident.first_day + timedelta(days=int(rng.integers(0, 2))),
            "" if incident.app_key == ALL else incident.app_key,
        )
        for incident in planted
        if rng.random() < 1 / 3
    ]
    columns = {"day": [day for day, _ in rows], "app_key": [key for _, key in rows], "text": ["known"] * len(rows)}
    return pl.DataFrame(columns, schema={"day": pl.Date, "app_key": pl.String, "text": pl.String})
