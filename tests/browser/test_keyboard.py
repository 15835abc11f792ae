"""Tests that everything works from the keyboard: short-cuts, and every control by Tab, Enter, Space and arrows.

The focus is visible.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SHOP, Reader
from tests.browser.dom import table_rows
from tests.browser.tour import open_all

# Numbers every control that is shown, even if it is not in the order of Tab, and notes each that gets the focus: its
# number, and whether it looks different from before.
_MARK = """() => {
  let number = 0;
  window.reached = [];
  document.addEventListener("focusin", ({target: one}) => {
    const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(one);
    const isSeen = (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
    window.reached.push([one.dataset.stop ?? one.outerHTML.slice(0, 80), isSeen]);
  });
  for (const one of document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")) {
    if (one.checkVisibility({visibilityProperty: true}) && !one.disabled) one.dataset.stop = number++;
  }
  return number;
}"""


def days_of(page: Page) -> str | None:
    return page.locator("html").get_attribute("data-days")


def test_the_skip_link_comes_first_and_keys_switch_the_window_search_and_show_help(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.inner_text() == "Skip to content"
    assert (link.bounding_box() or {})["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    reader.press("7")
    assert days_of(page) == "7"
    assert "days=7" in page.url
    reader.press("3")
    assert days_of(page) == "30"
    page.keyboard.press("/")
    search = page.locator("input[type=search]")
    assert search.evaluate("one => one === document.activeElement")
    page.keyboard.type("7/3?")
    assert search.input_value() == "7/3?"
    assert days_of(page) == "30"
    assert page.get_by_role("dialog").count() == 0
    search.fill("")
    search.blur()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("heading").inner_text() == "Keyboard shortcuts"
    assert set("73/?") <= set(dialog.locator("kbd").all_text_contents())
    page.keyboard.press("7")
    assert days_of(page) == "30"
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    reader.press("7")
    assert days_of(page) == "7"
    reader.press("3")
    # Keys with a modifier belong to the browser, keys in a field to the field.
    for modifier in ("Control", "Meta", "Alt"):
        for key in ("7", "3", "/", "Shift+?"):
            page.keyboard.press(f"{modifier}+{key}")
    for place in ("select[data-filter=platform]", "input[data-filter=account]"):
        page.locator(place).focus()
        page.keyboard.type("7?/")
        assert page.locator(place).evaluate("one => one === document.activeElement")
    assert days_of(page) == "30"
    assert dialog.count() == 0


@pytest.mark.parametrize("path", ["monitor.html", "quality.html", SHOP])
def test_tab_reaches_every_control_and_shows_the_focus(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="en")
    for late in page.locator("#sign-ins").all():
        # It is drawn when a reader comes near.
        late.scroll_into_view_if_needed()
        page.wait_for_selector("#sign-ins[data-loaded]")
    stops = page.evaluate(_MARK)
    assert stops > 15
    # A date has month, day, year and its calendar.
    for _ in range(stops + 3 * page.locator("input[type=date]").count()):
        page.keyboard.press("Tab")
    reached = page.evaluate("window.reached")
    assert [stop for stop, is_seen in reached if not is_seen] == []
    # Each once, in the order of the page except in the header, whose parts are in another order than in the text.
    assert sorted(int(stop) for stop, _ in reached) == list(range(stops))


def test_buttons_headings_and_details_work_by_enter_and_space(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=30)
    month = page.locator("[data-period=month]")
    month.focus()
    page.keyboard.press("Space")
    reader.settle("month")
    assert month.get_attribute("aria-pressed") == "true"
    heading = page.locator("th[data-column=local_verifications]")
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert heading.get_by_role("button").evaluate("one => one === document.activeElement")
    page.locator(".trust summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".trust li").first.is_visible()
    page.locator("figure summary").focus()
    page.keyboard.press("Space")
    page.locator("figure details table").wait_for()
    chinese = page.get_by_role("button", name="中文")
    chinese.focus()
    page.keyboard.press("Enter")
    reader.settle("month")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert chinese.evaluate("one => one === document.activeElement")


def test_the_picker_works_by_arrows_enter_and_escape(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en", days=30)
    field, options = page.locator("#picker-field"), page.locator("#picker-list [role=option]")
    everyone = table_rows(page, "[data-part=summary] table")
    field.focus()
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-expanded") == "true"
    assert options.first.inner_text() == "All apps"
    page.keyboard.press("ArrowDown")
    assert options.first.get_attribute("aria-selected") == "true"
    page.keyboard.type("shop")
    assert options.locator("code").all_inner_texts() == ["Shop", "shop"]
    active = field.get_attribute("aria-activedescendant")
    assert active
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") == active
    # Escape leaves everything as it was.
    page.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert field.input_value() == "All apps"
    assert table_rows(page, "[data-part=summary] table") == everyone
    # The initials of its pinyin find it; the name `script` begins with them, too.
    page.keyboard.type("sc")
    assert options.locator("code").all_inner_texts() == ["script", "shop"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    assert field.input_value() == "商城"
    assert "app=shop" in page.url
    picked = table_rows(page, "[data-part=summary] table")
    assert picked != everyone
    # Another page and back: the address still names the app. The button takes it away.
    page.reload()
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    assert table_rows(page, "[data-part=summary] table") == picked
    page.get_by_role("button", name="All apps").focus()
    page.keyboard.press("Enter")
    reader.settle()
    assert table_rows(page, "[data-part=summary] table") == everyone
    assert "app=" not in page.url
    assert page.evaluate("document.activeElement !== document.body")
    field.fill("no such app")
    assert page.locator("#picker-list").is_hidden()
    assert page.locator("[data-picker-note]").inner_text() == "No app matches."
    page.keyboard.press("Enter")
    assert "app=" not in page.url


def test_every_table_of_an_apps_page_sorts_by_click_and_by_keyboard(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en", days=30)
    open_all(page)
    reader.settle()
    tables = [one for one in page.locator("main table").all() if one.is_visible()]
    assert len(tables) > 8
    sorted_tables = 0
    for table in tables:
        rows = table.locator("tbody tr:not(.total)")
        if rows.count() < 2:
            continue
        heading = table.locator("th.sorts").last
        button = heading.locator(".order")
        button.focus()
        page.keyboard.press("Enter")
        first = heading.get_attribute("aria-sort")
        assert first in ("ascending", "descending")
        before = rows.all_inner_texts()
        heading.click(position={"x": 2, "y": 2})
        assert heading.get_attribute("aria-sort") == {"ascending": "descending", "descending": "ascending"}[first]
        assert sorted(rows.all_inner_texts()) == sorted(before)
        assert table.locator("[aria-sort]").count() == 1
        sorted_tables += 1
    assert sorted_tables > 5
    # The order stays when another window is drawn, and the sum of all channels stays last.
    summary = page.locator("[data-part=summary] table")
    requests = summary.locator("th", has_text="Authorization requests")
    requests.locator(".order").click()
    page.keyboard.press("7")
    reader.settle()
    assert requests.get_attribute("aria-sort") == "descending"
    counts = [int(text.replace(",", "")) for text in summary.locator("tbody tr td:nth-child(8)").all_inner_texts()]
    assert len(counts) > 2
    assert counts == [*sorted(counts[:-1], reverse=True), sum(counts[:-1])]
