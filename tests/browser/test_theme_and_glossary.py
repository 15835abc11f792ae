"""The theme follows the system until a reader chooses one; a metric is explained beside its name on demand."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import Reader
from tests.browser.tour import faults

DARK, LIGHT = "rgb(17, 22, 28)", "rgb(245, 246, 248)"
# The colour of the page at each time that something is painted, from before the first script on.
_WATCH = """
window.painted = [];
const look = () => {
  if (document.body) window.painted.push(getComputedStyle(document.body).backgroundColor);
  if (window.painted.length < 30) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_is_that_of_the_system_until_one_is_chosen_and_that_is_kept(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    assert background(page) == LIGHT
    button = page.get_by_role("button", name="Theme")
    assert button.get_attribute("aria-label") == "Theme: as the system"
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-theme=dark]")
    assert background(page) == DARK
    button.click()
    assert button.get_attribute("aria-label") == "Theme: light"
    assert background(page) == LIGHT
    page.wait_for_selector("[data-chart=usage][data-ready='en light 30']")
    button.press("Enter")
    assert button.get_attribute("aria-label") == "Theme: dark"
    page.emulate_media(color_scheme="light")
    assert background(page) == DARK
    page.wait_for_selector("[data-chart=usage][data-ready='en dark 30']")
    page = reader.open("quality.html", lang="zh")
    assert background(page) == DARK
    assert page.locator("[data-theme-button]").get_attribute("aria-label") == "主题：深色"


def test_a_page_is_never_seen_in_the_other_theme_first(read_site: Callable[..., Reader]) -> None:
    reader = read_site("example", fresh=True)
    page = reader.open("metrics.html", lang="en")
    for _ in range(2):
        page.locator("[data-theme-button]").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.add_init_script(_WATCH)
    page = reader.open("usage.html", lang="en")
    page.wait_for_timeout(300)
    assert set(page.evaluate("window.painted")) == {DARK}


def test_without_storage_the_theme_can_be_chosen_and_the_address_has_the_choices(
    read_site: Callable[..., Reader],
) -> None:
    reader = read_site("example", fresh=True)
    reader.page.add_init_script("delete window.localStorage; Object.defineProperty(window, 'localStorage', "
                                "{get() { throw new DOMException('no', 'SecurityError'); }})")  # fmt: skip
    page = reader.open("index.html", lang="en", days=7)
    for _ in range(2):
        page.locator("[data-theme-button]").click()
    assert background(page) == DARK
    page.get_by_role("navigation").get_by_role("link", name="Metrics").click()
    reader.settle()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "days=7" in page.url


def test_high_contrast_keeps_drawings_and_marks_pressed_buttons(reader: Reader) -> None:
    """In high contrast, a browser replaces all backgrounds by the system's background."""
    page = reader.open("monitor.html", lang="en")
    page.emulate_media(forced_colors="active")
    drawn = """(one) => {
      const behind = getComputedStyle(document.body).backgroundColor;
      const inside = getComputedStyle(one, one.matches(".bar") ? null : "::before").backgroundColor;
      return inside !== behind && !inside.startsWith("rgba(0, 0, 0, 0");
    }"""
    for drawing in ("[data-copy-link]", ".gap-key", ".bar"):
        assert page.locator(f"{drawing}:visible").first.evaluate(drawn), drawing
    buttons = page.locator("button[aria-pressed=true]:visible").all()
    assert len(buttons) > 2
    for pressed in buttons:
        assert pressed.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.emulate_media(forced_colors="none")
    assert page.locator("[data-language=en]").evaluate("one => getComputedStyle(one).outlineStyle") == "none"


def test_a_metric_is_explained_on_hover_and_on_focus_and_escape_closes_it(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    box = page.get_by_role("tooltip")
    assert box.count() == 0
    term = page.locator("#card-one_click_verifications [data-metric]")
    term.hover()
    assert box.inner_text().startswith("One-click verifications")
    assert term.get_attribute("aria-describedby") == box.get_attribute("id") == "glossary"
    assert term.get_attribute("title") is None
    # It stays while the pointer is on it, and is within the window.
    box.hover()
    page.wait_for_timeout(400)
    assert box.is_visible()
    place = box.bounding_box() or {}
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 1280
    assert faults(page, "#glossary, #card-one_click_verifications") == []
    page.keyboard.press("Escape")
    assert box.count() == 0
    assert term.get_attribute("aria-describedby") is None
    page.mouse.move(5, 890)
    page.keyboard.press("Tab")
    term.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert box.is_visible()
    reader.speak("zh")
    page.keyboard.press("Shift+Tab")
    term.focus()
    page.keyboard.press("Escape")
    assert box.count() == 0
