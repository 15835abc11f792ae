"""The site of the example database, opened from its folder in Chromium.

Chromium is `chromium` on the path, or what `AUTHMETER_CHROMIUM` names.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# The builder of the example database is shared with the unit tests.
sys.path.append(str(Path(__file__).parents[1] / "unit"))

from report_database import example

from reports.site import render_site

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """A rendered site."""
    folder = tmp_path_factory.mktemp("browser")
    database = example(folder / "authmeter.duckdb")
    (folder / "site").mkdir()
    render_site(database, folder / "site")
    return folder / "site"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    found = os.environ.get("AUTHMETER_CHROMIUM") or shutil.which("chromium")
    assert found, "No Chromium: install `chromium`, or name its program in AUTHMETER_CHROMIUM."
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


class Reader:
    """A page of the site with what it complained about and what it asked for."""

    def __init__(self, page: Page, site: Path) -> None:
        self.page, self.site = page, site
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: str) -> Page:
        """Opens a page of the site and waits until its script is done."""
        self.page.goto(f"file://{self.site}/{path}")
        self.ready()
        return self.page

    def ready(self) -> None:
        """Waits for an attribute: under the strict policy no function can be injected to wait for."""
        self.page.wait_for_selector("html[data-ready]", state="attached")
        for chart in self.page.locator("[data-chart]").all():
            chart.wait_for()
        self.page.wait_for_selector("html:not(:has([data-chart]:not([data-ready])))", state="attached")


@pytest.fixture
def reader(browser: Browser, site: Path) -> Iterator[Reader]:
    """A fresh reader; after the test, the page must not have complained nor asked for anything elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    found = Reader(context.new_page(), site)
    yield found
    context.close()
    assert found.complaints == []
    assert [url for url in found.requests if not url.startswith((f"file://{site}/", "data:", "blob:"))] == []
