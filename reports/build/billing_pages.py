"""The pages of resource packages: which are in the menu, and what their templates are given.

Lives here: what stands together on a page. Does not belong here: what the figures mean (`content/`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from markupsafe import Markup

from reports.build.writer import WrittenFile
from reports.content.context import App, Day
from reports.content.language import Text, t
from reports.content.package_course import LeftCourse, left_course
from reports.content.package_words import account_sentence, day_said, severity
from reports.content.published import PublishedTables
from reports.content.resource_packages import PackageAccount, package_accounts
from reports.content.stack_drawing import shades, stack

BILLING_CSVS: Final = {
    "packages": t("Resource packages by day, the last 30 days"),
    "package_usage": t("Uses by app and resource package, the last 30 days"),
    "reconciliation_daily": t("Consoles beside the log by day, the last 30 days"),
    "reconciliation_monthly": t("Bills beside console and log, all months"),
}
"""The files of these tables, each there where it has a row, and what they hold."""
# A list on these pages has so many rows; the files have all.
_LISTED: Final = 20


@dataclass(frozen=True)
class AccountView:
    """An account as its page shows it: `shades` by package that is drawn; the last day of the drawing."""

    account: PackageAccount
    sentence: Text
    severity: Literal["good", "warn", "bad"]
    course: LeftCourse | None
    drawing: Markup | None
    shades: Mapping[str, int]
    last_day: date


class BillingPages:
    """The pages of what is paid for, of one as-of."""

    def __init__(self, marts: PublishedTables, quality: Mapping[date, Day], by_key: Mapping[str, App]) -> None:
        self._publication = marts.publication
        self._complete = {day for day, one in quality.items() if one.state == "complete"}
        self._by_key = by_key
        self._accounts = package_accounts(marts)

    @property
    def menu(self) -> list[tuple[str, Text]]:
        """The pages that have something to say, with their names."""
        return [("packages.html", t("Resource packages"))] if self._accounts else []

    def pages(self, files: Mapping[str, WrittenFile]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every page with the values of its template; `files` are those of `BILLING_CSVS` that were written."""
        yield (
            "packages.html",
            {
                "accounts": [self._view(account) for account in self._accounts],
                "by_key": self._by_key,
                "listed": _LISTED,
                "files": [
                    (files[name].path, BILLING_CSVS[name], files[name])
                    for name in ("packages", "package_usage")
                    if name in files
                ],
            },
        )

    def _view(self, account: PackageAccount) -> AccountView:
        as_of = self._publication.as_of
        course = left_course(account, self._complete, as_of, self._publication.time_zone)
        return AccountView(
            account, account_sentence(account, as_of), severity(account, as_of), course,
            stack(course, day_said(as_of, as_of)) if course else None,
            shades(course) if course else {},
            as_of + timedelta(days=len(course.mid) if course else 0),
        )  # fmt: skip
