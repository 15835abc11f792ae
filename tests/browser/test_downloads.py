"""What is shown can be taken away: every table and chart as a CSV that the browser makes, from file://."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, open_all, rendered
from tests.data.published_tables import HOSTILE_NAMES, MISSING_BACK, day, many

APP = f"apps/{app_folder('shop', ['Shop'])}/index.html"
PAGES = ("index.html", "usage.html", "monitor.html", "quality.html", APP, f"days/{day(4)}.html")


def downloaded(page: Page, button: Locator) -> tuple[str, list[list[str]]]:
    """The name of the file and its rows."""
    with page.expect_download() as download:
        button.click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    return download.value.suggested_filename, list(csv.reader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered(many(tmp_path_factory.mktemp("many") / "authmeter.duckdb", 200))


@pytest.mark.parametrize("path", PAGES)
def test_every_table_and_chart_has_a_download_that_works(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="zh")
    open_all(page)
    reader.settle()
    tables = [one for one in page.locator("main table").all() if one.is_visible()]
    buttons = [one for one in page.locator("main .download").all() if one.is_visible()]
    # The table behind a chart is downloaded by the chart's own button.
    behind = page.locator("[data-chart-table] table").count()
    charts = page.locator("[data-chart], [data-curve]").count()
    assert len(buttons) == len(tables) - behind + charts
    for number, button in enumerate(buttons, 1):
        if number % 8 == 0:
            # A browser lets a page begin ten downloads at once.
            page.wait_for_timeout(1500)
        assert button.inner_text() == "下载此表"
        _, rows = downloaded(page, button)
        assert len({len(row) for row in rows}) == 1
        assert all(rows[0])


def test_a_list_is_downloaded_as_it_is_filtered_and_sorted_with_all_its_pages(
    read_site: Callable[..., Reader], large: Path
) -> None:
    reader = read_site(large)
    page = reader.open("usage.html", lang="en", days=30)
    page.get_by_label("Search").fill("chongqing")
    page.locator("th[data-column=number_verifications] button").first.click()
    button = page.locator(".listing .download")
    name, rows = downloaded(page, button)
    assert name == "All-apps_2026-03-31.csv"
    assert rows[0][:5] == ["Platform", "App", "App key", "Account", "Status"]
    expected = sorted((i for i in range(200) if i % 3 == 2), key=lambda i: (10 * i if i % 5 else 0, i))
    assert [row[2] for row in rows[1:]] == [f"app-{i:04}" for i in expected]
    place = rows[0].index("Number verifications")
    assert [row[place] for row in rows[1:]] == [str(10 * i if i % 5 else 0) for i in expected]
    # The site's own file stands beside it.
    assert page.locator(".listing .downloads a").get_attribute("href") == "usage_all.csv"
    reader.speak("zh")
    _, rows = downloaded(page, button)
    assert rows[0][:3] == ["平台", "应用", "AppKey"]


def test_a_chart_is_downloaded_with_what_lies_behind_its_lines(reader: Reader) -> None:
    page = reader.open(APP, lang="en", days=7)
    figure = page.locator("figure", has=page.locator("[data-chart=authorizations]"))
    name, rows = downloaded(page, figure.get_by_role("button", name="Download this table"))
    assert name == "shop_Authorizations_2026-03-31.csv"
    assert rows[0][:4] == ["Day", "One-click login", "WeChat", "One-click login · Previous 7 days"]
    assert rows[0][-2:] == ["WeChat · usual, lowest", "WeChat · usual, highest"]
    assert [row[0] for row in rows[1:]] == [str(day(back)) for back in reversed(range(7))]
    by_day = {row[0]: row for row in rows[1:]}
    assert by_day[str(day(0))][1:3] == ["22", "6"]
    assert by_day[str(day(MISSING_BACK))][1:3] == [""] * 2
    page.locator("[data-legend=timed]").get_by_role("button", name="WeChat").click()
    reader.settle()
    _, rows = downloaded(page, figure.get_by_role("button", name="Download this table"))
    assert rows[0] == ["Day", "WeChat", "WeChat · Previous 7 days", "WeChat · usual, lowest", "WeChat · usual, highest"]


@pytest.mark.parametrize(("language", "named"), [("zh", "一键登录成功率"), ("en", "One-click login success rate")])
def test_the_curve_of_an_incident_is_downloaded_with_what_was_usual(reader: Reader, language: str, named: str) -> None:
    page = reader.open("index.html", lang=language)
    card = page.locator('[data-incident="shop-rate"]')
    name, rows = downloaded(page, card.locator("[data-curve] .download"))
    assert name.startswith(named.replace(" ", "-"))
    assert rows[0][1] == named
    assert [row[0] for row in rows[1:]] == [str(day(back)) for back in reversed(range(60))]
    by_day = {row[0]: row[1:] for row in rows[1:]}
    assert by_day[str(day(MISSING_BACK))][0] == ""
    value, low, high = map(float, by_day[str(day(0))])
    assert 0 <= low <= high <= 1
    assert 0 <= value <= 1


def test_a_table_of_the_page_has_its_figures_and_changes_as_numbers(reader: Reader) -> None:
    page = reader.open(APP, lang="en", days=7)
    name, rows = downloaded(page, page.locator("[data-part=summary] .download"))
    assert name == "shop_By-channel_2026-03-31.csv"
    assert rows[0] == [
        "Channel", "Authorizations", "Authorizations · Change", "Share", "Authorization rate",
        "Authorization rate · Change", "Technical success rate", "Authorization requests",
        "Cancelled by user", "Authorizations failed",
    ]  # fmt: skip
    authorizations = (
        page.locator("[data-part=summary] tbody tr").first.locator("td").nth(1).locator(".value").inner_text()
    )
    assert rows[1][0] == "One-click login"
    assert rows[1][1] == authorizations.replace(",", "")
    assert float(rows[1][4]) == pytest.approx(22 / 30, abs=0.0001)


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    page.get_by_label("Search").fill("cmd")
    _, rows = downloaded(page, page.locator(".listing .download"))
    assert [row[1:3] for row in rows[1:]] == [[f"'{HOSTILE_NAMES['cmd']}", "cmd"]]
