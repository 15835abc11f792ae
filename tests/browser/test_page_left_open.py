"""Tests a page that stays open while a run publishes a newer site, and two pages that are open at the same time."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.conftest import until
from tests.support import DAY, DataFolder, records

NEWER = DAY + timedelta(days=1)
# The newest days and counts of the first chart that draws counts.
_NEWEST = """() => {
  const layers = [...document.querySelectorAll("[data-chart] *")].filter((one) => one.data && one.data[0]);
  const counts = layers.map((one) => one.data[0]).find((line) => (line.y || []).some((value) => value > 1));
  return counts && counts.x.slice(-2).map((day, i) => [day, counts.y.slice(-2)[i]]);
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The site of eight days, and the site that a run on the next morning published.

    No test may change either of them.
    """
    folder = DataFolder(tmp_path_factory.mktemp("open") / "data")
    for back in range(8):
        day = DAY - timedelta(days=back)
        folder.land(f"{day}.ndjson", records(10 + back, day) + records(5, day, "g", app_key="game"))
    folder.publish(DAY)
    older = folder.root / "older"
    shutil.copytree(folder.store.site, older)
    folder.land("newer.ndjson", records(99, NEWER))
    folder.publish(NEWER)
    return older, folder.store.site.resolve()


@pytest.fixture
def site(tmp_path: Path, sites: tuple[Path, Path]) -> Path:
    """A link `site`, as in a data folder. It points to the older site until the test calls `publish`."""
    link = tmp_path / "site"
    link.symlink_to(sites[0])
    return link


@pytest.fixture
def publish(site: Path, sites: tuple[Path, Path]) -> Callable[[], None]:
    def replace() -> None:
        site.unlink()
        site.symlink_to(sites[1])

    return replace


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """The address of a server of the site to which the link `site` points."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _stay_older(page: Page, older: dict[str, bytes]) -> list[str]:
    """Answer requests for the monitoring page and the scripts in its head with the files `older`.

    Return a list that gets an entry at each request for the page.
    """
    opened: list[str] = []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path[1:]
        if path == "monitor.html":
            opened.append(path)
        if path in older:
            route.fulfill(body=older[path], content_type="text/html" if path == "monitor.html" else "text/javascript")
        else:
            route.continue_()

    page.route(re.compile(r"/(monitor\.html\?lang=en|(assets/site|data/all)\.js\?v=\w+)$"), answer)
    return opened


def _choose_shop(page: Page) -> None:
    page.locator("#picker-field").fill("shop")
    page.locator("#picker-list [role=option]").first.wait_for()
    page.locator("#picker-field").press("Enter")


def test_figures_loaded_after_a_newer_publication_have_their_own_days(
    fresh: BrowserContext, publish: Callable[[], None], address: str
) -> None:
    page = fresh.new_page()
    page.goto(f"{address}/monitor.html?lang=en")
    page.wait_for_selector("html[data-drawn]", state="attached")
    # The page has the older list of apps, too.
    page.wait_for_selector("table[data-table=logins][data-ready]")
    publish()
    _choose_shop(page)
    page.wait_for_selector("[data-picker-note] bdi")
    page.wait_for_function(f"() => (({_NEWEST})() || []).some(([day, count]) => count === 99)", timeout=15_000)
    assert page.evaluate(_NEWEST) == [[str(DAY), 10], [str(NEWER), 99]]


def test_figures_of_a_newer_publication_are_not_drawn_on_a_page_that_stays_older(
    fresh: BrowserContext, site: Path, publish: Callable[[], None], address: str
) -> None:
    """While a site is being copied, a browser can have the older page and its data in its cache."""
    older = {name: (site / name).read_bytes() for name in ("monitor.html", "assets/site.js", "data/all.js")}
    page = fresh.new_page()
    opened = _stay_older(page, older)
    publish()
    page.goto(f"{address}/monitor.html?lang=en")
    # The list of apps is newer, so the page loads itself again, once.
    page.wait_for_selector("text=The list could not be loaded.")
    assert len(opened) == 2
    assert page.evaluate(_NEWEST)[-1] == [str(DAY), 15]


def test_figures_of_another_day_than_the_pages_are_not_drawn_on_its_days(
    fresh: BrowserContext, site: Path, publish: Callable[[], None], address: str
) -> None:
    """While a site is being copied, its figures can be newer than the days of its pages."""
    older = {name: (site / name).read_bytes() for name in ("monitor.html", "assets/site.js")}
    publish()
    page = fresh.new_page()
    opened = _stay_older(page, older)
    page.goto(f"{address}/monitor.html?lang=en")
    # It is loaded again for its figures and for its list, which does not help here.
    until(page, lambda: len(opened) == 3)
    page.wait_for_selector("[data-picker-note] >> text=The list could not be loaded.")
    assert page.evaluate(_NEWEST) is None
    assert page.locator("text=of another day").count() == 1


def test_links_keep_the_window_of_their_page_when_another_page_chooses_one(fresh: BrowserContext, address: str) -> None:
    page, other = fresh.new_page(), fresh.new_page()
    for one in (page, other):
        one.goto(f"{address}/usage.html?lang=en")
        one.wait_for_selector("html[data-drawn]", state="attached")
    other.keyboard.press("7")
    other.wait_for_selector("html[data-days='7']", state="attached")
    page.bring_to_front()
    page.get_by_role("navigation").get_by_role("link", name="Monitoring", exact=True).click()
    page.wait_for_url("**/monitor.html?*")
    page.wait_for_selector("html[data-drawn]", state="attached")
    assert page.locator("html").get_attribute("data-days") == "30"


def test_apps_are_searched_when_their_list_is_loaded(fresh: BrowserContext, address: str) -> None:
    page = fresh.new_page()
    held: list[Route] = []

    page.route("**/data/logins.js*", lambda route: held.append(route))
    page.goto(f"{address}/monitor.html?lang=en")
    page.wait_for_selector("html[data-ready]", state="attached")
    field, options = page.locator("#picker-field"), page.locator("#picker-list [role=option]")
    field.fill("shop")
    until(page, lambda: len(held) == 1)
    held.pop().abort()
    page.wait_for_selector("[data-picker-note] >> text=could not be loaded")
    field.fill("sho")
    assert options.count() == 0
    until(page, lambda: len(held) == 1)
    held.pop().continue_()
    options.first.wait_for()
    assert options.all_inner_texts() == ["shop"]
