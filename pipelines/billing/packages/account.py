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
        segments: the uses of a day from each *cut* (an instant that divides the day) to the next, by app; only for days
            with a purchase, expiry or reading after 00:00. The first cut is the day's 00:00. A purchase, expiry or
            reading whose instant is not among the cuts was entered after the log events of its day were deleted: it
            applies at the end of the day.
    """

    account_id: str
    packages: tuple[Package, ...]
    readings: tuple[PackageReading, ...] = ()
    uses: Mapping[date, UsesByApp] = field(default_factory=dict)
    segments: Mapping[date, Mapping[datetime, UsesByApp]] = field(default_factory=dict)
