"""Tests the lists of apps: each row is on exactly one page, and the address keeps order, search and filters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Reader, choices_of
from tests.browser.dom import table_rows
from tests.browser.worlds import MANY

# The verifications of app i over the ten days; every fifth has none.
VERIFIED = {f"app-{i:04}": 10 * i if i % 5 else 0 for i in range(MANY)}


@pytest.fixture
def reader(read_site: Callable[..., Reader]) -> Reader:
    return read_site("many")


def keys(page: Page) -> list[str]:
    return page.locator("table[data-table] tbody th code").all_inner_texts()


def cells(page: Page, column: str) -> list[str]:
    """Return the texts of a column, row by row."""
    heads = page.locator("table[data-table] thead tr:first-child th:not([hidden])").all()
    place = [head.get_attribute("data-column") for head in heads].index(column)
    return [row[place] for row in table_rows(page, "table[data-table]")]


def found(page: Page) -> str:
    return page.locator(".found").inner_text()


def test_every_row_is_on_one_page(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    assert len(keys(page)) == 25
    page.locator(".lengths select").select_option("100")
    seen = keys(page)
    for number in range(1, MANY // 100):
        page.get_by_role("button", name="Next page").click()
        assert f"Rows {number * 100 + 1:,} to {number * 100 + 100:,} of {MANY}" in page.locator(".pager").inner_text()
        seen += keys(page)
    assert len(seen) == MANY
    assert set(seen) == set(VERIFIED)
    # The last page has none after it, and the button keeps the focus.
    forward = page.get_by_role("button", name="Next page")
    assert forward.get_attribute("aria-disabled") == "true"
    forward.press("Enter")
    assert keys(page) == seen[-100:]
    assert forward.evaluate("one => one === document.activeElement")
    page.get_by_role("button", name="First page").click()
    assert keys(page) == seen[:100]
    page.get_by_role("button", name="Last page").click()
    assert keys(page) == seen[-100:]


def test_a_heading_sorts_all_rows_and_turns(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30)
    biggest = sorted(VERIFIED, key=lambda key: -VERIFIED[key])[:25]
    assert keys(page) == biggest
    heading = page.locator("th[data-column=number_verifications]")
    assert heading.get_attribute("aria-sort") == "descending"
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert cells(page, "number_verifications") == ["0"] * 25
    page.get_by_role("button", name="Last page").click()
    assert keys(page) == biggest[::-1]
    # Names: Latin before Chinese, a number in a name by its value.
    page.locator("th[data-column=app] button").first.click()
    assert [text.split(" app-")[0] for text in cells(page, "app")[:3]] == [
        "Sample Shop 1", "Sample Shop 4", "Sample Shop 7",
    ]  # fmt: skip
    page.locator("th[data-column=status] button").first.click()
    assert set(cells(page, "status")) == {"Enabled"}
    page.locator("th[data-column=status] button").first.click()
    assert set(cells(page, "status")) == {"Not enabled"}
    assert page.locator("[aria-sort]").count() == 1


SEARCHES = {
    "app-0042": ["app-0042"],
    "SHOP 100": ["app-0100"],
    # By its pinyin, whole or by its initials, and by a part of its name or key.
    "chongqing 20": [key for i, key in enumerate(VERIFIED) if i % 3 == 2 and ("20" in str(i) or "20" in key)],
    "cqcx 20": [key for i, key in enumerate(VERIFIED) if i % 3 == 2 and ("20" in str(i) or "20" in key)],
    "示例 297": ["app-0297"],
    "nothing like it": [],
}


def test_search_finds_by_name_key_and_pinyin_and_filters_join_and_stay_in_the_address(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30)
    for text, expected in SEARCHES.items():
        page.get_by_label("Search").fill(text)
        assert sorted(keys(page)) == sorted(expected)[:25], text
        assert found(page) == f"{len(expected)} / {MANY} apps"
        assert page.locator("td.nothing").count() == (not expected)
        sums = page.locator("tr.sums").inner_text().split("\t")
        total = sum(VERIFIED[key] for key in expected)
        assert f"{len(expected)} / {MANY}" in "".join(sums)
        assert (f"{total:,}" if expected else "—") in sums
    page.get_by_label("Search").fill("")
    page.get_by_label("Platform").select_option("ios")
    page.get_by_label("Status").select_option("disabled")
    page.get_by_label("Account").fill("account-2")
    page.get_by_label("Account").blur()
    # App i: iOS where i is odd, disabled where it ends in 0: none is both.
    assert keys(page) == []
    assert found(page) == f"0 / {MANY} apps"
    page.get_by_label("Platform").select_option("android")
    expected = [f"app-{i:04}" for i in range(MANY) if i % 10 == 0 and i % 3 == 2]
    assert found(page) == f"{len(expected)} / {MANY} apps"
    assert set(keys(page)) <= set(expected)
    assert choices_of(page) == {"platform": "android", "status": "disabled", "account": "account-2", "lang": "en",
                           "days": "30"}  # fmt: skip
    reader.speak("zh")
    assert found(page).startswith(f"{len(expected)} / {MANY}")
    assert set(cells(page, "status")) == {"未开通"}
    page.reload()
    reader.settle()
    assert found(page).startswith(f"{len(expected)} / {MANY}")
    page.locator("select[data-filter=status]").select_option("")
    assert "status" not in choices_of(page)


def test_the_period_of_the_table_has_its_own_choice_and_follows_the_pages(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30)
    assert cells(page, "number_verifications")[0] == "2,990"
    page.locator("[data-period=day]").click()
    reader.settle("day")
    assert cells(page, "number_verifications")[0] == "299"
    assert choices_of(page)["period"] == "day"
    assert page.locator("[data-period][aria-pressed=true]").all_inner_texts() == ["Data day"]
    reader.press("7")
    assert cells(page, "number_verifications")[0] == "2,093"
    assert "period" not in choices_of(page)
    page = reader.open("usage.html", lang="en", days=30, period="month")
    assert page.locator("[data-period=month]").get_attribute("aria-pressed") == "true"


def test_filters_and_periods_that_a_list_does_not_have_are_named(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30, platform="harmony", status="enabled")
    (said,) = page.locator("[data-part=instead] p").all_inner_texts()
    assert "platform=harmony" in said
    assert said.endswith("Shown instead: All.")
    page.goto(page.url.replace("platform=harmony", "period=never"))
    reader.settle()
    (said,) = page.locator("[data-part=instead] p").all_inner_texts()
    assert "period=never" in said
    assert said.endswith("Shown instead: 30 days.")
    # A choice takes the line away.
    page.locator("[data-period=month]").click()
    reader.settle("month")
    assert page.locator("[data-part=instead] p").count() == 0
    # The list has the choices that Back brings.
    page.locator("[data-period=day]").click()
    page.locator("[data-filter=platform]").select_option("android")
    page.locator("[data-filter=platform]").select_option("")
    for wanted in ({"platform": "android", "period": "day"}, {"period": "day"}, {"period": "month"}):
        page.go_back()
        reader.settle(wanted["period"])
        assert wanted.items() <= choices_of(page).items()
        assert page.locator("[data-part=instead] p").count() == 0


def test_rows_without_a_figure_are_last_in_every_order(read_site: Callable[..., Reader]) -> None:
    page = read_site("example").open("usage.html", lang="en", days=30)
    page.locator("details[data-figures=usage] summary").click()
    page.wait_for_selector("[data-chart-table] table")
    heading = page.locator("[data-chart-table] th.number").first
    for order in ("descending", "ascending"):
        heading.locator(".order").click()
        assert heading.get_attribute("aria-sort") == order
        values = [row[1] for row in table_rows(page, "[data-chart-table] table")]
        assert values[-1] == "no data"
        numbers = [int(value.replace(",", "")) for value in values[:-1]]
        assert numbers == sorted(numbers, reverse=order == "descending")


def test_each_listed_file_has_its_size(read_site: Callable[..., Reader]) -> None:
    page = read_site("many").open("files.html", lang="en")
    listed = page.locator(".files li").evaluate_all(
        "all => all.map((one) => [one.querySelector('a').href, one.innerText])"
    )
    assert len(listed) > 10
    for address, text in listed:
        size = Path(unquote(urlsplit(address).path)).stat().st_size
        # The list of files and this page itself are written after it.
        if not address.partition("?")[0].endswith(("manifest.json", "files.html")):
            number, power = (size, "B") if size < 1000 else (size / 1000, "kB")
            assert text.split()[-2:] == [f"{number:,.1f}" if power == "kB" else str(size), power], address


def test_a_list_leads_to_an_app_and_its_csv(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=7)
    page.get_by_label("Search").fill("app-0042")
    csv = page.locator("table[data-table] tbody a[download]")
    assert csv.get_attribute("href") == "apps/app-0042/app-0042_usage_detail.csv"
    assert csv.get_attribute("download") == "app-0042_usage_detail.csv"
    page.locator("table[data-table] tbody th a").click()
    reader.settle()
    assert page.locator("h1").inner_text() == "示例商城 42"
    with page.expect_download() as download:
        page.get_by_role("link", name="Detail (CSV)").click()
    assert Path(download.value.path()).read_bytes() == (reader.site / csv_path("app-0042")).read_bytes()


def csv_path(key: str) -> str:
    return f"apps/{key}/{key}_usage_detail.csv"


def test_show_puts_an_app_into_the_charts(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en", days=30)
    page.get_by_label("Search").fill("app-0042")
    page.get_by_role("button", name="Show").click()
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    assert page.locator("#picker-field").input_value() == "示例商城 42"
    assert choices_of(page)["app"] == "app-0042"
    # App 42: 84 requests and 42 authorizations a day, on ten days.
    assert table_rows(page, "[data-part=summary] table")[0][-3:] == ["840", "0", "420"]
    # An app that does not exist is named.
    page = reader.open("monitor.html", lang="en", app="nobody")
    page.wait_for_selector("[data-picker-note]:not(:empty)")
    assert page.locator("[data-picker-note]").inner_text() == "There is no such app."
    assert "app=nobody" in page.locator("[data-part=instead]").inner_text()
    assert "app=" not in (page.get_by_role("link", name="Usage", exact=True).get_attribute("href") or "")


def test_a_long_account_has_three_lines_at_most(read_site: Callable[..., Reader]) -> None:
    """The app `long` of the example has an account of 300 characters."""
    page = read_site("example").open("usage.html", lang="en")
    page.get_by_label("Account").fill("长")
    account = page.locator("table[data-table=apps] td > bdi")
    assert account.inner_text() == "长" * 300
    lines = "one => one.offsetHeight / parseFloat(getComputedStyle(one).lineHeight)"
    assert 2 < account.evaluate(lines) < 3.5
