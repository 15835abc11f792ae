"""No fault of accessibility on any page, in either language and theme, with everything open that can be opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, open_all
from tests.data.published_tables import day

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "index.html", "usage.html", "monitor.html", "quality.html", "metrics.html", "files.html",
    f"apps/{app_folder('shop', ['Shop'])}/index.html", f"days/{day(4)}.html", "packages.html", "reconciliation.html",
    "limits.html", "signin.html",
)  # fmt: skip


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong: the rule, and the first elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    # Without `preload` axe would fetch the style sheet, which the policy forbids.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [(one["id"], [node["html"][:300] for node in one["nodes"]][:3]) for one in found["violations"]]


def assert_faultless(page: Page) -> None:
    found = faults(page)
    assert found == [], json.dumps(found, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_no_page_has_a_fault_in_any_language_or_theme(reader: Reader, number: int) -> None:
    """Colours do not hang on words: each page is seen in both languages and both themes, but not in each pair."""
    page = reader.open(PAGES[number], lang="zh")
    open_all(page)
    for language, scheme in zip(("zh", "en"), SCHEMES[:: 1 if number % 2 else -1], strict=True):
        page.emulate_media(color_scheme=scheme)
        reader.speak(language)
        assert_faultless(page)
    fields = page.locator("input[type=search]").all()
    for field in fields:
        field.fill("no such app")
    assert page.locator("td.nothing").count() == len(fields)
    if fields:
        assert_faultless(page)


@pytest.mark.parametrize("path", [PAGES[0], PAGES[2], PAGES[6], PAGES[8], PAGES[9], PAGES[11]])
def test_no_page_has_a_fault_on_a_phone(reader: Reader, path: str) -> None:
    reader.page.set_viewport_size({"width": 390, "height": 800})
    reader.page.emulate_media(color_scheme="dark")
    page = reader.open(path, lang="en", days=7)
    open_all(page)
    assert_faultless(page)


def test_the_help_and_the_picker_have_no_fault_when_they_are_open(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    page.locator("#picker-field").click()
    assert page.get_by_role("option").count() > 5
    page.keyboard.press("ArrowDown")
    assert_faultless(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    assert page.get_by_role("dialog").is_visible()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert_faultless(page)
