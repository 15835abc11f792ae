"""On a phone: every page's name and the switch are seen at once, rows are lists, and a finger hits what it aims at."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Page

from reports.content.folders import app_folder
from tests.browser.conftest import Reader
from tests.data.published_tables import day

APP = f"apps/{app_folder('shop', ['Shop'])}/index.html"
PAGES = (
    "index.html",
    "usage.html",
    "monitor.html",
    "signin.html",
    "quality.html",
    "packages.html",
    "reconciliation.html",
    "limits.html",
    APP,
    f"days/{day(4)}.html",
)
# Of a table, what lies beyond the edge of its box: a chart's own has a box that scrolls.
_BEYOND = """() => Array.from(document.querySelectorAll("main .scroll"))
  .filter((box) => box.checkVisibility() && !box.querySelector(".dense") && box.scrollWidth > box.clientWidth)
  .map((box) => box.outerHTML.slice(0, 120))"""

# Where the figure of a cell ends.
_END_OF_TEXT = """(cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return Math.max(...Array.from(range.getClientRects(), (rect) => rect.right));
}"""


def phone(reader: Reader, path: str, language: str = "en") -> Page:
    reader.page.set_viewport_size({"width": 390, "height": 844})
    return reader.open(path, lang=language, days=7)


def boxes(page: Page, selector: str) -> list[tuple[float, float, float, float]]:
    found = [one.bounding_box() for one in page.locator(selector).all() if one.is_visible()]
    return [(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]) for box in found if box]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["usage.html", "monitor.html", APP])
def test_nothing_of_the_header_lies_behind_another(reader: Reader, path: str, language: str) -> None:
    page = phone(reader, path, language)
    found = boxes(page, "header nav a, header .windows, header .languages, header .help-button, header .brand")
    assert len(found) >= 9
    assert all(left >= 0 and right <= 390 for left, _, right, _ in found)
    assert [
        pair
        for pair in combinations(found, 2)
        if min(pair[0][2], pair[1][2]) - max(pair[0][0], pair[1][0]) > 1
        and min(pair[0][3], pair[1][3]) - max(pair[0][1], pair[1][1]) > 1
    ] == []


@pytest.mark.parametrize("path", PAGES)
def test_rows_are_lists_and_nothing_lies_out_of_sight(reader: Reader, path: str) -> None:
    page = phone(reader, path)
    page.locator("main details:not([open]) > summary").evaluate_all("all => all.forEach((one) => one.click())")
    reader.settle()
    assert page.evaluate(_BEYOND) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_looked_up_is_folded_and_what_went_wrong_is_not(reader: Reader) -> None:
    page = phone(reader, APP)
    seen = ("[data-incident]", "[data-chart=technical_success_rate]", "[data-part=versions]", "[data-part=cards]")
    assert all(page.locator(one).first.is_visible() for one in seen)
    # Nothing of a card lies behind the switch.
    for card in page.locator("[data-part=cards] .card").all():
        assert [one.split()[0] for one in card.locator(".window .sum").all_inner_texts()] == ["7", "30"]
    compared = page.locator("[data-coverage]").inner_text()
    assert all(f"vs previous {days} days · " in compared for days in (7, 30))
    looked_up = page.locator("main .phone-fold")
    names = looked_up.evaluate_all("all => all.map((one) => one.querySelector('[data-part]').dataset.part)")
    assert {"platforms", "outcomes-verification", "codes-authorization", "periods", "packages"} <= set(names)
    assert [one for one in looked_up.all() if one.locator("[data-part]").is_visible()] == []
    looked_up.filter(has=page.locator("[data-part=periods]")).locator("summary").click()
    assert page.locator("[data-part=periods] tbody tr").first.is_visible()
    # On a desk everything lies open.
    page.set_viewport_size({"width": 1280, "height": 800})
    page = reader.open(APP, lang="en")
    assert page.locator(".phone-fold").count() == 0
    assert page.locator("[data-part=periods], [data-part=packages]").last.is_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_monitoring_is_six_screens_long_and_its_list_of_apps_folded(
    read_site: Callable[..., Reader], sampled: Path, language: str
) -> None:
    reader = read_site(sampled / "site")
    page = phone(reader, "monitor.html", language)
    assert page.evaluate("document.documentElement.scrollHeight") <= 6 * 844
    seen = ("[data-chart=technical_success_rate]", "[data-part=summary]", "[data-part=versions]")
    assert all(page.locator(one).is_visible() for one in seen)
    listed = page.locator("table[data-table=logins] tbody tr").first
    assert not listed.is_visible()
    page.locator("#logins-heading").click()
    assert listed.is_visible()
    # The list of an address that asks for rows lies open, and the key that goes to the search opens it.
    reader.open("monitor.html", lang=language, search="wallet")
    assert listed.is_visible()
    reader.open("monitor.html", lang=language)
    page.keyboard.press("/")
    assert page.locator("[data-filter=search]").evaluate("one => one === document.activeElement")
    assert listed.is_visible()


def test_plain_figures_of_a_row_stand_two_beside_each_other(reader: Reader) -> None:
    page = phone(reader, "monitor.html")
    row = page.locator("[data-part=summary] tbody tr").first
    cells = [one for one in row.locator("td").all() if one.is_visible()]
    plain = [one for one in cells if not one.locator(".change, svg").count()]
    lefts = {round((one.bounding_box() or {"x": 0})["x"]) for one in plain}
    assert len(plain) >= 5
    assert len(lefts) == 2
    # A figure stands at the right edge of its half, also behind a label of two lines.
    assert len({round(one.evaluate(_END_OF_TEXT)) for one in plain}) == 2


def test_a_row_names_each_of_its_figures_and_is_sorted_by_the_headings(reader: Reader) -> None:
    page = phone(reader, "usage.html")
    row = page.locator("table[data-table=apps] tbody tr").first
    labels = row.locator("td").evaluate_all("cells => cells.map((cell) => cell.dataset.label)")
    assert {"Platform", "Status", "Number verifications", "Number change", "30 days", "Details"} <= set(labels)
    said = row.locator("td[data-of=number_verifications]").evaluate("one => getComputedStyle(one, '::before').content")
    assert said == "attr(data-label)" or "Number verifications" in said
    assert all(cell.is_visible() for cell in row.locator("td:not(:empty)").all())
    heading = page.locator("th[data-column=local_verifications]")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    reader.speak("zh")
    assert "平台" in row.locator("td").evaluate_all("cells => cells.map((cell) => cell.dataset.label)")


def test_a_finger_hits_what_it_aims_at(read_site: Callable[..., Reader], site: Path) -> None:
    reader = read_site(site, fresh=True)
    session = reader.page.context.new_cdp_session(reader.page)
    session.send("Emulation.setEmitTouchEventsForMouse", {"enabled": True, "configuration": "mobile"})
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page = phone(reader, "monitor.html")
    controls = "header a:not(.brand), header button, main button:visible, main select, main input"
    small = [
        one.evaluate("one => one.outerHTML.slice(0, 100)")
        for one in page.locator(controls).all()
        if one.is_visible() and (one.bounding_box() or {"height": 99})["height"] < 32
    ]
    assert small == []
