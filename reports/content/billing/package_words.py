"""The sentence about an account: when its packages run out, when to buy, and what lapses.

The figures are in `resource_packages.py`.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pipelines.billing.packages.outlook import SIMULATED_DAYS
from pipelines.common.text import COMMA, SEMICOLON, Bilingual
from reports.content.billing.resource_packages import PackageAccount
from reports.content.wording.formats import month_day
from reports.content.wording.language import t


def account_sentence(account: PackageAccount, as_of: date) -> Bilingual:
    """Return a sentence: when an account's packages run out, when to buy, and how many units lapse first and later."""
    said = SEMICOLON.join(_parts(account, as_of))
    return Bilingual(f"{said.zh}。", f"{said.en}.")


def severity(account: PackageAccount, as_of: date) -> Literal["good", "warn", "bad"]:
    """Return `bad` if no package is active or the last day to buy is the as-of or earlier, `warn` if units are expected
    to run out or lapse, else `good`.
    """
    row = account.row
    if not row.quantity or (row.buy_by and row.buy_by <= as_of):
        return "bad"
    return "warn" if row.run_out_day or row.run_out_earliest or account.lapsing else "good"


def urgency(account: PackageAccount, as_of: date) -> tuple[int, date, str]:
    """Return a sort key for accounts: by severity, then by the day on which the account's packages may run out."""
    row = account.row
    place = ("bad", "warn", "good").index(severity(account, as_of))
    run_out = row.run_out_earliest or row.run_out_day or date.max
    return place, run_out if row.quantity else date.min, row.account_id


def run_out_mark(account: PackageAccount, drawn: int, as_of: date) -> tuple[int, Bilingual] | None:
    """Return the number of days from the as-of until an account runs out at the present rate, with a label for the
    drawing.

    Returns None if the account does not run out within `drawn` days, the number of future days that are drawn.
    """
    day = account.row.run_out_day
    if not day or (day - as_of).days > drawn:
        return None
    return (day - as_of).days, t("runs out {day}").format(day=day_text(day, as_of))


def day_text(day: date, as_of: date) -> str:
    """Return a day as text, without the year if that is the year of the as-of."""
    return month_day(day) if day.year == as_of.year else day.isoformat()


def _parts(account: PackageAccount, as_of: date) -> Iterator[Bilingual]:
    yield COMMA.join([_run_out(account, as_of), *_buy(account, as_of)])
    if account.row.uses_28d is None:
        return
    lapsing = account.lapsing
    if lapsing:
        first = lapsing[0]
        yield t("on {day} about {count} lapse").format(
            day=day_text(first.last_day, as_of), count=f"{first.unused_expected:,}"
        )
        later = sum(one.unused_expected or 0 for one in lapsing[1:])
        if later:
            yield t("later about {count} more").format(count=f"{later:,}")
    elif any(one.unused_expected is not None and one.state != "used_up" for one in account.packages):
        yield t("nothing is expected to lapse")


def _run_out(account: PackageAccount, as_of: date) -> Bilingual:
    row = account.row
    if not row.quantity:
        return t("No package is active: all uses are overflow")
    if row.uses_28d is None:
        return t("No forecast yet: it needs a week of data")
    if row.run_out_day:
        days = {
            name: day_text(day, as_of)
            for name, day in (
                ("day", row.run_out_day), ("earliest", row.run_out_earliest), ("latest", row.run_out_latest),
            )
            if day
        }  # fmt: skip
        if "latest" in days:
            return t("At the present rate it runs out on {day} ({earliest} to {latest})").format(**days)
        if "earliest" in days:
            return t("At the present rate it runs out on {day} ({earliest} or later)").format(**days)
        return t("At the present rate it runs out on {day}").format(**days)
    if row.run_out_earliest:
        return t("At the present rate it lasts, at a higher one until {day}").format(
            day=day_text(row.run_out_earliest, as_of)
        )
    return t("At the present rate it lasts for the next {count} days").format(count=SIMULATED_DAYS)


def _buy(account: PackageAccount, as_of: date) -> Iterator[Bilingual]:
    buy_by = account.row.buy_by
    if buy_by:
        text = t("buy by {day}") if buy_by > as_of else t("buy now, it was due by {day}")
        yield text.format(day=day_text(buy_by, as_of))
