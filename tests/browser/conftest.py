"""Fixtures that open pages of a site in Chromium, from the site's folder.

A console message, or a request outside that folder, fails the test that opened the page.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, sync_playwright

from reports.content.folders import app_folder
from tests.browser.chromium import chromium
from tests.browser.snapshot import Node
from tests.browser.tour import EVERY, KINDS, take
from tests.browser.worlds import WORLDS
from tests.once import once_for_all

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SHOP = f"apps/{app_folder('shop', ['Shop'])}/index.html"
"""The page of the main app, of the worlds `example` and `logged`."""
# In place of Plotly: charts get their numbers, shapes and names but no drawing, which takes half of the time of a page.
_NO_DRAWING = """window.Plotly = {react(layer, data, layout) {
  Object.assign(layer, {data, layout});
  if (layer.querySelector("svg.main-svg")) return;
  const image = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  image.classList.add("main-svg");
  layer.append(image);
}};"""
# Waits inside the page in one question: a locator would put Playwright's scripts into the page, which takes a third of
# the time of opening it.
_SETTLED = """async (period) => {
  const html = document.documentElement;
  let unsettled = "html:not([data-ready])";
  for (let waited = 0; waited < 6000; waited++) {
    if (html.dataset.ready) {
      const language = html.lang.slice(0, 2), {days, chartSpan: span} = html.dataset;
      unsettled = [
        `html:not([data-drawn="${days} ${span}"])`,
        `[data-chart]:not([data-ready^="${language} "][data-ready$=" ${span}"])`,
        `[data-table=apps]:not([data-ready="${language} ${period || days}"])`,
        `[data-table=logins]:not([data-ready="${language} ${days}"])`,
        `[data-table]:not([data-ready^="${language}"])`,
        "details[open] > :is([data-chart-table], [data-course-table]):empty",
        'html[data-root=""] #sign-ins:not([data-loaded]):not(:has(> .alert))',
      ].join();
    }
    if (!document.querySelector(unsettled)) return;
    await new Promise((go) => setTimeout(go, 5));
  }
  throw new Error(`It did not settle: ${document.querySelector(unsettled).outerHTML.slice(0, 200)}`);
}"""
# How many pages may follow one after the other until one settles.
_PAGES_AT_MOST = 20
Look = Callable[..., Node]
World = Callable[[str], Path]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a function that returns the folder of a world of `worlds.py`, with `site` and `authmeter.duckdb`."""
    return cache(lambda name: once_for_all(tmp_path_factory, f"world-{name}", WORLDS[name]))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Page:
    """One tab for all tests that act on a page.

    Opening another tab takes as long as opening a page with all its charts.
    """
    return browser.new_context().new_page()


@pytest.fixture
def fresh(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without cookies or storage, for pages of a server. Their charts are not drawn."""
    context = browser.new_context()
    draw_nothing(context)
    yield context
    context.close()


def draw_nothing(pages: Page | BrowserContext) -> None:
    """Replace Plotly by a script that draws nothing, but stores the data and layout of each chart."""
    pages.route("**/assets/plotly-*.js", lambda route: route.fulfill(body=_NO_DRAWING))


def choices_of(page: Page) -> dict[str, str]:
    """Return the query parameters of a page's address by name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until `holds` returns true, at most 10 seconds.

    It is for conditions of the test, such as a number of requests.
    """
    for _ in range(1000):
        if holds():
            return
        page.wait_for_timeout(10)
    raise AssertionError("it did not hold within 10 seconds")


class Reader:
    """A tab that opens pages of one site, and records console messages and requests.

    Charts are drawn only if `draws`.
    """

    def __init__(self, page: Page, site: Path, *, draws: bool = False) -> None:
        # A published site is a link to the newest one.
        self.page, self.site = page, site.resolve()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._listeners: dict[Literal["console", "pageerror", "request", "dialog"], Callable[[Any], None]] = {
            "console": lambda message: self.complaints.append(message.text),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "request": lambda request: self.requests.append(request.url),
            "dialog": self._refuse,
        }
        for name, listener in self._listeners.items():
            page.on(name, listener)  # type: ignore[call-overload]
        if not draws:
            draw_nothing(page)
        # The reader's clock: some hours after the site was made, as banners and ages follow it.
        generated = re.search(r'"generated_at":"([^"]+)"', (self.site / "assets" / "site.js").read_text("utf-8"))
        self.made_at = datetime.fromisoformat(generated[1] if generated else "2026-01-01T00:00:00Z")
        self.page.clock.set_fixed_time(self.made_at + timedelta(hours=6))
        self.forget()

    def _refuse(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        # An open dialog would stop the page.
        dialog.dismiss()

    def forget(self) -> None:
        """Reset the stored choices, the size and the theme."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": "file://", "storageTypes": "local_storage"})
        session.detach()
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(media="screen", color_scheme="light")

    def open(self, path: str, **choices: object) -> Page:
        """Open a page with `choices` as query parameters, and wait until everything is drawn."""
        self.page.goto((self.site / path).as_uri() + (f"?{urlencode(choices)}" if choices else ""))
        self.settle(str(choices.get("period", "")))
        return self.page

    def settle(self, period: str = "") -> None:
        """Wait until charts and tables show the language and the days of the page.

        `period` is the period of the table of all apps, if it differs from the days of the page.
        """
        for _ in range(_PAGES_AT_MOST):
            try:
                self.page.evaluate(_SETTLED, period)
                return
            except Error as error:
                # A click has led to another page.
                if "context was destroyed" not in error.message:
                    raise
        raise AssertionError("the page is loaded again and again")

    def press(self, key: str) -> None:
        """Press a key and wait until the page has changed."""
        self.page.keyboard.press(key)
        self.settle()

    def speak(self, language: str) -> None:
        """Switch the language."""
        self.page.locator(f"[data-language={language}]").click()
        self.settle()

    def close(self) -> None:
        """Fail if a page logged anything, or requested anything outside the site."""
        self.page.unroute_all()
        self.page.goto("about:blank")
        for name, listener in self._listeners.items():
            self.page.remove_listener(name, listener)
        assert self.complaints == []
        outside = (f"{self.site.as_uri()}/", "data:", "blob:", "about:")
        assert [url for url in self.requests if not url.startswith(outside)] == []


@pytest.fixture
def read_site(browser: Browser, tab: Page, world: World) -> Iterator[Callable[..., Reader]]:
    """Return a function that opens a `Reader` of a world.

    `fresh` opens a new tab, for changes that cannot be undone; `draws` draws the charts.
    """
    readers: list[Reader] = []

    def opened(name: str, *, fresh: bool = False, draws: bool = False) -> Reader:
        assert not readers, "a tab has one reader at a time"
        page = browser.new_context().new_page() if fresh else tab
        readers.append(Reader(page, world(name) / "site", draws=draws))
        return readers[-1]

    yield opened
    for reader in readers:
        reader.close()
        if reader.page is not tab:
            reader.page.context.close()


@pytest.fixture
def reader(read_site: Callable[..., Reader]) -> Reader:
    """A reader of the example site."""
    return read_site("example")


@pytest.fixture
def drawing_reader(read_site: Callable[..., Reader]) -> Reader:
    """A reader of the example site with drawn charts."""
    return read_site("example", draws=True)


@pytest.fixture(scope="session")
def read_page(tmp_path_factory: pytest.TempPathFactory, browser: Browser, world: World) -> Callable[..., Any]:
    """Return a function that reads a page by `tour.take`. Each page is read once for all test processes."""

    @cache
    def camera() -> Page:
        return browser.new_context().new_page()

    @cache
    def read(name: str, path: str, state: str, width: int, choices: tuple[tuple[str, object], ...]) -> Any:
        def make(folder: Path) -> None:
            reader = Reader(camera(), world(name) / "site", draws=state == EVERY)
            taken = take(reader, path, state, width, dict(choices))
            reader.close()
            (folder / "page.json").write_text(json.dumps(taken))

        key = hashlib.sha256(repr((name, path, state, width, choices)).encode()).hexdigest()[:20]
        return json.loads((once_for_all(tmp_path_factory, f"page-{key}", make) / "page.json").read_text())

    def page(path: str, state: str = "en", name: str = "example", *, width: int = 1280, **choices: object) -> Any:
        is_usual = (width, choices) in ((1280, {}), (390, {"days": 7}))
        is_kind = name == "example" and path in KINDS and is_usual
        return read(name, path, EVERY if is_kind else state, width, tuple(sorted(choices.items())))

    return page


@pytest.fixture(scope="session")
def look(read_page: Callable[..., Any]) -> Look:
    """Return a function that returns a page of a world in a language. With `opened`, every fold of the page is open."""

    @cache
    def node(path: str, language: str = "en", name: str = "example", *, opened: bool = False, **choices: Any) -> Node:
        state = f"opened {language}" if opened else language
        return Node(read_page(path, state, name, **choices)[state])

    return node
