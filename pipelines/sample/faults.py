"""The faults of the synthetic data, chosen by the seed, and the variables of `sql/sample_draws.sql` that cause them.

Add to this module when the sample should show another kind of incident. `truth.py` computes the cost of each fault.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.record.channels import CHECK_CHANNELS
from pipelines.sample.apps import SMALLEST_WITH_EDGE_CASES, SampleApp

T = TypeVar("T")

DEFAULT_SEED: Final = 1
FAILING_SDK: Final = "2.15.0"
ALL: Final = "*"
DAYS_WITH_ALL: Final = 56

_DAYS_WITH_A_FAILING_SDK = 10
_DAYS_WITH_A_GAP = 20
# In shorter samples, and without faults, this app's new version is never used.
_USUAL_SDK_APP = 3
_CARRIERS = ("CMCC", "CUCC", "CTCC")
# Variables of `sample_draws.sql` on a day without faults.
_NOTHING: Final = {
    "sdk_app": _USUAL_SDK_APP, "sdk_failing": 0,
    "bad_carrier": 0, "carrier_failing": 0,
    "wechat_app": 0, "wechat_failing": 0,
    "tablet_app": 0, "tablets": 1,
    "losing_app": 0, "losing": 0,
    "scheme_app": 0, "scheme_stuck": 0,
}  # fmt: skip


@dataclass(frozen=True)
class PlantedFault:
    """A fault that lowers one rate on the days `first` to `last` of the sample, counted from 0.

    If `last` is None, the fault lasts to the end of the sample.

    `sets` are the variables of `sample_draws.sql` on these days, `always` the variables on all days. The other fields
    are columns of the table `incidents`.
    """

    metric: str
    app_key: str
    channel: str
    cause_kind: str
    cause: str | None
    first: int
    last: int | None
    sets: Mapping[str, int]
    always: Mapping[str, int]

    def is_on(self, day: int) -> bool:
        """Return whether the fault is active on that day of the sample."""
        return self.first <= day and (self.last is None or day <= self.last)

    def reaches(self, other: "PlantedFault") -> bool:
        """Return whether the fault also changes the rate that the fault `other` lowers."""
        is_same_rate = (self.metric, self.channel) == (other.metric, other.channel)
        # A user who fails in a channel may not sign in at all.
        is_sign_in = other.metric == SIGN_IN and self.channel not in CHECK_CHANNELS
        return (is_same_rate or is_sign_in) and (ALL in (self.app_key, other.app_key) or self.app_key == other.app_key)


@dataclass(frozen=True)
class Faults:
    """All faults of a sample. `missing_day` has no logs; days are counted from 0."""

    rates: tuple[PlantedFault, ...] = ()
    missing_day: int | None = None

    def settings(self, day: int) -> dict[str, int]:
        """Return the variables of `sample_draws.sql` for that day."""
        found = dict(_NOTHING)
        for fault in self.rates:
            found |= {**fault.always, **(fault.sets if fault.is_on(day) else {})}
        return found


def faults(days: int, apps: Sequence[SampleApp], seed: int) -> Faults:
    """Return the faults of a sample of this length. A sample of few days or apps has only the faults that fit."""
    named = {app.app_no: app.app_key for app in apps if app.has_logs and app.is_registered}
    # Each fault is large enough to be detected at the default size, and no fault affects the baseline of another fault:
    # at most two faults share a channel, and these are more than a week apart. Faults of the sign-in rate cost too few
    # sessions to be an incident of all apps together.
    has_all = days >= DAYS_WITH_ALL and len(apps) >= SMALLEST_WITH_EDGE_CASES
    chosen = _Choice(named, seed if has_all else DEFAULT_SEED)
    sdk_day = days * 7 // 10
    rates = []
    if has_all:
        rates = [
            _losing_sdk(chosen, sdk_day - 31, apps),
            _tablets(chosen, sdk_day - 30),
            _wechat(chosen, sdk_day - 19),
            _carrier(chosen, sdk_day - 9),
        ]
    if days >= _DAYS_WITH_A_FAILING_SDK and (has_all or _USUAL_SDK_APP in named):
        rates.append(_sdk(chosen, sdk_day))
    if has_all:
        rates.append(_scheme(chosen, sdk_day + 10, apps))
    if days < _DAYS_WITH_A_GAP:
        return Faults(tuple(rates))
    # Within the 30 days that a report shows, so that the gap is visible.
    missing_day = days - 1 - min(days // 2, chosen.one_of("missing day", (20, 21, 19)))
    return Faults(tuple(rates), missing_day + any(fault.first == missing_day for fault in rates))


class _Choice:
    """Chooses by the seed. The default seed, which the docs use, takes the first option."""

    def __init__(self, named: Mapping[int, str], seed: int) -> None:
        """`named` has the `app_key` of each app that may be chosen, by the number of the app."""
        self._named = named
        self._seed = seed

    def one_of(self, what: str, options: Sequence[T]) -> T:
        if self._seed == DEFAULT_SEED:
            return options[0]
        digest = hashlib.sha256(f"{self._seed}/{what}".encode()).digest()
        return options[int.from_bytes(digest[:8]) % len(options)]

    def app(self, what: str, numbers: Sequence[int]) -> tuple[int, str]:
        """Choose one of the apps with these numbers, and return its number and key; `what` names the choice."""
        number = self.one_of(what, [number for number in numbers if number in self._named])
        return number, self._named[number]


def _sdk(chosen: _Choice, day: int) -> PlantedFault:
    """Return the fault of a new SDK version that fails from some day on."""
    number, key = chosen.app("sdk app", (_USUAL_SDK_APP, 5))
    return PlantedFault(
        "technical_success_rate", key, "one_click", "cell", f"sdk_version={FAILING_SDK}",
        day + chosen.one_of("sdk day", (0, 2, 4, 3)), None,
        {"sdk_failing": chosen.one_of("sdk share", (7, 6, 8, 5))}, {"sdk_app": number},
    )  # fmt: skip


def _carrier(chosen: _Choice, day: int) -> PlantedFault:
    """Return the fault of a carrier that is down for all apps for one to three days."""
    number = chosen.one_of("carrier", (2, 3, 1))
    first = day + chosen.one_of("carrier day", (0, 1, -1))
    return PlantedFault(
        "technical_success_rate", ALL, "one_click", "cell", f"carrier={_CARRIERS[number - 1]}",
        first, first + chosen.one_of("carrier days", (2, 1, 3)) - 1,
        {"bad_carrier": number, "carrier_failing": chosen.one_of("carrier share", (70, 80, 60))}, {},
    )  # fmt: skip


def _wechat(chosen: _Choice, day: int) -> PlantedFault:
    """Return the fault of an app that WeChat rejects for some days."""
    number, key = chosen.app("wechat app", (4, 1, 5))
    first = day + chosen.one_of("wechat day", (0, 1, -1))
    return PlantedFault(
        "technical_success_rate", key, "wechat", "broad", None,
        first, first + chosen.one_of("wechat days", (6, 4, 5)) - 1,
        {"wechat_failing": chosen.one_of("wechat share", (40, 30, 55))}, {"wechat_app": number},
    )  # fmt: skip


def _tablets(chosen: _Choice, day: int) -> PlantedFault:
    """Return a shift of the mix: for some days more people use an iPad, whose results are often unknown."""
    number, key = chosen.app("tablet app", (7, 2))
    first = day + chosen.one_of("tablet day", (0, -1, -2))
    return PlantedFault(
        "verification_result_rate", key, "local_verify", "mix", "platform=ipad",
        first, first + chosen.one_of("tablet days", (8, 7, 6)) - 1,
        {"tablets": chosen.one_of("tablet share", (4, 5, 3))}, {"tablet_app": number},
    )  # fmt: skip


def _losing_sdk(chosen: _Choice, day: int, apps: Sequence[SampleApp]) -> PlantedFault:
    """Return the fault of an SDK version: for some days, users give up after the first failed sign-in."""
    app = _first_of(apps, 1)
    first = day + chosen.one_of("losing day", (0, 1, -1))
    return PlantedFault(
        SIGN_IN, app.app_key, ALL, "cell", f"sdk_version={app.sdk_new}",
        first, first + chosen.one_of("losing days", (8, 7, 8)) - 1,
        {"losing": 1}, {"losing_app": app.app_no},
    )  # fmt: skip


def _scheme(chosen: _Choice, day: int, apps: Sequence[SampleApp]) -> PlantedFault:
    """Return the fault of a scheme whose page loses clicks; people who click sign in as before."""
    app = _first_of(apps, 7, 2)
    # Sign-ins through social platforms have a scheme too, but do not show its page.
    cause = f"{'entry_channel=one_click & ' if app.social else ''}scheme_id={app.schemes[1]}"
    return PlantedFault(
        SIGN_IN, app.app_key, ALL, "cell", cause,
        day + chosen.one_of("scheme day", (0, 1, -1)), None,
        {"scheme_app": app.app_no, "scheme_stuck": chosen.one_of("scheme share", (8, 7, 9))}, {},
    )  # fmt: skip


def _first_of(apps: Sequence[SampleApp], *numbers: int) -> SampleApp:
    """Return the first app, in the order of `numbers`, that is registered and has logs."""
    found = {app.app_no: app for app in apps if app.has_logs and app.is_registered}
    return next(found[number] for number in numbers if number in found)
