"""What is shown can be taken away: every table and chart as a CSV and a workbook that the browser makes, from file://."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from playwright.sync_api import Locator, Page

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, open_all, rendered
from tests.data.published_tables import HOSTILE_NAMES, MISSING_BACK, day, many

APP = f"apps/{app_folder('shop', ['Shop'])}/index.html"
PAGES = (
    "index.html", "usage.html", "monitor.html", "quality.html", APP, f"days/{day(4)}.html", "signin.html",
    "limits.html", "packages.html", "reconciliation.html", "files.html",
)  # fmt: skip
UNITS = {"0.00%": "（%）", "0.00": "（百分点）", "#,##0.00": "（元）"}
# What links and buttons of a page say, which are no data.
OF_PAGE = {"CSV", "xlsx", "Excel", "查看", "打开", "下载此表", "↕", "?"}


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


def workbook(page: Page, button: Locator) -> tuple[str, list[list[Any]]]:
    """The name of the file and its cells, by column, the heading first."""
    with page.expect_download() as download:
        button.click()
    content = Path(download.value.path()).read_bytes()
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return download.value.suggested_filename, [list(column) for column in sheet.iter_cols()]


def assert_one_unit(heading: str, cells: list[Any], where: str) -> None:
    """The cells under a heading are texts, or numbers of the unit that it names."""
    filled = [cell for cell in cells if cell.value is not None]
    kinds = {(cell.data_type, cell.number_format) for cell in filled}
    assert len(kinds) <= 1, (where, heading, kinds)
    assert not {str(cell.value) for cell in filled} & OF_PAGE, (where, heading)
    for kind, form in kinds:
        assert kind in ("s", "n"), (where, heading)
        if kind == "s":
            assert form == "@", (where, heading)
            is_figure = [re.fullmatch(r"[+−-]?[\d,.]+ ?(%|ms|个百分点)", cell.value) for cell in filled]
            assert not any(is_figure), (where, heading, filled[0].value)
        elif form in UNITS:
            assert re.sub(r" \d$", "", heading).endswith(UNITS[form]), (where, heading, form)
        else:
            assert not heading.endswith(("（%）", "（元）")), (where, heading, form)


@pytest.mark.parametrize("path", PAGES)
def test_every_table_and_chart_has_downloads_without_mixed_units(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="zh")
    open_all(page)
    reader.settle()
    tables = [one for one in page.locator("main table").all() if one.is_visible()]
    buttons = [one for one in page.locator("main .download").all() if one.is_visible()]
    books = [one for one in page.locator("main .download-workbook").all() if one.is_visible()]
    # The table behind a chart is downloaded by the chart's own button.
    behind = page.locator("[data-chart-table] table").count()
    charts = page.locator("[data-chart], [data-curve]").count()
    assert len(books) == len(buttons) == len(tables) - behind + charts
    assert {one.inner_text() for one in buttons} <= {"下载此表"}
    for number, button in enumerate(books, 1):
        if number % 8 == 0:
            # A browser lets a page begin ten downloads at once.
            page.wait_for_timeout(1500)
        name, columns = workbook(page, button)
        headings = [column[0].value for column in columns]
        assert all(headings)
        assert len(set(headings)) == len(headings), (name, headings)
        for (head, *cells), heading in zip(columns, headings, strict=True):
            assert head.font.bold
            assert_one_unit(heading, cells, f"{path} {name}")
    if not buttons:
        return
    page.wait_for_timeout(1500)
    _, rows = downloaded(page, buttons[-1])
    # The CSV has the same cells, a share in per cent.
    assert rows[0] == headings
    for (_, *cells), values in zip(columns, zip(*rows[1:], strict=True), strict=True):
        for cell, text in zip(cells, values, strict=True):
            if cell.data_type == "s":
                assert text.removeprefix("'") == cell.value
            elif cell.value is not None:
                factor = 100 if cell.number_format == "0.00%" else 1
                assert float(text) == pytest.approx(cell.value * factor, abs=1e-3)
            else:
                assert text == ""


def test_keys_of_digits_stay_texts_in_a_workbook(read_site: Callable[..., Reader], tmp_path: Path) -> None:
    database = many(tmp_path / "authmeter.duckdb", 3)
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute("INSERT INTO apps VALUES ('0012345', '0099', 'ios', '00077', NULL, 'enabled', true)")
        connection.execute(
            "INSERT INTO schemes VALUES ('12345678901234567890', '007', '0012345', '=1+1', '0.1', '', NULL)"
        )
    reader = read_site(rendered(database))
    page = reader.open("usage.html", lang="en")
    name, columns = workbook(page, page.locator(".listing .download-workbook"))
    assert name == "All-apps_2026-03-31.xlsx"
    named = {column[0].value: column[1:] for column in columns}
    assert "0012345" in [cell.value for cell in named["App key"]]
    assert {cell.data_type for cell in named["App key"]} == {"s"}
    assert {cell.data_type for cell in named["Number verifications"]} == {"n"}
    page = reader.open("apps/0012345/index.html", lang="en")
    _, columns = workbook(page, page.locator("[data-part=packages] .download-workbook"))
    cells = {column[0].value: (column[1].value, column[1].data_type) for column in columns}
    assert cells["Scheme · Key"] == ("12345678901234567890", "s")
    assert cells["Scheme"] == ("=1+1", "s")
    assert cells["Group"] == ("007", "s")
    assert cells["Package"] == ("0.1", "s")


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
    assert rows[0][1] == named + ("（%）" if language == "zh" else " (%)")
    assert [row[0] for row in rows[1:]] == [str(day(back)) for back in reversed(range(60))]
    by_day = {row[0]: row[1:] for row in rows[1:]}
    assert by_day[str(day(MISSING_BACK))][0] == ""
    value, low, high = map(float, by_day[str(day(0))])
    assert 0 <= low <= high <= 100
    assert 1 < value <= 100


def test_a_table_of_the_page_has_its_figures_and_changes_as_numbers(reader: Reader) -> None:
    page = reader.open(APP, lang="en", days=7)
    name, rows = downloaded(page, page.locator("[data-part=summary] .download"))
    assert name == "shop_By-channel_2026-03-31.csv"
    assert rows[0] == [
        "Channel", "Authorizations", "Authorizations · Change (%)", "Share (%)", "Authorization rate (%)",
        "Authorization rate · Change (points)", "Technical success rate (%)", "Authorization requests",
        "Cancelled by user", "Authorizations failed",
    ]  # fmt: skip
    authorizations = (
        page.locator("[data-part=summary] tbody tr").first.locator("td").nth(1).locator(".value").inner_text()
    )
    assert rows[1][0] == "One-click login"
    assert rows[1][1] == authorizations.replace(",", "")
    assert float(rows[1][4]) == pytest.approx(100 * 22 / 30, abs=0.01)


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    page.get_by_label("Search").fill("cmd")
    _, rows = downloaded(page, page.locator(".listing .download"))
    assert [row[1:3] for row in rows[1:]] == [[f"'{HOSTILE_NAMES['cmd']}", "cmd"]]
