"""Draws the apps of a world at random, within usual limits."""

from typing import Literal

import numpy as np

from lab.incidents.apps import App, Campaign, Channel, Version
from lab.incidents.days import HOLIDAY_DAYS, Days, Floats

Noise = Literal["calm", "usual", "noisy"]

CARRIERS = {"CMCC": 0.52, "CTCC": 0.19, "CUCC": 0.22, "unknown": 0.07}
CARRIER_EFFECTS = {"CMCC": 0.2, "CTCC": -0.2, "CUCC": 0.0, "unknown": -0.9}
# How likely an app has the channel, its usual weight, and the range of its success.
_CHANNELS = {
    "one_click": (0.9, 1.0, (0.915, 0.945)),
    "local_verify": (0.45, 0.3, (0.94, 0.965)),
    "wechat": (0.7, 0.5, (0.945, 0.97)),
    "qq": (0.35, 0.25, (0.93, 0.96)),
    "weibo": (0.25, 0.15, (0.90, 0.935)),
}
_PLATFORMS = (
    {"android": 0.62, "harmony": 0.06, "ios": 0.32},
    {"android": 0.55, "h5": 0.12, "ios": 0.33},
    {"android": 0.6, "ios": 0.4},
    {"android": 1.0},
)
_WEEKDAYS = ((1, 1, 1, 1, 1.02, 0.68, 0.62), (1, 0.98, 0.98, 1, 1.05, 1.15, 1.12), (1, 1, 1, 1, 1, 0.97, 0.97))
_SWINGS: dict[Noise, tuple[float, ...]] = {
    "calm": (0.0,),
    "usual": (0.0, 0.03, 0.06, 0.12),
    "noisy": (0.08, 0.15, 0.25),
}
_VOLUME_SWINGS: dict[Noise, tuple[float, float]] = {"calm": (0.01, 0.03), "usual": (0.03, 0.08), "noisy": (0.08, 0.15)}


def installation(rng: np.random.Generator, days: Days, sizes: Floats, noise: Noise) -> list[App]:
    """Return a random app for each number of records a day in `sizes`. `noise` is how much their numbers vary."""
    return [_app(rng, days, f"app{place + 1:02d}", size, noise) for place, size in enumerate(sizes)]


def _app(rng: np.random.Generator, days: Days, key: str, records: float, noise: Noise) -> App:
    weekday = np.array(_WEEKDAYS[rng.integers(len(_WEEKDAYS))], dtype=float)
    platforms = dict(_PLATFORMS[rng.choice(len(_PLATFORMS), p=(0.35, 0.3, 0.2, 0.15))])
    h5_effect = -rng.uniform(0.4, 2.2)
    split = rng.uniform(0.55, 0.8)
    vendors = ({"umeng": 1.0}, {"jiguang": 1 - split, "umeng": split}, {"jiguang": 1.0})
    return App(
        key,
        float(records),
        rng.uniform(-0.05, 0.5),
        weekday,
        rng.uniform(weekday.min(), weekday.max()),
        rng.uniform(*_VOLUME_SWINGS[noise]),
        _channels(rng, noise),
        platforms,
        h5_effect,
        vendors[rng.choice(3, p=(0.55, 0.35, 0.1))],
        _versions(rng, days),
        bool(rng.random() < 0.5),
        bool(rng.random() < 0.12),
        _campaigns(rng, days, h5_effect),
    )


def _channels(rng: np.random.Generator, noise: Noise) -> tuple[Channel, ...]:
    names = [name for name, (chance, _, _) in _CHANNELS.items() if rng.random() < chance] or ["one_click"]
    weights = np.array([_CHANNELS[name][1] * rng.uniform(0.6, 1.4) for name in names])
    return tuple(
        Channel(
            name,
            float(weight),
            rng.uniform(*_CHANNELS[name][2]),
            float(rng.choice(_SWINGS[noise])),
            0.15 if noise == "noisy" else 0.0,
            0.0 if name == "local_verify" else rng.uniform(0.05, 0.15),
            0.0 if noise == "calm" or rng.random() < 0.7 else rng.uniform(0.25, 0.6),
            0.0 if noise == "calm" else rng.uniform(-0.1, 0.1),
        )
        for name, weight in zip(names, weights / weights.sum(), strict=True)
    )


def _versions(rng: np.random.Generator, days: Days) -> tuple[Version, ...]:
    """Return two versions that were in use before the world, and one or two that are launched on random days."""
    minor = int(rng.integers(8, 13))
    found = [
        Version(f"2.{minor}.0", None, 0, 1, 1.0, rng.uniform(-0.08, 0.08)),
        Version(f"2.{minor + 1}.0", None, 0, 1, rng.uniform(0.5, 0.8), rng.uniform(-0.08, 0.08)),
    ]
    launches = sorted(rng.integers(0, days.count, size=rng.integers(1, 3)))
    for place, launch in enumerate(launches):
        curve = (rng.uniform(8, 20), rng.uniform(3, 7), rng.uniform(0.7, 0.9))
        found.append(Version(f"2.{minor + 2 + place}.0", int(launch), *curve, rng.uniform(-0.08, 0.08)))
    return tuple(found)


def _campaigns(rng: np.random.Generator, days: Days, h5_effect: float) -> tuple[Campaign, ...]:
    """Return at most one campaign, which does not begin near the public holiday.

    It moves fewer requests to h5 if h5 lowers the success more, so that no rate changes by a percentage point.
    """
    first = int(rng.integers(5, days.count - 5))
    if rng.random() < 0.5 or days.holiday - 12 < first < days.holiday + HOLIDAY_DAYS:
        return ()
    return (Campaign(first, int(rng.integers(4, 9)), rng.uniform(1.15, 1.45), min(0.15, 0.04 / -h5_effect)),)
