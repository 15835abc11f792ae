"""An account as the ledger knows it: its packages and readings, its uses by day and app, and the parts of a day.

Lives here: what the ledger and the forecast are given. Where it comes from is in `inputs.py`.
"""

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
        readings: of these packages, in any order.
        uses: of each day with any, by app.
        segments: of a day with an instant inside it, the uses from each cut to the next, by app; the first cut is the
            day's 00:00, and a cut that nothing was used after has no app. An instant that is no cut came when the
            events of its day were gone: it acts at the end of the day.
    """

    account_id: str
    packages: tuple[Package, ...]
    readings: tuple[PackageReading, ...] = ()
    uses: Mapping[date, UsesByApp] = field(default_factory=dict)
    segments: Mapping[date, Mapping[datetime, UsesByApp]] = field(default_factory=dict)
