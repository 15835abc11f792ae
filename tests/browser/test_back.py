"""On pages opened from file://, the address keeps every choice, links to other pages carry it, and Back undoes it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route

from tests.browser.conftest import Reader, choices_of, until
from tests.browser.dom import table_rows


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


def test_back_undoes_order_search_span_window_and_app_one_by_one(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    everyone = table_rows(page, "[data-part=summary] table")
    # The pressed dimension keeps the single line.
    page.locator("[data-legend] [data-look=qq]").first.click()
    page.locator("[data-by-button=channel]").click()
    assert choices_of(page)["line"] == "qq"
    page.locator("[data-legend] [data-look=qq][aria-pressed=true]").first.click()
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
    assert choices_of(page) == {
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
    # An address with a version shows that version alone.
    page.goto(f"{address}&line=2.15.0")
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    assert page.locator("[data-legend=timed] button[aria-pressed=true]").all_text_contents() == ["2.15.0"]
    assert page.locator("[data-part=instead] p").count() == 0


def test_from_an_app_s_own_page_monitoring_shows_that_app(reader: Reader) -> None:
    page = reader.open("apps/ghost/index.html", lang="en", days=7, by="version")
    page.get_by_role("navigation").get_by_role("link", name="Monitoring", exact=True).click()
    page.wait_for_selector("[data-picker-note] bdi")
    assert app_in_picker(page) == "ghost"
    assert choices_of(page) == {"lang": "en", "days": "7", "by": "version", "app": "ghost"}
    assert page.locator("[data-by-button=version]").get_attribute("aria-pressed") == "true"


def test_back_undoes_window_and_period_but_not_the_language(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30)
    reader.press("7")
    reader.speak("zh")
    page.go_back()
    reader.settle()
    assert page.locator("html").get_attribute("data-days") == "30"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    reader.speak("en")
    page.locator("[data-period=month]").click()
    reader.settle("month")
    page.go_back()
    reader.settle("30")
    assert page.locator("[data-period='30']").get_attribute("aria-pressed") == "true"
    page.go_forward()
    reader.settle("month")
    assert page.locator("[data-period=month]").get_attribute("aria-pressed") == "true"
    # Back to the other window restores the period of the table.
    page.locator("[data-period=last_month]").click()
    reader.settle("last_month")
    table = table_rows(page, "table[data-table=apps]")
    reader.press("7")
    reader.settle("7")
    assert "period" not in choices_of(page)
    assert page.locator("[data-period='7']").get_attribute("aria-pressed") == "true"
    page.go_back()
    reader.settle("last_month")
    assert choices_of(page)["period"] == "last_month"
    assert page.locator("[data-period=last_month]").get_attribute("aria-pressed") == "true"
    assert table_rows(page, "table[data-table=apps]") == table


def test_an_app_chosen_while_another_is_loading_keeps_its_own_figures(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    pick(reader, "ghost")
    figures = table_rows(page, "[data-part=summary] table")
    page = reader.open("monitor.html", lang="en")
    # Answers to the check of the publication, which follows the figures of each app, wait for both apps.
    checks: list[Route] = []
    check = re.compile(r"/assets/site\.js\?v=\w+&now=")
    page.route(check, lambda route: checks.append(route))
    for number, (name, key) in enumerate((("ghost", "ghost"), ("商城", "shop")), 1):
        page.locator("#picker-field").fill(name)
        page.keyboard.press("Enter")
        assert choices_of(page)["app"] == key
        until(page, lambda count=number: len(checks) == count)
    for route in checks:
        route.continue_()
    page.unroute(check)
    page.wait_for_selector("[data-picker-note] bdi")
    pick(reader, "ghost")
    assert app_in_picker(page) == "ghost"
    assert table_rows(page, "[data-part=summary] table") == figures


def test_an_app_that_fails_to_load_after_another_was_chosen_is_not_mentioned(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    held: list[Route] = []
    page.route("**/apps/ghost/figures.js*", lambda route: held.append(route))
    page.locator("#picker-field").fill("ghost")
    page.keyboard.press("Enter")
    until(page, lambda: len(held) == 1)
    pick(reader, "商城")
    held[0].abort()
    until(page, lambda: len(reader.complaints) == 1)
    page.wait_for_timeout(200)
    assert page.locator("[data-picker-note]").inner_text() == "Shown: 商城"
    # The browser itself reports the failed request.
    reader.complaints.clear()
