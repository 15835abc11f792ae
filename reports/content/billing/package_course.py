"""The course of an account's packages: units left by day, in the past and as forecast by a middle, low and high factor.

Future days are computed from the published uses and factors by the rules of `pipelines/billing`, so that they agree
with the dates in the tables. `stack_drawing.py` draws them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.billing.packages.forecast import UNIT, Forecast
from pipelines.billing.packages.outlook import Outlook, future_days, outlook
from pipelines.common.days import day_start
from pipelines.common.text import Bilingual
from pipelines.contract.registry.packages import Package
from pipelines.store.site_publication import LONG_DAYS
from reports.content.billing.resource_packages import PackageAccount, PackageRow
from reports.content.wording.language import t

# Days drawn after the packages run out. A forecast that does not run out is drawn as long as the past.
_BEYOND = 14


@dataclass(frozen=True)
class LeftCourse:
    """Units left in packages by day, past and forecast.

    Attributes:
        first_day: the day of the first value.
        packages: the packages that are drawn, in the order in which they are used.
        past: for each of these packages, units left at the end of each day up to the as-of.
        mid, low, high: forecast of all units left, by day from the day after the as-of. `high` assumes the fewest uses.
            All are empty without a forecast; `low` and `high` also without an interval.
    """

    first_day: date
    packages: list[PackageRow]
    past: list[list[int]]
    mid: list[int]
    low: list[int]
    high: list[int]

    @property
    def words(self) -> Bilingual:
        """The caption of the drawing of this course."""
        if self.low:
            return t("Remaining uses; after the data day by the forecast, from the fewest uses to the most")
        return t("Remaining uses; after the data day by the forecast") if self.mid else t("What is left")

    def figures(self) -> dict[str, object]:
        """Return the course for the page's script, as type `LeftCourse` of `static/js/types/figures.d.ts`."""
        return {
            "first": self.first_day,
            "packages": [one.resource_package_id for one in self.packages],
            "past": self.past,
            "mid": self.mid,
            "spans": [self.low, self.high] if self.low else [],
        }


def left_course(account: PackageAccount, complete: Collection[date], as_of: date, zone: str) -> LeftCourse | None:
    """Return the course of the last 90 days and the forecast, or None if no package had units left on these days.

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
    """Return the forecasts by the middle, lowest and highest factor of the account.

    A forecast is None if the factor is not known, or the account has too few days with data.
    """
    forecast = Forecast(account.uses, complete, as_of)
    to_come = future_days(as_of, zone)
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
