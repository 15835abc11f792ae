"""The page of resource packages: its first screen answers as text, and its figures equal the tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import SHOP, Look, Reader, World
from tests.browser.dom import table_rows
from tests.browser.figure_text import count, signed
from tests.browser.test_limits_in_browser import rows_of
from tests.data.made_database import day
from tests.data.published_tables import HOSTILE_NAMES

SENTENCES = {
    "zh": ["没有生效中的资源包，用量全部计为超出用量，请尽快购买（应在 03-25 前购买）。",
           "按目前用量 07-20 用完，07-13 前购买；04-19 到期时约剩 106 次作废。"],
    "en": ["No package is active: all uses are overflow, buy now, it was due by 03-25.",
           "At the present rate it runs out on 07-20, buy by 07-13; on 04-19 about 106 lapse."],
}  # fmt: skip


@pytest.mark.parametrize(("choices", "height"), [({"width": 1280}, 900), ({"width": 390, "days": 7}, 844)])
@pytest.mark.parametrize("language", SENTENCES)
def test_the_first_screen_says_when_a_package_runs_out_and_how_much_lapses(
    look: Look, language: str, choices: dict[str, int], height: int
) -> None:
    page = look("packages.html", language, **choices)
    assert page.texts(".account .sentence") == SENTENCES[language]
    # Sentence and remaining uses of the first account are seen without scrolling.
    first = page.one(".account")
    for one in (first.one(".sentence"), first.one(".facts b")):
        assert one.box[3] <= height
    assert page.one("nav a[href*='packages.html']").visible


def test_of_many_accounts_the_most_urgent_are_open_and_each_says_its_sentence(
    read_site: Callable[..., Reader],
) -> None:
    reader = read_site("accounts")
    page = reader.open("packages.html", lang="zh")
    accounts = page.locator(".account")
    assert accounts.locator("h2 bdi").all_text_contents() == ["none-left", "soon", "short", "ample"]
    assert [one.get_attribute("open") is not None for one in accounts.all()] == [True, True, False, False]
    for one in accounts.all():
        assert one.locator(".sentence").is_visible()
        assert "剩余" in one.locator("h2").inner_text()
    folded = accounts.nth(2)
    assert not folded.locator("[data-figures=apps-3]").is_visible()
    folded.locator("summary").first.click()
    # The users come before the packages that they used.
    names = [one.get_attribute("data-figures") for one in folded.locator("table").all()]
    assert names == ["apps-3", "packages-3"]
    assert folded.locator("[data-figures=apps-3]").is_visible()
    # The drawing has its figures as a table and as a file.
    assert folded.locator(".course-figures table").count() == 0
    folded.locator(".course-figures summary").click()
    assert folded.locator(".course-figures table").get_attribute("class") == "plain dense"
    assert table_rows(page, "#account-3 .course-figures table")[0] == [str(day(39)), "590", "590"]
    assert folded.locator(".course-figures .download").is_visible()
    page.locator("[data-language=en]").click()
    assert folded.locator(".course-figures thead").inner_text().split("\t")[0] == "Day"


def test_figures_of_packages_equal_the_tables(look: Look, world: World) -> None:
    page, example = look("packages.html", opened=True), world("example")
    forecasts = rows_of(
        example,
        "SELECT account_id, remaining, quantity, uses_28d, buy_quantity FROM resource_package_forecast ORDER BY 1",
    )
    names = [name for name, *_ in forecasts]
    assert names == [HOSTILE_NAMES["img"], "default"]
    assert page.contents(".account h2 bdi") == names
    assert page.count("main img") == 0
    for number, (account_id, left, quantity, forecast, year) in enumerate(forecasts, 1):
        users = apps(example, account_id)
        assert page.rows(f"[data-figures=apps-{number}]") == users
        assert page.rows(f"[data-figures=packages-{number}]") == packages(example, account_id)
        facts = page.one(f"#account-{number} .facts").words
        for piece in (
            f"{left:,} / {quantity:,}", f"Forecast of the next 28 days {forecast:,}", f"To buy for a year {year:,}",
            f"Used most by {users[0][0]} ({users[0][2]})",
        ):  # fmt: skip
            assert piece in facts
    adjusted = rows_of(
        example, "SELECT day, resource_package_id, adjusted, remaining FROM resource_package_daily WHERE adjusted <> 0"
    )
    assert page.rows("[data-figures=readings-2]") == [
        [str(day), name, signed(moved), count(left)] for day, name, moved, left in adjusted
    ]
    assert page.count("[data-figures=readings-1]") == 0


def apps(example: Path, account_id: str) -> list[list[str]]:
    rows = rows_of(
        example,
        """
        SELECT coalesce(app_name, app_key), sum(uses)::BIGINT AS used, sum(used) OVER (),
            coalesce(sum(uses) FILTER (resource_package_id IS NULL), 0)::BIGINT
        FROM resource_package_usage LEFT JOIN apps USING (app_key)
        WHERE resource_package_usage.account_id = $account AND day > (SELECT as_of FROM publication) - 30
        GROUP BY app_key, app_name ORDER BY used DESC""",
        account=account_id,
    )
    return [
        [name, count(used), f"{used / whole:.1%}", count(used - over), count(over)] for name, used, whole, over in rows
    ]


def packages(example: Path, account_id: str) -> list[list[str]]:
    rows = rows_of(
        example,
        """
        SELECT resource_package_id, state, (purchased_at AT TIME ZONE 'Asia/Shanghai')::DATE,
            (expires_at AT TIME ZONE 'Asia/Shanghai')::DATE - 1, quantity, used, adjusted, remaining, missing_days,
            used_up_day, expired, unused_expected, price, drift
        FROM resource_packages WHERE account_id = $account ORDER BY expires_at""",
        account=account_id,
    )
    return [package_row(*row) for row in rows]


def package_row(
    name: str, state: str, first: Any, last: Any, quantity: int, used: int, adjusted: int, left: int, missing: int,
    used_up: Any, expired: int, unused: int | None, price: float | None, drift: int | None,
) -> list[str]:  # fmt: skip
    states = {"active": "Active", "future": "Not valid yet", "used_up": "Used up", "expired": "Expired"}
    lapse = count(expired if state == "expired" else unused)
    worth = f" ¥{price * (unused or 0) / quantity:.2f}" if price and unused else ""
    bound, days = ("≤ " if missing and left else ""), (f" days without data: {missing:,}" if missing else "")
    return [
        name, states[state], f"{first} – {last}", count(quantity), count(used), signed(adjusted),
        f"{bound}{count(left)}{days}", str(used_up or "—"), f"{lapse}{worth}", signed(drift),
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "choices"), [(30, {}), (7, {"width": 390, "days": 7})])
def test_an_apps_page_has_the_packages_that_it_used(
    look: Look, world: World, days: int, choices: dict[str, int]
) -> None:
    drawn = rows_of(
        world("example"),
        """
        SELECT resource_package_id, account_id, coalesce(sum(uses) FILTER (day > as_of - $days), 0) AS used,
            sum(used) OVER ()
        FROM resource_package_usage, publication WHERE app_key = 'shop' AND day > as_of - 30
        GROUP BY resource_package_id, account_id ORDER BY account_id, sum(uses) DESC""",
        days=days,
    )
    assert drawn
    assert look(SHOP, opened=True, **choices).rows("[data-part=drawn] table") == [
        [name or "Overflow", account, count(used), f"{used / whole:.2%}"] for name, account, used, whole in drawn
    ]
    # An app whose account has no packages has no such table.
    assert look("apps/link/index.html").count("[data-part=drawn]") == 0
