"""What was chosen stands in the address, goes along to other pages, and Back takes it back; from file://."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from reports.content.folders import app_folder
from tests.browser.conftest import Reader
from tests.browser.dom import table_rows

SHOP = f"apps/{app_folder('shop', ['Shop'])}/index.html"


def asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def app_in_picker(page: Page) -> str:
    return page.locator("#picker-field").input_value()


def pick(reader: Reader, text: str) -> None:
    field = reader.page.locator("#picker-field")
    field.fill(text)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector("[data-picker-note] bdi")
    # Keys typed into a field are no short-cuts.
    field.blur()
    reader.settle()


def test_back_takes_back_app_window_span_search_and_order_one_by_one(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    everyone = table_rows(page, "[data-part=summary] table")
    order = page.locator("table[data-table=logins] tbody code").all_inner_texts()
    pick(reader, "商城")
    of_shop = table_rows(page, "[data-part=summary] table")
    reader.press("7")
    page.locator("[data-span-button='90']").click()
    reader.settle()
    page.locator("[data-by-button=version]").click()
    reader.settle()
    page.get_by_label("Search").fill("sh")
    page.get_by_label("Search").blur()
    found = page.locator("table[data-table=logins] tbody code").all_inner_texts()
    page.locator("th[data-column=app] button").first.click()
    page.locator("th[data-column=app] button").first.click()
    assert page.locator("th[data-column=app]").get_attribute("aria-sort") == "descending"
    assert asked(page) == {
        "lang": "en", "app": "shop", "days": "30", "span": "90", "by": "version", "search": "sh", "sort": "-app",
    }  # fmt: skip
    address = page.url
    page.go_back()
    assert page.locator("th[data-column=app]").get_attribute("aria-sort") == "ascending"
    page.go_back()
    assert page.locator("th[data-column=authorizations]").get_attribute("aria-sort") == "descending"
    assert page.locator("table[data-table=logins] tbody code").all_inner_texts() == found != order
    page.go_back()
    assert page.get_by_label("Search").input_value() == ""
    page.go_back()
    reader.settle()
    assert page.locator("html").get_attribute("data-by") == "channel"
    assert page.locator("html").get_attribute("data-chart-span") == "90"
    page.go_back()
    reader.settle()
    assert page.locator("html").get_attribute("data-chart-span") == "7"
    page.go_back()
    reader.settle()
    assert page.locator("html").get_attribute("data-days") == "30"
    assert table_rows(page, "[data-part=summary] table")[0][0] == of_shop[0][0]
    assert app_in_picker(page) == "商城"
    page.go_back()
    page.wait_for_selector("[data-picker-note]:empty", state="attached")
    reader.settle()
    assert app_in_picker(page) == "All apps"
    assert table_rows(page, "[data-part=summary] table") == everyone
    # The address of the end shows all of it at once.
    page.goto(address)
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    assert app_in_picker(page) == "商城"
    assert page.locator("html").get_attribute("data-chart-span") == "90"
    assert page.locator("[data-legend=timed] button").all_text_contents()[:2] == ["2.14.0", "2.15.0"]
    assert page.locator("th[data-column=app]").get_attribute("aria-sort") == "descending"
    assert page.locator("table[data-table=logins] tbody code").all_inner_texts() == sorted(
        found, key=page.locator("table[data-table=logins] tbody code").all_inner_texts().index
    )


def test_the_app_goes_along_over_the_pages(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en", days=7, by="version")
    pick(reader, "商城")
    for name in ("Usage", "Monitoring"):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        reader.settle()
    page.wait_for_selector("[data-picker-note] bdi")
    assert app_in_picker(page) == "商城"
    assert asked(page) == {"lang": "en", "days": "7", "by": "version", "app": "shop"}
    assert page.locator("[data-by-button=version]").get_attribute("aria-pressed") == "true"
    # From an app's own page, monitoring shows that app.
    page = reader.open("apps/ghost/index.html", lang="en")
    page.get_by_role("navigation").get_by_role("link", name="Monitoring", exact=True).click()
    page.wait_for_selector("[data-picker-note] bdi")
    assert app_in_picker(page) == "ghost"


def test_the_language_is_no_step(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30)
    reader.press("7")
    reader.speak("zh")
    page.go_back()
    reader.settle()
    assert page.locator("html").get_attribute("data-days") == "30"
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_period_of_the_table_is_a_step(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30)
    page.locator("[data-period=month]").click()
    reader.settle("month")
    page.go_back()
    reader.settle("30")
    assert page.locator("[data-period='30']").get_attribute("aria-pressed") == "true"
    page.go_forward()
    reader.settle("month")
    assert page.locator("[data-period=month]").get_attribute("aria-pressed") == "true"
