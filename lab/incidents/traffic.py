"""Computes the expected requests of each cell of an app by day, their chance of success, and the effects of faults."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.incidents.apps import App, Channel
from lab.incidents.days import Days, Floats, Ints
from lab.incidents.faults import Fault
from lab.incidents.installation import CARRIER_EFFECTS, CARRIERS

_FAR = 2.5
_PLATFORM_EFFECTS = {"android": -0.05, "harmony": -0.2, "ios": 0.1}


@dataclass(frozen=True)
class Cells:
    """The cells of a channel.

    Attributes:
        values: the value of each cell by dimension; None for NULL.
        shares: the cell's share of the channel's requests, by day and cell.
    """

    values: dict[str, list[str | None]]
    shares: Floats

    def mask(self, where: dict[str, str]) -> NDArray[np.bool_]:
        """Return, for each cell, whether it has all the values in `where`."""
        found = np.ones(self.shares.shape[1], dtype=bool)
        for name, value in where.items():
            found &= np.array([one == value for one in self.values[name]])
        return found


def cells(app: App, channel: Channel, faults: list[Fault], count: int) -> Cells:
    """Return the cells of a channel for `count` days. Cells of social channels differ only by platform and SDK
    version.
    """
    social = channel.name not in ("one_click", "local_verify")
    platforms = _platform_shares(app, faults, count)
    versions = _version_shares(app, count)
    versions = {None: np.ones(count)} if social and not app.social_versions else versions
    carriers = {"unknown": 1.0} if social else CARRIERS
    vendors = {channel.name: 1.0} if social else app.vendors
    rows: list[tuple[Any, ...]] = []
    shares = []
    for platform, platform_share in platforms.items():
        for version, version_share in ({None: np.ones(count)} if platform == "h5" else versions).items():
            for carrier, carrier_share in carriers.items():
                for vendor, vendor_share in vendors.items():
                    rows.append((platform, carrier, version, vendor))
                    shares.append(platform_share * version_share * carrier_share * vendor_share)
    names = ("platform", "carrier", "sdk_version", "vendor")
    return Cells({name: [row[place] for row in rows] for place, name in enumerate(names)}, np.array(shares).T)


def _platform_shares(app: App, faults: list[Fault], count: int) -> dict[str, Floats]:
    moved = np.zeros(count)
    for campaign in app.campaigns:
        moved[campaign.first : campaign.first + campaign.length] += campaign.shift
    if "h5" not in app.platforms:
        moved[:] = 0
    for fault in faults:
        if fault.kind == "mix":
            moved += fault.depths(count)
    return {
        name: (share + moved if name == "h5" else share * (1 - moved / (1 - app.platforms.get("h5", 0))))
        for name, share in app.platforms.items()
    }


def _version_shares(app: App, count: int) -> dict[str | None, Floats]:
    left = np.ones(count)
    found: dict[str | None, Floats] = {}
    for version in reversed(app.versions):
        adoption = version.adoption(count)
        found[version.name] = left * adoption
        left = left * (1 - adoption)
    return found


def volume(rng: np.random.Generator, app: App, days: Days) -> Floats:
    """Return the expected records of an app by day, without faults."""
    found = app.records * days.volume_factors(app.weekday, app.holiday)
    found *= np.exp(app.growth * np.arange(days.count) / 100 + rng.normal(0, app.swing, days.count))
    for campaign in app.campaigns:
        found[campaign.first : campaign.first + campaign.length] *= campaign.lift
    return found


def lost_volume(app: App, channel: Channel, faults: list[Fault], count: int) -> Floats:
    """Return the factor for a channel's volume on each of `count` days: below 1 if faults take requests away."""
    left = np.ones(count)
    for fault in faults:
        if fault.kind in ("volume", "data") and fault.hits(app.key, channel.name):
            left *= 1 - fault.depths(count)
    return left


def swings(rng: np.random.Generator, channel: Channel, count: int) -> Floats:
    """Return the random deviation of the log odds of success for each of `count` days. It is too small to be a
    fault.
    """
    steps = np.clip(rng.normal(0, 1, count), -_FAR, _FAR) * channel.swing * np.sqrt(1 - channel.memory**2)
    found = np.zeros(count)
    for day in range(count):
        found[day] = (channel.memory * found[day - 1] if day else 0.0) + steps[day]
    return found + channel.drift * np.linspace(-1, 1, count)


def success(app: App, found: Cells, usual: float, swing: Floats) -> Floats:
    """Return the chance of success by day and cell, without faults.

    `usual` is the usual rate, `swing` the deviation of the log odds by day.
    """
    effects = {version.name: version.effect for version in app.versions}
    platform = [app.h5_effect if name == "h5" else _PLATFORM_EFFECTS[str(name)] for name in found.values["platform"]]
    carrier = [CARRIER_EFFECTS[str(name)] for name in found.values["carrier"]]
    if found.values["carrier"] == ["unknown"] * len(carrier):
        carrier = [0.0] * len(carrier)
    version = [effects.get(str(name), 0.0) for name in found.values["sdk_version"]]
    log_odds: Floats = np.log(usual / (1 - usual)) + np.array([platform, carrier, version]).sum(axis=0)
    chance: Floats = 1 / (1 + np.exp(-(log_odds[None, :] + swing[:, None])))
    return chance


def failing(found: Cells, faults: list[Fault], metric: str, count: int) -> Floats:
    """Return the share of the successes that faults of a metric take away, by day and cell."""
    left = np.ones((count, len(found.values["platform"])))
    for fault in faults:
        if fault.kind == "rate" and fault.metric == metric:
            left *= 1 - fault.depths(count)[:, None] * found.mask(fault.where)[None, :]
    return 1 - left


def burst_cells(
    rng: np.random.Generator, channel: Channel, expected: Floats, chance: Floats
) -> tuple[Ints, Ints, Ints]:
    """Return three arrays: day, cell and size of each burst. A burst is repeated requests of one device.

    It has at most 3 requests, or twice the standard deviation of the day's successes if that is more.
    """
    total = expected.sum(axis=1)
    chosen = np.flatnonzero((rng.random(len(total)) < channel.bursts) & (total > 0))
    most = 2 * np.sqrt((expected * chance * (1 - chance)).sum(axis=1)[chosen])
    sizes = rng.integers(2, np.maximum(3, most).astype(int) + 1)
    where = np.array([rng.choice(expected.shape[1], p=expected[day] / total[day]) for day in chosen], dtype=np.int64)
    return chosen, where, sizes
