"""The tasks of `docs/analyst.md`: each is done from the briefing in at most three clicks."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page

from tests.browser.conftest import Reader, choices_of
from tests.browser.dom import table_rows
from tests.browser.worlds import SAMPLE_DAY

MOST_CLICKS = 3
APP = "sample-app-0001"


class Analyst:
    """A reader who begins at the briefing and has `MOST_CLICKS` clicks."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.clicks = reader, 0
        self.page: Page = reader.open("index.html", lang="en")

    def click(self, place: str | Locator) -> None:
        """Click the first element of `place` and wait until the page has changed."""
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS
        (self.page.locator(place) if isinstance(place, str) else place).first.click()
        self.reader.settle()

    def open(self, page: str) -> None:
        """Open a page by its link in the menu."""
        self.click(f"header nav a[href^='{page}']")
        self.page.wait_for_url(re.compile(page))
        self.reader.settle()

    def download(self, place: str) -> Download:
        with self.page.expect_download() as download:
            self.click(place)
        return download.value


@pytest.fixture
def analyst(read_site: Callable[..., Reader]) -> Callable[[], Analyst]:
    reader = read_site("sampled")
    return lambda: Analyst(reader)


def test_finance_gets_the_last_month_of_an_app_and_a_month_of_all(analyst: Callable[[], Analyst]) -> None:
    one = analyst()
    one.click(f"main a.app-name[href*='{APP}']")
    file = one.download("[data-part=months] span:nth-child(2) a[href$='.xlsx']")
    # From a folder a file has its name on disk; a server gives it that of the app, too.
    assert file.url.endswith(f"/{APP}/monthly/2026-10.xlsx")
    one = analyst()
    one.open("usage.html")
    file = one.download(".months a[href*='2026-10']")
    assert file.suggested_filename == "usage_2026-10.csv"
    # Excel detects the encoding by the first bytes.
    assert Path(file.path()).read_bytes().startswith(b"\xef\xbb\xbfmonth,app_key,")


def test_the_boss_gets_thirty_days_of_wechat_as_link_and_picture(read_site: Callable[..., Reader]) -> None:
    one = Analyst(read_site("sampled", draws=True))
    one.open("monitor.html")
    one.click("[data-legend=timed] [data-look=wechat]")
    one.click("[data-copy-link]")
    assert choices_of(one.page)["line"] == "wechat"
    assert one.page.locator("html").get_attribute("data-days") == "30"
    # The picture in the place of the link.
    one.clicks -= 1
    file = one.download("figure:has([data-chart=authorization_rate]) .picture")
    assert file.suggested_filename.endswith(".png")


def test_a_day_says_why_success_fell_and_whether_it_is_final(analyst: Callable[[], Analyst]) -> None:
    one = analyst()
    one.open("files.html")
    one.click(f"main a[href*='days/{SAMPLE_DAY.replace(day=24)}']")
    lines = one.page.locator(".incident-line").all_inner_texts()
    assert any("success rate" in line and "SDK" in line for line in lines), lines
    one.click(".trust summary")
    (said,) = [line for line in one.page.locator(".trust li").all_inner_texts() if "Can still change" in line]
    assert "data 2 days old: not changed in the last 60 days" in said


def test_monitoring_lists_the_worst_version_first(analyst: Callable[[], Analyst]) -> None:
    one = analyst()
    one.open("monitor.html")
    rows = table_rows(one.page, "[data-part=versions] table")
    rates = [[float(cell[:-1]) for cell in row if re.fullmatch(r"[\d.]+%", cell)] for row in rows]
    assert rows[0][0].startswith("2.15.0")
    assert min(rates)[0] == rates[0][0]
    # All versions of the window are in the table, and a heading sorts them.
    one.click(one.page.locator("[data-part=versions] th", has_text="Authorization requests").locator(".order"))
    requests = [int(row[4].replace(",", "")) for row in table_rows(one.page, "[data-part=versions] table")]
    assert requests == sorted(requests, reverse=True)
    assert len(requests) == len(rows) > 2


def test_an_incident_has_its_failed_records(analyst: Callable[[], Analyst]) -> None:
    one = analyst()
    file = one.download(".incident-card a[href*='_records_']")
    rows = list(csv.DictReader(Path(file.path()).read_text("utf-8-sig").splitlines()))
    assert 0 < len(rows) <= 1000
    assert rows[0]["outcome"] != "success"


def test_packages_and_bill_are_one_click_away(analyst: Callable[[], Analyst]) -> None:
    one = analyst()
    one.open("packages.html")
    assert re.search(r"At the present rate it runs out on \d{4}-\d\d-\d\d", one.page.locator("main").inner_text())
    one.open("reconciliation.html")
    assert re.search(r"not explained: |explained by: ", one.page.locator("main .sentence").inner_text())


def test_ninety_days_are_compared_with_the_ninety_before(read_site: Callable[..., Reader]) -> None:
    one = Analyst(read_site("long"))
    one.click("main a.app-name")
    assert one.page.locator(".range-note").inner_text().startswith("2026-03-02 – 03-31 ")
    one.click("[data-span-button='90']")
    one.page.wait_for_selector(".range-note:has-text('90 of 90 days comparable')")
    rows = {row[0]: row[1:] for row in table_rows(one.page, ".range-channels")}
    # Authorizations, requests and their rate, each with its base and its change.
    assert rows["One-click login"][:2] == ["7,200", "5,400"]
    assert [rows["One-click login"][place] for place in (3, 4, 6, 7)] == ["9,000", "9,000", "80.00%", "60.00%"]
    assert rows["One-click login"][2].startswith("▲+33.3%")
    # Older days can be chosen, and nothing is usual of them.
    one.page.locator("[data-range=from]").fill("2025-10-01")
    one.page.locator("[data-range=from]").dispatch_event("change")
    one.page.locator("[data-range=to]").fill("2025-10-10")
    one.page.locator("[data-range=to]").dispatch_event("change")
    assert table_rows(one.page, ".range-usage")[0][1:3] == ["400", "400"]
    assert one.page.locator("[data-part=instead] p").count() == 0
