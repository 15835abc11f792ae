"""Sites opened from their folder in Chromium, as a reader opens them.

Chromium is `chromium` on the path, or what `AUTHMETER_CHROMIUM` names. What a page complains about, and every request
that leaves the site's folder, fails the test that opened it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.sample.write import SampleSpec, write_sample
from reports.build.site import render_site
from reports.content.folders import app_folders
from tests.browser.counted import Published
from tests.data import site_logs
from tests.data.published_tables import example
from tests.once import once_for_all
from tests.support import DataFolder

SAMPLE_DAY = date(2026, 11, 25)
"""The data day of the sample."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def rendered(database: Path, xlsx_apps: tuple[str, ...] = ()) -> Path:
    """The site of a database, in a new folder beside it."""
    target = database.parent / "site"
    target.mkdir()
    render_site(database, target, xlsx_apps)
    return target


def publish_sample(root: Path) -> None:
    """Publishes a sample with all that is planted."""
    write_sample(root, SampleSpec(days=60, apps=8, events=6_000, seed=1, last_day=SAMPLE_DAY))
    DataFolder(root).publish(SAMPLE_DAY)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the example database, which lies beside it."""
    return once_for_all(tmp_path_factory, "example", lambda to: rendered(example(to / "authmeter.duckdb"))) / "site"


@pytest.fixture(scope="session")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the random logs, after both runs."""
    return once_for_all(tmp_path_factory, "logged", lambda to: site_logs.publish(to / "data")) / "data"


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published data folder of a sample with all that is planted."""
    return once_for_all(tmp_path_factory, "sampled", lambda to: publish_sample(to / "data")) / "data"


@pytest.fixture(scope="session")
def tables(logged: Path) -> Published:
    """The tables of the random logs."""
    return Published(logged / "warehouse" / "authmeter.duckdb")


@pytest.fixture(scope="session")
def folders(tables: Published) -> dict[str, str]:
    """The folder of each app of the random logs."""
    return app_folders(tables.apps)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    found = os.environ.get("AUTHMETER_CHROMIUM") or shutil.which("chromium")
    assert found, "No Chromium: install `chromium`, or name its program in AUTHMETER_CHROMIUM."
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Page:
    """One tab for all tests: opening another takes as long as a page with all its charts."""
    return browser.new_context().new_page()


def open_all(page: Page) -> None:
    """Opens the reasons of the trust bar, the table behind each chart, and all else that is folded, what is not drawn
    now included.
    """
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach((one) => one.click())")


class Reader:
    """A page of a site, with what it complained about and what it asked for."""

    def __init__(self, page: Page, site: Path) -> None:
        # A published site is a link to the newest one.
        self.page, self.site = page, site.resolve()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._listeners: dict[Literal["console", "pageerror", "request", "dialog"], Callable[[Any], None]] = {
            "console": lambda message: self.complaints.append(message.text),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "request": lambda request: self.requests.append(request.url),
            "dialog": lambda dialog: self.complaints.append(f"dialog {dialog.message}"),
        }
        for name, listener in self._listeners.items():
            page.on(name, listener)  # type: ignore[call-overload]
        # The reader's clock: some hours after the site was made, as banners and ages follow it.
        made = re.search(r'"generated_at":"([^"]+)"', (self.site / "assets" / "site.js").read_text("utf-8"))
        self.made_at = datetime.fromisoformat(made[1] if made else "2026-01-01T00:00:00Z")
        self.page.clock.set_fixed_time(self.made_at + timedelta(hours=6))
        self._forget()

    def _forget(self) -> None:
        """Nothing of an earlier reader is left: no choice, no size, no theme."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": "file://", "storageTypes": "local_storage"})
        session.detach()
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(media="screen", color_scheme="light")

    def open(self, path: str, **choices: object) -> Page:
        """Opens a page, with choices in its address, and waits until everything is drawn."""
        self.page.goto((self.site / path).as_uri() + (f"?{urlencode(choices)}" if choices else ""))
        self.settle(str(choices.get("period", "")))
        return self.page

    def settle(self, period: str = "") -> None:
        """Waits until charts and tables show the language and the days that the page is set to.

        Waits for attributes: under the strict policy no function can be injected to wait for. `period` is that of the
        table of all apps, where it is not the page's days.
        """
        self.page.wait_for_selector("html[data-ready]", state="attached")
        html = self.page.locator("html")
        language = (html.get_attribute("lang") or "")[:2]
        days = html.get_attribute("data-days")
        span = html.get_attribute("data-chart-span")
        waiting = (
            f'[data-chart]:not([data-ready^="{language} "][data-ready$=" {span}"])',
            f'[data-table=apps]:not([data-ready="{language} {period or days}"])',
            f'[data-table=logins]:not([data-ready="{language} {days}"])',
            f'[data-table]:not([data-ready^="{language}"])',
            "details[open] [data-chart-table]:empty",
        )
        self.page.wait_for_selector(f"html:not(:has({', '.join(waiting)}))", state="attached")

    def press(self, key: str) -> None:
        """Presses a key and waits for what it changes."""
        self.page.keyboard.press(key)
        self.settle()

    def speak(self, language: str) -> None:
        """Switches the language."""
        self.page.locator(f"[data-language={language}]").click()
        self.settle()

    def close(self) -> None:
        """Fails where a page complained or asked for anything outside the site."""
        self.page.unroute_all()
        self.page.goto("about:blank")
        for name, listener in self._listeners.items():
            self.page.remove_listener(name, listener)
        assert self.complaints == []
        outside = (f"{self.site.as_uri()}/", "data:", "blob:", "about:")
        assert [url for url in self.requests if not url.startswith(outside)] == []


@pytest.fixture
def read_site(browser: Browser, tab: Page) -> Iterator[Callable[..., Reader]]:
    """Gives a reader of any site; `fresh` in a tab of its own, for what cannot be taken back."""
    readers: list[Reader] = []

    def opened(site: Path, *, fresh: bool = False) -> Reader:
        assert not readers, "a tab has one reader at a time"
        readers.append(Reader(browser.new_context().new_page() if fresh else tab, site))
        return readers[-1]

    yield opened
    for reader in readers:
        reader.close()
        if reader.page is not tab:
            reader.page.context.close()


@pytest.fixture
def reader(read_site: Callable[..., Reader], site: Path) -> Reader:
    """A reader of the example site."""
    return read_site(site)
