"""Tests the billing pages: which of them the menu lists, which account comes first, and which registry faults they
show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.contract.registry.packages import PackageReading
from pipelines.store.published_file import open_published
from reports.build.billing_pages import BillingPages
from reports.content.context import Quality
from reports.content.published import PublishedTables
from tests.data.bought_packages import add_packages, package, reading
from tests.data.made_database import Database, day

Pages = dict[str, dict[str, Any]]
CHECKS = {"unknown_accounts": "corp (registry/bills)", "early_bills": "1 bill", "package_low": "default: 1 of 9 left"}


@pytest.fixture
def pages_of(tmp_path: Path) -> Callable[[Callable[[Database], None]], tuple[list[str], Pages]]:
    """Return a function that fills a database, and returns the paths in the menu and the values of each page by
    path.
    """

    def found(fill: Callable[[Database], None]) -> tuple[list[str], Pages]:
        made = Database(tmp_path / "authmeter.duckdb")
        made.publish()
        fill(made)
        with _tables(made.close(has_periods=False)) as marts:
            billing = BillingPages(marts, Quality(), {})
            return [path for path, _ in billing.menu], dict(billing.pages({}))

    return found


@contextmanager
def _tables(database: Path) -> Iterator[PublishedTables]:
    connection = open_published(database)
    try:
        yield PublishedTables(connection)
    finally:
        connection.close()


def bad_rows(made: Database, *paths: str) -> None:
    made.add("rejected_records", *(
        {"path": path, "line": line, "reason": "invalid:quantity", "record": f"row {line}", "origin": "registry",
         "rejected": 1}
        for line, path in enumerate(paths, 2)
    ))  # fmt: skip


def test_without_a_row_no_page_is_in_the_menu(pages_of: Any) -> None:
    menu, pages = pages_of(lambda made: bad_rows(made, "registry/apps.csv"))
    assert menu == []
    assert [page["notes"].rows for page in pages.values()] == [[], [], []]


@pytest.mark.parametrize(("path", "page"), [
    ("registry/resource_packages.csv", "packages.html"), ("registry/resource_package_readings.csv", "packages.html"),
    ("registry/console/a.csv", "reconciliation.html"), ("registry/bills/a.csv", "reconciliation.html"),
    ("registry/limits.csv", "limits.html"),
])  # fmt: skip
def test_a_row_that_does_not_count_is_said_on_its_page(pages_of: Any, path: str, page: str) -> None:
    menu, pages = pages_of(lambda made: bad_rows(made, path))
    assert menu == [page]
    rows = {name: [tuple(row) for row in values["notes"].rows] for name, values in pages.items()}
    nothing: dict[str, list[tuple[object, ...]]] = {"packages.html": [], "reconciliation.html": [], "limits.html": []}
    assert rows == nothing | {page: [(path, 2, "invalid:quantity", "row 2")]}


def test_accounts_that_nobody_has_and_early_bills_are_said_where_they_matter(pages_of: Any) -> None:
    menu, pages = pages_of(lambda made: made.add("check_results", *(
        {"check_name": name, "severity": "notice", "passed": True, "detail_en": said, "detail_zh": said}
        for name, said in CHECKS.items()
    )))  # fmt: skip
    assert menu == ["reconciliation.html"]
    said = {path: [text.en for text in values["notes"].notices] for path, values in pages.items()}
    unknown, early, _ = CHECKS.values()
    assert said == {"packages.html": [unknown], "reconciliation.html": [unknown, early], "limits.html": []}


def test_accounts_that_need_action_are_first_and_readings_are_counted(pages_of: Any) -> None:
    def fill(made: Database) -> None:
        add_packages(
            made,
            [package("a", "calm", 10**6, 60, -300), package("b", "low", 2100, 60, -300),
             package("c", "read", 900, 60, -9)],
            {"calm": {"shop": lambda back: 1}, "low": {"shop": lambda back: 50}, "read": {"shop": lambda back: 9}},
            [reading("c", 20, 711), reading("c", 9, 621), reading("a", 5, 10**6 - 35)],
        )  # fmt: skip

    _, pages = pages_of(fill)
    accounts = [view.account for view in pages["packages.html"]["accounts"]]
    assert [account.row.account_id for account in accounts] == ["low", "read", "calm"]
    assert accounts[0].readings is None
    assert accounts[2].readings.times == 1
    assert accounts[2].readings.most_off == 0
    read = accounts[1].readings
    # Each reading is off by 9 of 900, which is one in a hundred.
    assert (read.times, read.newest_day, read.most_off) == (2, day(9), 0.01)


def test_a_reading_that_another_of_its_day_took_back_is_off_by_its_own_difference(pages_of: Any) -> None:
    first = reading("a", 5, 400)
    corrected = PackageReading("a", first.read_at + timedelta(hours=1), 888)

    def fill(made: Database) -> None:
        add_packages(
            made, [package("a", "default", 900, 10, -300)], {"default": {"shop": lambda back: 2}}, [first, corrected]
        )

    _, pages = pages_of(fill)
    (account,) = [view.account for view in pages["packages.html"]["accounts"]]
    # The day's differences, -490 and +490, cancel out: both uses of the day are between the readings.
    assert (account.adjustments, account.packages[0].drift) == ([], 490)
    assert account.readings.most_off == 0.545


def limit_rows(*found: tuple[str, str, int, int]) -> Callable[[Database], None]:
    """Return a function that adds rows of `limit_daily` of one day.

    `found` has limit, app, saved uses and blocked successes of each row.
    """
    return lambda made: made.add("limit_daily", *(
        {"day": day(2), "limit_id": limit, "app_key": app, "requests": 100, "with_key": 90, "keys": 80,
         "blocked": saved + 1, "blocked_uses": saved, "blocked_successes": harm, "keys_blocked": 1}
        for limit, app, saved, harm in found
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("found", "name", "harmed", "en", "zh", "severity"),
    [
        ([("a", "shop", 3, 1), ("b", "shop", 1000, 7), ("b", "cmd", 0, 9), ("b", "bank", 4, 9)], "b", ("bank", 9, 25),
         "would have saved most: 1,004 of the uses billed in 30 days, but blocked 25 of the successes.",
         "节省最多：近 30 天少计费 1,004 次，但误伤 25 次成功认证。", "warn"),
        # A limit that blocks about as many successes as it saves uses is not the best.
        ([("a", "shop", 6364, 6161), ("b", "shop", 300, 2)], "b", ("shop", 2, 2),
         "would have saved most: 300 of the uses billed in 30 days, but blocked 2 of the successes.",
         "节省最多：近 30 天少计费 300 次，但误伤 2 次成功认证。", "warn"),
        ([("a", "shop", 6364, 6161), ("b", "shop", 30, 29)], "a", ("shop", 6161, 6161),
         "would have saved most, 6,364 of the uses billed in 30 days, but blocked 6,161 of the successes: "
         "no limit is worth it.",
         "节省最多，近 30 天少计费 6,364 次，但误伤 6,161 次成功认证：没有值得启用的限制方案。", "warn"),
        # If limits save the same number, the least harmful one is named.
        ([("a", "shop", 1, 1), ("b", "shop", 1, 0)], "b", ("shop", 0, 0),
         "would have saved most: 1 of the uses billed in 30 days, without blocking a success.",
         "节省最多：近 30 天少计费 1 次，没有误伤成功认证。", "good"),
        ([("a", "shop", 0, 1)], None, None, "No limit would have saved a use in the last 30 days.",
         "近 30 天没有限制方案能减少计费。", "good"),
    ],
)  # fmt: skip
def test_the_limit_that_saves_most_is_said_with_whom_it_harms(
    pages_of: Any, found: Any, name: str, harmed: Any, en: str, zh: str, severity: str
) -> None:
    _, pages = pages_of(limit_rows(*found))
    page = pages["limits.html"]
    most = page["found"].most_saving
    assert (most and most.limit_id) == name
    assert (most and (most.most_harmed, most.most_harm, most.harm)) == harmed
    assert (page["sentence"].en, page["sentence"].zh, page["severity"]) == (en, zh, severity)


def test_verification_records_of_both_stages_count_as_limited(pages_of: Any) -> None:
    def fill(made: Database) -> None:
        limit_rows(("a", "shop", 3, 1))(made)
        made.add("outcome_daily", *(
            {"day": day(2), "app_key": "shop", "channel": channel, "stage": stage, "platform": "android",
             "carrier": "CMCC", "outcome": "limited", "vendor": "umeng", "records": records}
            for channel, stage, records in (
                ("one_click", "verify", 1), ("local_verify", "verify", 2), ("one_click", "login", 4),
                ("one_click", "authorize", 8), ("wechat", "login", 16), ("wechat", "verify", 32), ("sms", "login", 64),
            )
        ))  # fmt: skip

    _, pages = pages_of(fill)
    assert pages["limits.html"]["found"].limited == 7
