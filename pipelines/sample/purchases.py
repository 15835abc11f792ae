"""Simulates a sample's resource packages hour by hour: their uses, adjustments by readings, expiry and overflow.

Also makes the rows of the registry's files of packages and readings. The simulation does not use authmeter's own
ledger, so that tests can compare the results of both. The packages are in `packages.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from pipelines.sample.packages import ACCOUNTS, Moment, SamplePackage, SampleReading, packages
from pipelines.sample.used import HOURS, Used

# Price of a use, in hundredths of a yuan.
_PRICE: Final = 3
_SEARCHED_DAYS: Final = 400


@dataclass
class _PackageState:
    package: SamplePackage
    used: int = 0
    adjusted: int = 0
    expired: int = 0
    remaining: int = 0


class Purchases:
    """The packages of a sample and their state at the end of the last day."""

    def __init__(self, used: Used) -> None:
        self._used = used
        self._packages = packages(used)
        self._readings: list[tuple[SamplePackage, SampleReading, int, int]] = []
        self._overflow: dict[tuple[str, int], int] = {}
        self._states = {one.resource_package_id: _PackageState(one) for one in self._packages}
        for account_id in ACCOUNTS:
            self._simulate(account_id)

    def package_rows(self) -> list[list[object]]:
        """Return the rows of `resource_packages.csv`, with the header."""
        header: list[object] = ["resource_package_id", "account_id", "quantity", "purchased_at", "expires_at", "price"]
        return [header] + [
            [
                one.resource_package_id, one.account_id, one.quantity, self._time(one.bought),
                "" if one.expires is None else self._time(one.expires), f"{one.quantity * _PRICE / 100:.2f}",
            ]
            for one in self._packages
        ]  # fmt: skip

    def reading_rows(self) -> list[list[object]]:
        """Return the rows of `resource_package_readings.csv`, with the header."""
        header: list[object] = ["resource_package_id", "read_at", "remaining"]
        return [header] + [
            [package.resource_package_id, self._time(reading.at), remaining]
            for package, reading, _, remaining in self._readings
        ]

    def overflow(self, account_id: str, first: int, last: int) -> int:
        """Return the number of uses that no package covered, from day `first` to day `last`, both included."""
        return sum(self._overflow.get((account_id, day), 0) for day in range(first, last + 1))

    def truth(self) -> dict[str, Any]:
        """Return the packages, differences of readings and forecasts of accounts, as `sample_truth.json` has them."""
        return {
            "packages": [
                {
                    "resource_package_id": name, "account_id": one.package.account_id,
                    "quantity": one.package.quantity, "used": one.used, "adjusted": one.adjusted,
                    "expired": one.expired, "remaining": one.remaining,
                }
                for name, one in self._states.items()
            ],
            "readings": [
                {
                    "resource_package_id": package.resource_package_id, "day": str(self._used.date(reading.at[0])),
                    "adjusted": adjusted, "why": reading.why,
                }
                for package, reading, adjusted, _ in self._readings
                if adjusted
            ],
            "package_accounts": [self._forecast(name) for name in ACCOUNTS],
        }  # fmt: skip

    def _simulate(self, account_id: str) -> None:
        """Apply an account's purchases, readings and expiries hour by hour, and draw its uses from the packages."""
        own = [self._states[one.resource_package_id] for one in self._packages if one.account_id == account_id]
        for one in own:
            one.remaining = one.package.quantity if one.package.bought < (0, 0) else 0
        for day in range(self._used.days):
            uses = self._used.hours(account_id, day) if self._used.is_logged(day) else [0] * HOURS
            for hour in range(HOURS):
                self._apply_events(own, (day, hour))
                left = uses[hour]
                for one in own:
                    draw = min(left, one.remaining)
                    one.used += draw
                    one.remaining -= draw
                    left -= draw
                if left:
                    self._overflow[account_id, day] = self._overflow.get((account_id, day), 0) + left

    def _apply_events(self, own: Sequence[_PackageState], moment: Moment) -> None:
        for one in own:
            if one.package.expires == moment:
                one.expired, one.remaining = one.remaining, 0
            if one.package.bought == moment:
                one.remaining = one.package.quantity
            for reading in one.package.readings:
                if reading.at == moment:
                    now = one.remaining + reading.drift if reading.left is None else reading.left
                    self._readings.append((one.package, reading, now - one.remaining, now))
                    one.adjusted += now - one.remaining
                    one.remaining = now

    def _forecast(self, account_id: str) -> dict[str, Any]:
        """Return the remaining uses of an account's packages, its overflow so far, and when the packages run out or
        lapse if the uses continue at the usual rate.
        """
        week = self._used.week(account_id)
        left = {
            one.package: one.remaining
            for one in self._states.values()
            if one.package.account_id == account_id and one.remaining
        }
        remaining, lapses, run_out_day = sum(left.values()), [], None
        for day in range(self._used.days, self._used.days + _SEARCHED_DAYS):
            due = week[self._used.date(day).weekday()]
            for package in left:
                draw = min(due, left[package])
                left[package] -= draw
                due -= draw
            if due:
                run_out_day = str(self._used.date(day))
                break
            for package in [one for one in left if one.ends_by((day + 1, 0))]:
                lapses.append(
                    {
                        "resource_package_id": package.resource_package_id,
                        "day": str(self._used.date(day)),
                        "unused": left.pop(package),
                    }
                )
        days = [day for day in range(self._used.days) if self._overflow.get((account_id, day))]
        return {
            "account_id": account_id, "remaining": remaining, "run_out_day": run_out_day, "lapses": lapses,
            "overflow": self.overflow(account_id, 0, self._used.days - 1),
            "overflow_days": [str(self._used.date(day)) for day in days],
        }  # fmt: skip

    def _time(self, moment: Moment) -> str:
        day, hour = moment
        return str(datetime.combine(self._used.date(day), time.min) + timedelta(hours=hour))
