"""The page of resource packages: its first screen answers as text, and its figures are those of the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, rendered
from tests.browser.dom import table_rows
from tests.browser.figure_text import count
from tests.data.bought_packages import add_packages, package
from tests.data.made_database import Database, day
from tests.data.published_tables import HOSTILE_NAMES, steady

SENTENCES = {
    "zh": ["没有生效中的资源包，用量全部计为超出用量，请尽快购买（应在 03-25 前购买）。",
           "按目前用量 07-20 用完，07-13 前购买；04-19 到期时约剩 106 次作废。"],
    "en": ["No package is active: what is used is overflow, buy now, it was due by 03-25.",
           "At the present rate it runs out on 07-20, buy by 07-13; on 04-19 about 106 lapse."],
}  # fmt: skip


@pytest.fixture(scope="module")
def published(site: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(str(site.parent / "authmeter.duckdb"), read_only=True)) as connection:
        yield connection


def test_the_first_screen_says_when_it_runs_out_what_lapses_and_what_is_left(reader: Reader) -> None:
    for width, height in ((1280, 900), (390, 844)):
        page = reader.open("packages.html", lang="zh")
        page.set_viewport_size({"width": width, "height": height})
        for language, said in SENTENCES.items():
            reader.speak(language)
            assert page.locator(".account .sentence").all_inner_texts() == said
        # The first account's sentence and what is left of it are seen without a scroll.
        first = page.locator(".account").first
        for one in (first.locator(".sentence"), first.locator(".facts b").first):
            box = one.bounding_box()
            assert box
            assert box["y"] + box["height"] <= height
    assert page.get_by_role("navigation").get_by_role("link", name="Packages").is_visible()


def test_of_many_accounts_the_worst_lie_open_and_each_says_its_sentence(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(40))
    nothing = dict.fromkeys(("duplicates", "unmapped_codes", "unregistered_apps", "late_records"), 0)
    made.add("day_quality", *(
        nothing | {"day": day(back), "records_accepted": 9, "restated": False, "day_state": "complete"}
        for back in range(41)
    ))  # fmt: skip
    # By name they are in another order than by how soon something is to be done.
    bought = {"ample": (90_000, -300), "none-left": (100, -300), "short": (600, -300), "soon": (500, -300)}
    packages = [package(f"of-{name}", name, quantity, 39, ends) for name, (quantity, ends) in bought.items()]
    add_packages(made, packages, {name: {f"app-{name}": lambda back: 10} for name in bought})
    reader = read_site(rendered(made.close()))
    page = reader.open("packages.html", lang="zh")
    page.set_viewport_size({"width": 1280, "height": 800})
    accounts = page.locator(".account")
    assert accounts.locator("h2 bdi").all_text_contents() == ["none-left", "soon", "short", "ample"]
    assert [one.get_attribute("open") is not None for one in accounts.all()] == [True, True, False, False]
    for one in accounts.all():
        assert one.locator(".sentence").is_visible()
        assert "剩余" in one.locator("h2").inner_text()
    folded = accounts.nth(2)
    assert not folded.locator("[data-figures=apps-3]").is_visible()
    folded.locator("summary").first.click()
    # Who used it comes before what it was used of.
    assert [one.get_attribute("data-figures") for one in folded.locator("table").all()] == [
        "apps-3", "packages-3",
    ]  # fmt: skip
    assert folded.locator("[data-figures=apps-3]").is_visible()
    # What is drawn is there as figures, too, and as a file.
    assert folded.locator(".course-figures table").count() == 0
    folded.locator(".course-figures summary").click()
    assert folded.locator(".course-figures table").get_attribute("class") == "plain dense"
    assert table_rows(page, "#account-3 .course-figures table")[0] == [str(day(39)), "590", "590"]
    assert folded.locator(".course-figures .download").is_visible()
    page.locator("[data-language=en]").click()
    assert folded.locator(".course-figures thead").inner_text().split("\t")[0] == "Day"


def test_every_figure_is_that_of_the_tables(reader: Reader, published: duckdb.DuckDBPyConnection) -> None:
    page = reader.open("packages.html", lang="en")
    accounts = [name for (name,) in published.execute(
        "SELECT account_id FROM resource_package_forecast ORDER BY account_id").fetchall()]  # fmt: skip
    assert accounts == [HOSTILE_NAMES["img"], "default"]
    assert page.locator(".account h2 bdi").all_text_contents() == accounts
    assert page.locator("main img").count() == 0
    for number, account_id in enumerate(accounts, 1):
        assert table_rows(page, f"[data-figures=apps-{number}]") == apps(published, account_id)
        assert table_rows(page, f"[data-figures=packages-{number}]") == packages(published, account_id)
        facts = page.locator(f"#account-{number} .facts").inner_text().replace("\n", " ")
        ((left, quantity, forecast, year),) = published.execute(
            "SELECT remaining, quantity, uses_28d, buy_quantity FROM resource_package_forecast WHERE account_id = ?",
            [account_id],
        ).fetchall()
        assert f"{left:,} / {quantity:,}" in facts
        assert f"Forecast of the next 28 days {forecast:,}" in facts
        assert f"To buy for a year {year:,}" in facts
        most = apps(published, account_id)[0]
        assert f"Used most by {most[0]} ({most[2]})" in facts
    assert table_rows(page, "[data-figures=readings-2]") == [
        [str(day), name, signed(adjusted), count(left)]
        for day, name, adjusted, left in published.execute(
            "SELECT day, resource_package_id, adjusted, remaining FROM resource_package_daily WHERE adjusted <> 0"
        ).fetchall()
    ]
    assert page.locator("[data-figures=readings-1]").count() == 0


def apps(published: duckdb.DuckDBPyConnection, account_id: str) -> list[list[str]]:
    rows = published.execute(
        """
        SELECT coalesce(app_name, app_key), sum(uses)::BIGINT AS used, sum(used) OVER (),
            coalesce(sum(uses) FILTER (resource_package_id IS NULL), 0)::BIGINT
        FROM resource_package_usage LEFT JOIN apps USING (app_key)
        WHERE resource_package_usage.account_id = ? AND day > (SELECT as_of FROM publication) - 30
        GROUP BY app_key, app_name ORDER BY used DESC""",
        [account_id],
    ).fetchall()
    return [
        [name, count(used), f"{used / whole:.1%}", count(used - over), count(over)] for name, used, whole, over in rows
    ]


def packages(published: duckdb.DuckDBPyConnection, account_id: str) -> list[list[str]]:
    found = published.execute(
        """
        SELECT resource_package_id, state, (purchased_at AT TIME ZONE 'Asia/Shanghai')::DATE,
            (expires_at AT TIME ZONE 'Asia/Shanghai')::DATE - 1, quantity, used, adjusted, remaining, missing_days,
            used_up_day, expired, unused_expected, price, drift
        FROM resource_packages WHERE account_id = ? ORDER BY expires_at""",
        [account_id],
    ).fetchall()
    return [package_row(*row) for row in found]


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


def signed(value: int | None) -> str:
    return "—" if value is None else f"{value:+,}".replace("-", "−") if value else "0"


def test_an_apps_page_has_what_it_drew_from(reader: Reader, published: duckdb.DuckDBPyConnection) -> None:
    page = reader.open(f"apps/{app_folder('shop', ['Shop'])}/index.html", lang="en")
    for key, days in (("7", 7), ("3", 30)):
        reader.press(key)
        drawn = published.execute(
            """
            SELECT resource_package_id, account_id, coalesce(sum(uses) FILTER (day > as_of - $days), 0) AS used,
                sum(used) OVER ()
            FROM resource_package_usage, publication WHERE app_key = 'shop' AND day > as_of - 30
            GROUP BY resource_package_id, account_id ORDER BY account_id, sum(uses) DESC""",
            {"days": days},
        ).fetchall()
        assert table_rows(page, "[data-part=drawn] table") == [
            [name or "Overflow", account, count(used), f"{used / whole:.2%}"] for name, account, used, whole in drawn
        ]
    assert drawn
    # Whose uses no account with packages has, has no such table.
    assert reader.open("apps/link/index.html", lang="en").locator("[data-part=drawn]").count() == 0


def test_without_packages_the_page_is_not_in_the_menu_and_says_what_to_write(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    site = rendered(steady(tmp_path / "authmeter.duckdb"))
    reader = read_site(site)
    page = reader.open("index.html", lang="en")
    assert page.locator("header nav a[href*=packages]").count() == 0
    page = reader.open("packages.html", lang="en")
    for language, words in (("en", "No resource package is known"), ("zh", "还没有资源包")):
        reader.speak(language)
        assert page.locator("main h2").all_inner_texts() == [words]
        assert "registry/resource_packages.csv" in page.locator("main").inner_text()
    assert not (site / "packages.csv").exists()
