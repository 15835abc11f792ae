"""An app of a world: its size, channels, platforms, SDK versions and vendors, and how much its numbers vary."""

from dataclasses import dataclass

import numpy as np

from lab.incidents.days import Floats


@dataclass(frozen=True)
class Version:
    """An SDK version: in use since before the world (`launch` None), else from `launch` on, by a logistic curve."""

    name: str
    launch: int | None
    lag: float
    pace: float
    reach: float
    effect: float

    def adoption(self, count: int) -> Floats:
        """Return, for each day, the share of the older versions' users that have updated to this version."""
        if self.launch is None:
            return np.full(count, self.reach)
        day = np.arange(count)
        return np.where(day < self.launch, 0.0, self.reach / (1 + np.exp(-(day - self.launch - self.lag) / self.pace)))


@dataclass(frozen=True)
class Campaign:
    """Days with more volume, of which a part comes by one platform."""

    first: int
    length: int
    lift: float
    shift: float


@dataclass(frozen=True)
class Channel:
    """A channel of an app. `swing` and `memory` are of the success's log odds from day to day."""

    name: str
    share: float
    success: float
    swing: float
    memory: float
    cancelled: float
    bursts: float
    drift: float


@dataclass(frozen=True)
class App:
    """An app; `records` is its usual number of authorize and verify records a day."""

    key: str
    records: float
    growth: float
    weekday: Floats
    holiday: float
    swing: float
    channels: tuple[Channel, ...]
    platforms: dict[str, float]
    h5_effect: float
    vendors: dict[str, float]
    versions: tuple[Version, ...]
    social_versions: bool
    logs_login: bool
    campaigns: tuple[Campaign, ...]

    def channel(self, name: str) -> Channel | None:
        """Return the channel with that name; None if the app has none."""
        return next((one for one in self.channels if one.name == name), None)

    def next_version(self) -> str:
        """Return a name for the version after the newest one."""
        return f"2.{int(self.versions[-1].name.split('.')[1]) + 1}.0"
