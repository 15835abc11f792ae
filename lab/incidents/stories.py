"""The kinds of faults that can be planted (stories): which figure falls, in which cells, when and how far.

A fault is only planted in an app in which its fall is large enough to be found.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lab.incidents.apps import App, Channel
from lab.incidents.days import Days
from lab.incidents.faults import ALL, Fault, Kind, Metric
from lab.incidents.installation import CARRIERS
from lab.incidents.tally import LOGIN_CHANNELS

Where = Literal["nowhere", "version", "android_version", "carrier", "platform", "vendor", "some"]
_TECHNICAL: Metric = "technical_success_rate"
_RESULTS: Metric = "verification_result_rate"
_NUMBER = ("local_verify", "one_click")
_HISTORY = 30
# Deviations of a fall from chance: over its first week, and on each day.
_SEEN = 9.0
_SEEN_DAILY = 3.3
# On the day of its launch a version has this part of the share that it has when half of the users have come.
_LAUNCH = 0.3
# A growing fall, or one by a change of platforms, must be visible at this share of its full depth.
_EARLY = 0.4


@dataclass(frozen=True)
class Story:
    """A kind of fault. Pairs are the limits of random values.

    Attributes:
        fall: how far the rate of the app's channel falls.
        lengths: number of days; None if the fault lasts beyond the last day.
        begins: number of days from the first day of the fault to the end of the world, the larger limit first.
        where: which cells fail.
        ramp: days over which the fault grows.
        everywhere: chance that a world has a fault of this kind, which then affects all apps; 0 if a fault affects
            one app.
    """

    name: str
    kind: Kind
    metric: Metric
    channels: tuple[str, ...]
    fall: tuple[float, float]
    lengths: tuple[int, int] | None
    begins: tuple[int, int]
    where: Where = "nowhere"
    ramp: int = 0
    everywhere: float = 0.0

    @property
    def is_new_version(self) -> bool:
        """Whether the fault begins with a new SDK version."""
        return self.where in ("version", "android_version")

    @property
    def tier(self) -> int:
        """Rank in the order of planting, from 0. Stories that find least room in a world come first."""
        if self.kind == "data" or self.everywhere or self.is_new_version:
            return int(self.kind != "data")
        return 2 if self.kind in ("volume", "mix") or self.where == "carrier" else 3

    def fault(self, rng: np.random.Generator, apps: list[App], days: Days) -> Fault | None:
        """Return a fault of this kind in a random app. None if the app cannot have it, or chance could hide it."""
        app = apps[rng.integers(len(apps))]
        channel = str(rng.choice(self.channels))
        earliest, latest = max(_HISTORY, days.count - self.begins[0]), days.count - self.begins[1]
        if latest < earliest:
            return None
        first = int(rng.integers(earliest, latest + 1))
        last = None if self.lengths is None else first + int(rng.integers(self.lengths[0], self.lengths[1] + 1)) - 1
        if last is not None and last > days.count - 3:
            last = None
        key = ALL if self.everywhere else app.key
        if self.kind == "data":
            return Fault(self.name, "data", self.metric, ALL, ALL, first, first, 1.0)
        if self.kind == "volume":
            return (
                Fault(self.name, "volume", "volume", key, channel, first, last, 1.0) if _stops(app, channel) else None
            )
        own = app.channel(channel)
        where = _where(rng, app, channel, self.where)
        if own is None or where is None or (app.logs_login and self.metric != "technical_success_rate"):
            return None
        fall = rng.uniform(*self.fall)
        if self.kind == "mix":
            gap = _h5_gap(app, own)
            if gap < 0.12 or fall / gap > 0.6 or not _is_seen(app, own, fall * _EARLY, 7):
                return None
            return Fault(self.name, "mix", self.metric, key, channel, first, last, fall / gap)
        depth = rng.uniform(0.3, 0.8) if self.everywhere and where else fall / own.success / cell_share(app, where)
        length = 7 if last is None else min(7, last - first + 1)
        seen = fall * (_LAUNCH if self.is_new_version else _EARLY if self.ramp else 1)
        if depth > 0.9 or not (self.everywhere or _is_seen(app, own, seen, length)):
            return None
        return Fault(self.name, "rate", self.metric, key, channel, first, last, depth, where, self.ramp)


def _where(rng: np.random.Generator, app: App, channel: str, where: Where) -> dict[str, str] | None:
    """Return the values of the failing cells by dimension; None if the app has no such cells.

    If `where` is `some`, chance decides between all cells, a platform and a carrier.
    """
    if where == "some":
        where = rng.choice(["nowhere", "platform", "carrier" if channel in _NUMBER else "platform"])
    if where == "platform":
        return {"platform": "ios"} if "ios" in app.platforms else None
    if where == "carrier":
        return {"carrier": str(rng.choice(["CMCC", "CTCC", "CUCC"]))}
    if where == "vendor":
        return {"vendor": "jiguang"}
    if where == "version":
        return {"sdk_version": app.next_version()}
    if where == "android_version":
        return {"platform": "android", "sdk_version": app.next_version()} if "ios" in app.platforms else None
    return {}


def cell_share(app: App, where: dict[str, str]) -> float:
    """Return the usual share of the cell `where` in an app's requests.

    A new SDK version counts as 0.45, about its share when half of the users have updated.
    """
    found = 1.0
    for name, value in where.items():
        shares = {"carrier": CARRIERS, "platform": app.platforms, "vendor": app.vendors, "sdk_version": {}}[name]
        found *= shares.get(value, 0.45)
    return found


def _is_seen(app: App, channel: Channel, fall: float, length: int) -> bool:
    """Return whether a fall of the rate by `fall` for `length` days is far larger than chance and the channel's
    swing.
    """
    requests = app.records * channel.share * 0.45
    odds = channel.success * (1 - channel.success)
    daily = np.sqrt(odds / requests + (odds * channel.swing) ** 2)
    enough = requests * length * fall > 20 and fall > 5 * odds * channel.swing
    return bool(enough and fall > _SEEN * daily / np.sqrt(length) and fall > _SEEN_DAILY * daily)


def _h5_gap(app: App, channel: Channel) -> float:
    """Return how much lower the success rate is on h5 than on other platforms; 0 if the app has no h5."""
    odds = np.log(channel.success / (1 - channel.success)) + app.h5_effect
    return float(channel.success - 1 / (1 + np.exp(-odds))) if "h5" in app.platforms else 0.0


def _stops(app: App, channel: str) -> bool:
    """Return whether it can be detected that a channel, or the whole app (`*`), gets no more requests.

    A channel that stops must not look like an app that stops, nor the reverse.
    """
    shares = [one.share for one in app.channels]
    if channel == ALL:
        return len(shares) > 1 and max(shares) < 0.65 and app.records > 100
    own = app.channel(channel)
    return own is not None and 0.1 < own.share < 0.7 and app.records * own.share > 60


STORIES = (
    Story("missing_day", "data", "day", (ALL,), (1, 1), (1, 1), (90, 8)),
    Story("carrier_everywhere", "rate", _TECHNICAL, ("one_click",), (0.05, 0.12), (1, 3), (90, 67), "carrier", 0, 0.5),
    Story("social_everywhere", "rate", _TECHNICAL, ("wechat",), (0.06, 0.2), (1, 4), (90, 8), "nowhere", 0, 0.5),
    Story("vendor_everywhere", "rate", _RESULTS, _NUMBER, (0.05, 0.12), (2, 5), (90, 8), "vendor", 0, 0.7),
    Story("app_stop", "volume", "volume", (ALL,), (1, 1), (1, 8), (90, 3)),
    Story("channel_stop", "volume", "volume", (*LOGIN_CHANNELS, "local_verify"), (1, 1), (1, 8), (90, 3)),
    Story("sdk_version_android", "rate", _TECHNICAL, ("one_click",), (0.14, 0.22), None, (25, 10), "android_version"),
    Story("sdk_version", "rate", _TECHNICAL, ("one_click",), (0.14, 0.25), None, (25, 10), "version"),
    Story("mix", "mix", _TECHNICAL, ("one_click", "wechat"), (0.04, 0.1), (7, 14), (90, 8)),
    Story("carrier", "rate", _TECHNICAL, ("one_click",), (0.05, 0.15), (1, 3), (90, 5), "carrier"),
    Story("settled", "rate", _TECHNICAL, LOGIN_CHANNELS, (0.06, 0.15), None, (90, 36), "some"),
    Story("slow", "rate", _TECHNICAL, LOGIN_CHANNELS, (0.08, 0.16), None, (26, 16), "some", 10),
    Story("slow_recovered", "rate", _TECHNICAL, LOGIN_CHANNELS, (0.08, 0.16), (13, 18), (90, 22), "some", 10),
    Story("local_verify", "rate", _RESULTS, ("local_verify",), (0.06, 0.2), (2, 9), (90, 5), "some"),
    Story("one_click_verification", "rate", _RESULTS, ("one_click",), (0.05, 0.2), (1, 9), (90, 5), "some"),
)
