"""The input of ledger and forecast for one account, built by `inputs.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from pipelines.contract.registry.packages import Package, PackageReading

UsesByApp: TypeAlias = Mapping[str, int]


@dataclass(frozen=True)
class Account:
    """An account with a package.

    Attributes:
        packages: in any order.
        readings: balances of these packages that the console showed, in any order.
        uses: the uses of each day, by app; days without a use may be missing.
        segments: for each day with a purchase, expiry or reading after 00:00, the uses by app from each cut (an instant
            that divides the day) to the next; the first cut is 00:00. A purchase, expiry or reading that is entered
            after the events of its day were deleted has no cut, and applies at the end of the day.
    """

    account_id: str
    packages: tuple[Package, ...]
    readings: tuple[PackageReading, ...] = ()
    uses: Mapping[date, UsesByApp] = field(default_factory=dict)
    segments: Mapping[date, Mapping[datetime, UsesByApp]] = field(default_factory=dict)
