"""The course of an account's packages: what was left of each, and what will be, by the three factors of the forecast.

Lives here: the days to come, taken from the published uses and factors by the rules of `pipelines/billing`, which has
the dates that the tables say. Does not belong here: how it is drawn (`stack_drawing.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.billing.packages.forecast import UNIT, Forecast
from pipelines.billing.packages.outlook import Outlook, days_to_come, outlook
from pipelines.common.days import day_start
from pipelines.common.text import Bilingual
from pipelines.contract.registry.packages import Package
from reports.content.billing.resource_packages import PackageAccount, PackageRow
from reports.content.published import LONG_DAYS
from reports.content.wording.language import t

# The forecast is drawn until it has run out and a while longer; of one that lasts, as much as was.
_BEYOND = 14


@dataclass(frozen=True)
class LeftCourse:
    """What was left of packages, and what will be.

    Attributes:
        first_day: the day of the first value.
        packages: those that are drawn, in the order in which they are drawn on.
        past: of each of these, by day up to the as-of.
        mid, low, high: what will be left in all by day, the first right behind the as-of. High are the fewest uses.
            Without a forecast they are empty; without an interval low and high are.
    """

    first_day: date
    packages: list[PackageRow]
    past: list[list[int]]
    mid: list[int]
    low: list[int]
    high: list[int]

    @property
    def words(self) -> Bilingual:
        """What its drawing shows."""
        if self.low:
            return t("What is left; behind the data day by the forecast, from the fewest uses to the most")
        return t("What is left; behind the data day by the forecast") if self.mid else t("What is left")

    def figures(self) -> dict[str, object]:
        """The course for a page's script, as `LeftCourse` in `static/js/types.d.ts` says."""
        return {
            "first": self.first_day,
            "packages": [one.resource_package_id for one in self.packages],
            "past": self.past,
            "mid": self.mid,
            "spans": [self.low, self.high] if self.low else [],
        }


def left_course(account: PackageAccount, complete: Collection[date], as_of: date, zone: str) -> LeftCourse | None:
    """The course of the last 90 days and of those to come; None where no package was valid yet.

    Args:
        complete: the days with data.
    """
    first = max(min((one.first_day for one in account.packages), default=as_of), as_of - timedelta(days=LONG_DAYS - 1))
    days = [first + timedelta(days=ahead) for ahead in range((as_of - first).days + 1)]
    drawn = [one for one in account.packages if any(account.left.get(one.resource_package_id, {}).values())]
    if not drawn:
        return None
    past = [[account.left[one.resource_package_id].get(day, 0) for day in days] for one in drawn]
    mid, low, high = _outlooks(account, complete, as_of, zone)
    row = account.row
    until = row.run_out_latest or row.run_out_day or row.run_out_earliest
    length = min((until - as_of).days + _BEYOND, LONG_DAYS * 2) if until else max(_BEYOND, len(days))
    return LeftCourse(
        first, drawn, past,
        *((one.left[:length] if one else []) for one in (mid, high, low)),
    )  # fmt: skip


def _outlooks(account: PackageAccount, complete: Collection[date], as_of: date, zone: str) -> list[Outlook | None]:
    """What comes by the middle, the lowest and the highest factor."""
    forecast = Forecast(account.uses, complete, as_of)
    to_come = days_to_come(as_of, zone)
    now = day_start(as_of + timedelta(days=1), zone)
    remaining = {
        _package(one): one.quantity if one.state == "future" else one.remaining
        for one in account.packages
        if one.state != "expired"
    }

    def by(factor: float | None) -> Outlook | None:
        week = None if factor is None else forecast.week(round(factor * UNIT))
        return None if week is None else outlook(week, remaining, to_come, now)

    row = account.row
    return [by(factor) for factor in (row.factor_mid, row.factor_low, row.factor_high)]


def _package(row: PackageRow) -> Package:
    return Package(row.resource_package_id, row.account_id, row.quantity, row.purchased_at, row.expires_at)
