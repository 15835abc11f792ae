"""An app of a world: its size, channels, platforms, SDK versions and vendors, and how much its numbers vary."""

from dataclasses import dataclass

import numpy as np

from lab.incidents.days import Floats


@dataclass(frozen=True)
class Version:
    """An SDK version, whose share of the users grows by a logistic curve after its launch.

    Attributes:
        launch: index of the day of the launch; None if the version was in use before the world began.
        lag: days from the launch until half of `reach` is reached.
        pace: width of the curve in days.
        reach: share of the older versions' users that update in the end.
        effect: change of the log odds of success in this version.
    """

    name: str
    launch: int | None
    lag: float
    pace: float
    reach: float
    effect: float

    def adoption(self, count: int) -> Floats:
        """Return, for each of `count` days, the share of the older versions' users that have updated to this
        version.
        """
        if self.launch is None:
            return np.full(count, self.reach)
        day = np.arange(count)
        return np.where(day < self.launch, 0.0, self.reach / (1 + np.exp(-(day - self.launch - self.lag) / self.pace)))


@dataclass(frozen=True)
class Campaign:
    """A campaign: days with more volume. Some of the requests move to the platform h5.

    Attributes:
        first: index of the first day.
        length: number of days.
        lift: factor of the volume.
        shift: share of all requests that moves to h5.
    """

    first: int
    length: int
    lift: float
    shift: float


@dataclass(frozen=True)
class Channel:
    """A channel of an app.

    Attributes:
        share: the channel's share of the app's records.
        success: its usual success rate.
        swing: standard deviation of the log odds of success from day to day.
        memory: the part of a day's deviation that remains on the next day.
        cancelled: share of the requests that users cancel.
        bursts: chance of a day to have a burst: repeated requests of one device.
        drift: how far the log odds of success move from the middle of the world to its end.
    """

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
    """An app of a world.

    Attributes:
        records: usual number of authorize and verify records a day.
        growth: growth of the logarithm of the volume in 100 days.
        weekday: factors of the volume, from Monday to Sunday.
        holiday: factor of the volume on the public holiday.
        swing: standard deviation of the logarithm of the volume from day to day.
        platforms: share of each platform.
        h5_effect: change of the log odds of success on h5.
        vendors: share of each vendor.
        social_versions: whether records of social channels have an SDK version.
        logs_login: whether one-click login is logged as the stage `login` only.
    """

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
        """Return the channel called `name`; None if the app does not have it."""
        return next((one for one in self.channels if one.name == name), None)

    def next_version(self) -> str:
        """Return a name for the version after the newest one."""
        return f"2.{int(self.versions[-1].name.split('.')[1]) + 1}.0"
