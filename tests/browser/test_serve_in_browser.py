"""Tests the site behind `authmeter serve` in a browser: signing in by link and by form, and a report page with
charts.
"""

import functools
import http.server
import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.browser.tour import AXE
from tests.reports.serve.served_site import token_of, write_tokens

APP = "cmd"


@pytest.fixture(scope="module")
def address(world, tmp_path_factory):
    """The address of a server with a token for one app of the example site."""
    data = tmp_path_factory.mktemp("serve") / "data"
    (data / "warehouse").mkdir(parents=True)
    (data / "site").symlink_to(world("example") / "site")
    (data / "warehouse" / "authmeter.duckdb").symlink_to(world("example") / "authmeter.duckdb")
    tokens, log = write_tokens(data / "tokens.toml", {"cmd": [APP]}), data / "log"
    command = [sys.executable, "-m", "pipelines", "serve", "--data", data, "--port", "0", "--tokens", tokens]
    with log.open("w") as out, subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=out) as process:
        until = time.monotonic() + 60
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, "the server does not come up"
            time.sleep(0.05)
        yield found[0]
        process.terminate()


@pytest.fixture
def page(fresh, address):
    """A page of a fresh browser. A console message fails the test unless it is about status 401 or 403."""
    opened, complaints = fresh.new_page(), []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert [text for text in complaints if not re.search(r"status of (401|403)", text)] == []


def is_report(page) -> bool:
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_selector("[data-chart][data-ready]")
    return page.locator("[data-chart] svg").count() > 0


def test_the_form_opens_the_page_with_its_charts(page, address):
    page.context.unroute_all()
    page.goto(f"{address}/apps/{APP}/?lang=en")
    # The field has the focus by itself, but only once it is painted: letters typed before that go nowhere.
    page.wait_for_selector("input:focus")
    page.keyboard.type(token_of("cmd"))
    page.keyboard.press("Enter")
    assert is_report(page)
    assert page.url == f"{address}/apps/{APP}/index.html?lang=en"
    with page.expect_download() as download:
        page.locator("a[download]").first.click()
    assert download.value.suggested_filename == f"{APP}_usage_detail.csv"


def test_a_link_of_another_site_signs_in_and_leaves_no_token_behind(page, address, tmp_path: Path):
    """On a link from another site, a browser does not send a strict cookie, so the first page makes a second
    request.
    """
    other = f'<link rel="icon" href="data:,"><a href="{address}/apps/{APP}/?token={token_of("cmd")}">by token</a>'
    (tmp_path / "index.html").write_text(other + f'<a href="{address}/apps/{APP}/">by cookie</a>')
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for link in ("by token", "by cookie"):
            page.goto(f"http://localhost:{server.server_port}/")
            page.get_by_text(link).click()
            assert is_report(page)
            assert page.url == f"{address}/apps/{APP}/index.html"
        server.shutdown()
    assert token_of("cmd") not in page.evaluate("document.cookie + document.referrer + location.href")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """The other site; it writes no log."""

    def log_message(self, *_: object) -> None:
        """Write no log."""


def test_the_form_has_no_serious_fault_of_accessibility(page, address):
    page.goto(f"{address}/?token=wrong")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps([(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in serious], indent=1)
