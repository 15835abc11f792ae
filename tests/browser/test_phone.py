"""Tests pages on a phone: rows are lists, rarely read parts are folded, and buttons are large enough for a finger.

See also `test_pages.py`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import SHOP, Look, Reader
from tests.browser.tour import PHONE

WINDOW = PHONE["height"]
# Where the figure of a cell ends.
_END_OF_TEXT = """(cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return Math.max(...Array.from(range.getClientRects(), (rect) => rect.right));
}"""
_IS_ON_TOP = """(one) => {
  const {left, top, width, height} = one.getBoundingClientRect();
  return document.elementFromPoint(left + width / 2, top + height / 2) === one;
}"""


def test_rarely_read_parts_are_folded_and_faults_are_not(look: Look, reader: Reader) -> None:
    page = look(SHOP, width=390, days=7)
    for one in ("[data-incident]", "[data-chart=technical_success_rate]", "[data-part=versions]", "[data-part=cards]"):
        assert page.one(one).visible
    # A card has both windows, whichever the switch chooses.
    for card in page.all("[data-part=cards] .card"):
        assert [one.split()[0] for one in card.texts(".window .sum")] == ["7", "30"]
    assert all(f"vs previous {days} days · " in page.one("[data-coverage]").text for days in (7, 30))
    folded = page.all("main .phone-fold [data-part]")
    names = {one["data-part"] for one in folded}
    assert {"platforms", "outcomes-verification", "codes-authorization", "periods", "packages"} <= names
    assert not any(one.visible for one in folded)
    assert look(SHOP, width=390, days=7, opened=True).one("[data-part=periods] tbody tr").visible
    desk = look(SHOP)
    assert desk.count(".phone-fold") == 0
    assert all(desk.one(f"[data-part={part}]").visible for part in ("periods", "packages"))


def test_monitoring_is_six_screens_long_and_its_list_of_apps_folded(read_site: Callable[..., Reader]) -> None:
    reader = read_site("sampled")
    page = reader.page
    page.set_viewport_size(PHONE)
    reader.open("monitor.html", lang="en", days=7)
    assert page.evaluate("document.documentElement.scrollHeight") <= 6 * WINDOW
    seen = ("[data-chart=technical_success_rate]", "[data-part=summary]", "[data-part=versions]")
    assert all(page.locator(one).is_visible() for one in seen)
    listed = page.locator("table[data-table=logins] tbody tr").first
    assert not listed.is_visible()
    # A heading opens it, as do the key of the search and an address that asks for rows.
    page.locator("#logins-heading").click()
    assert listed.is_visible()
    page.locator("#logins-heading").click()
    page.keyboard.press("/")
    assert page.locator("[data-filter=search]").evaluate("one => one === document.activeElement")
    assert listed.is_visible()
    reader.open("monitor.html", lang="en", search="wallet")
    assert listed.is_visible()


def test_figures_of_a_row_are_in_two_columns(reader: Reader) -> None:
    reader.page.set_viewport_size(PHONE)
    row = reader.open("monitor.html", lang="en", days=7).locator("[data-part=summary] tbody tr").first
    plain = [one for one in row.locator("td:visible").all() if not one.locator(".change, svg").count()]
    assert len(plain) >= 5
    assert len({round((one.bounding_box() or {"x": 0})["x"]) for one in plain}) == 2
    # A figure ends at the right edge of its column, also after a label of two lines.
    assert len({round(one.evaluate(_END_OF_TEXT)) for one in plain}) == 2


def test_a_row_names_each_figure_and_headings_sort(reader: Reader) -> None:
    reader.page.set_viewport_size(PHONE)
    page = reader.open("usage.html", lang="en", days=7)
    row = page.locator("table[data-table=apps] tbody tr").first
    labels = row.locator("td").evaluate_all("cells => cells.map((cell) => cell.dataset.label)")
    assert {"Platform", "Status", "Number verifications", "Number change", "30 days", "Details"} <= set(labels)
    before = row.locator("td[data-of=number_verifications]").evaluate(
        "one => getComputedStyle(one, '::before').content"
    )
    assert before == "attr(data-label)" or "Number verifications" in before
    assert all(cell.is_visible() for cell in row.locator("td:not(:empty)").all())
    heading = page.locator("th[data-column=local_verifications]")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    reader.speak("zh")
    assert "平台" in row.locator("td").evaluate_all("cells => cells.map((cell) => cell.dataset.label)")


@pytest.mark.parametrize(
    ("path", "table"), [("index.html", "table.apps"), ("monitor.html", "[data-part=summary]"), ("limits.html", "table")]
)
def test_headings_are_shown_while_one_has_the_focus(reader: Reader, path: str, table: str) -> None:
    """A window is also this narrow on a desk, at 400 %, where readers sort by keyboard."""
    reader.page.set_viewport_size(PHONE)
    buttons = reader.open(path, lang="en").locator(table).first.locator(".order")
    last = buttons.count() - 1
    assert last > 2
    for place in (0, 1, last):
        buttons.nth(place).focus()
        assert buttons.nth(place).evaluate(_IS_ON_TOP)


def test_a_finger_hits_its_target(read_site: Callable[..., Reader]) -> None:
    reader = read_site("example", fresh=True)
    session = reader.page.context.new_cdp_session(reader.page)
    session.send("Emulation.setEmitTouchEventsForMouse", {"enabled": True, "configuration": "mobile"})
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    reader.page.set_viewport_size(PHONE)
    page = reader.open("monitor.html", lang="en", days=7)
    controls = "header a:not(.brand), header button, main button:visible, main select, main input"
    small = page.locator(controls).evaluate_all(
        """all => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 32)
        .map((one) => one.outerHTML.slice(0, 100))"""
    )
    assert small == []
