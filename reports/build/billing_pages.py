"""Composes the pages of resource packages, reconciliation and limits: menu entries and values of the templates.

The figures themselves are computed in `content/billing/`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from markupsafe import Markup

from pipelines.common.days import window
from pipelines.common.text import Bilingual
from pipelines.contract.registry.limits import LIMITS_FILE
from pipelines.contract.registry.packages import PACKAGES_FILE, READINGS_FILE
from pipelines.contract.registry.statements import BILLS_FOLDER, CONSOLE_FOLDER, MEASURE_WORDS
from reports.build.writer import WrittenFile
from reports.content.billing.limit_words import saving_sentence, saving_severity
from reports.content.billing.limits import limits
from reports.content.billing.package_course import LeftCourse, left_course
from reports.content.billing.package_words import account_sentence, day_text, run_out_mark, severity, urgency
from reports.content.billing.reconciled import reconciled
from reports.content.billing.reconciled_words import CAUSE_WORDS, agreement_sentence, agreement_severity
from reports.content.billing.registry_notes import RegistryNotesReader
from reports.content.billing.resource_packages import PackageAccount, package_accounts
from reports.content.billing.stack_drawing import shades, stack
from reports.content.context import App, Quality, json_block
from reports.content.drawings import day_strip
from reports.content.published import DAYS, PublishedTables
from reports.content.wording.language import t

BILLING_CSVS: Final = {
    "packages": t("Resource packages by day, the last 30 days"),
    "limits": t("What limits would have blocked, the last 30 days"),
    "package_usage": t("Uses by app and resource package, the last 30 days"),
    "reconciliation_daily": t("Consoles compared with the log by day, the last 30 days"),
    "reconciliation_monthly": t("Bills compared with console and log, all months"),
}
"""Titles of the CSV files of these tables; a table without rows gets no file."""
# Most bad rows that a page lists; the table `rejected_records` has all.
_NOTES_LISTED: Final = 5
# Most rows in a list of apps or readings, and in a list of differences; the CSV files have all.
_LISTED: Final = 20
_ROWS_LISTED: Final = 100
# Number of accounts that are shown unfolded.
_OPENED: Final = 2


@dataclass(frozen=True)
class AccountView:
    """One account on the page of packages.

    Attributes:
        course: units left by day. None, like `drawing` and `figures`, if no package had units left in the last 90 days.
        drawing: the course as SVG.
        figures: the course as JSON for the page's script.
        shades: number of the shade of each drawn package, by package id.
        last_day: the last drawn day.
    """

    account: PackageAccount
    sentence: Bilingual
    severity: Literal["good", "warn", "bad"]
    course: LeftCourse | None
    drawing: Markup | None
    figures: Markup | None
    shades: Mapping[str, int]
    last_day: date


class BillingPages:
    """The billing pages of one as-of."""

    def __init__(self, marts: PublishedTables, quality: Quality, by_key: Mapping[str, App]) -> None:
        self._publication = marts.publication
        self._quality = quality
        self._by_key = by_key
        as_of = marts.publication.as_of
        self._accounts = sorted(package_accounts(marts), key=lambda one: urgency(one, as_of))
        self._reconciled = reconciled(marts)
        self._limits = limits(marts)
        reader = RegistryNotesReader(marts)
        self._notes = {
            "packages.html": reader.for_page((PACKAGES_FILE, READINGS_FILE), shared=("unknown_accounts",)),
            "reconciliation.html": reader.for_page(
                (f"{CONSOLE_FOLDER}/", f"{BILLS_FOLDER}/"),
                own=("early_consoles", "early_bills"),
                shared=("unknown_accounts",),
            ),
            "limits.html": reader.for_page((LIMITS_FILE,)),
        }

    @property
    def menu(self) -> list[tuple[str, Bilingual]]:
        """Path and name of each page that the menu lists.

        It lists the page of packages if an account has a package, the page of reconciliation if there are statements,
        and the page of limits if a limit is not a default one. It also lists a page whose own registry files have bad
        rows or notices.
        """
        pages = (
            (self._accounts, "packages.html", t("Packages")),
            (self._reconciled.months or self._reconciled.days, "reconciliation.html", t("Reconciliation")),
            (self._limits.has_own, "limits.html", t("Limits")),
        )
        return [(path, name) for filled, path, name in pages if filled or self._notes[path].is_of_page]

    def pages(self, files: Mapping[str, WrittenFile]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the path and the template values of every page; `files` are the written files of `BILLING_CSVS`."""
        yield (
            "packages.html",
            {
                "accounts": [self._view(account) for account in self._accounts],
                "opened": _OPENED,
                "by_key": self._by_key,
                "listed": _LISTED,
                "files": _files_of(files, "packages", "package_usage"),
                **self._noted("packages.html"),
            },
        )
        yield (
            "reconciliation.html",
            self._reconciliation()
            | {"files": _files_of(files, "reconciliation_monthly", "reconciliation_daily")}
            | self._noted("reconciliation.html"),
        )
        most = self._limits.most_saving
        of_limits = {
            "found": self._limits,
            "sentence": saving_sentence(most),
            "severity": saving_severity(most),
            "by_key": self._by_key,
            "files": _files_of(files, "limits"),
        }
        yield "limits.html", of_limits | self._noted("limits.html")

    def _noted(self, path: str) -> dict[str, Any]:
        """Return the template values for the bad rows and notices of the registry files that a page shows."""
        return {"notes": self._notes[path], "notes_listed": _NOTES_LISTED}

    def _reconciliation(self) -> dict[str, Any]:
        as_of = self._publication.as_of
        agreement = self._reconciled.agreement()
        days = self._reconciled.by_account(window(as_of, DAYS))
        return {
            "sentence": agreement_sentence(agreement, as_of) if agreement else None,
            "severity": agreement_severity(agreement) if agreement else None,
            "found": self._reconciled,
            "accounts": [(one, day_strip(one.causes)) for one in days],
            "by_key": self._by_key,
            "listed": _ROWS_LISTED,
            "cause_words": CAUSE_WORDS,
            "measure_words": MEASURE_WORDS,
        }

    def _view(self, account: PackageAccount) -> AccountView:
        as_of = self._publication.as_of
        course = left_course(account, self._quality.with_data, as_of, self._publication.time_zone)
        return AccountView(
            account, account_sentence(account, as_of), severity(account, as_of), course,
            stack(course, day_text(as_of, as_of), run_out_mark(account, len(course.mid), as_of)) if course else None,
            json_block(course.figures()) if course else None,
            shades(course) if course else {},
            as_of + timedelta(days=len(course.mid) if course else 0),
        )  # fmt: skip


def _files_of(files: Mapping[str, WrittenFile], *names: str) -> list[tuple[str, Bilingual, WrittenFile]]:
    """Return path, title and file of each named table for which a file was written."""
    return [(files[name].path, BILLING_CSVS[name], files[name]) for name in names if name in files]
