"""On pages opened from file://, the browser makes a CSV and a workbook of every table and chart."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, Route

from tests.browser.conftest import SHOP, Reader
from tests.browser.tour import KINDS
from tests.browser.worlds import MANY
from tests.data.published_tables import MISSING_BACK, day

UNITS = {"share": "（%）", "points": "（百分点）", "yuan": "（元）", "ms": "（毫秒）", "bytes": "（字节）"}
DAY = r"\d{4}-\d\d-\d\d"
# Words of links and buttons, which are not data.
OF_PAGE = {"CSV", "xlsx", "Excel", "查看", "打开", "下载此表", "↕", "?"}


def downloaded(page: Page, button: Locator) -> tuple[str, list[list[str]]]:
    """Click a button, and return the name and the rows of the CSV file that it downloads."""
    with page.expect_download() as download:
        button.click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    return download.value.suggested_filename, list(csv.reader(io.StringIO(text, newline="")))


def workbook(page: Page, button: Locator) -> tuple[str, list[list[Any]]]:
    """Click a button, and return the name of the workbook that it downloads and the cells of each column, heading
    first.
    """
    with page.expect_download() as download:
        button.click()
    content = Path(download.value.path()).read_bytes()
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return download.value.suggested_filename, [list(column) for column in sheet.iter_cols()]


def assert_one_unit(heading: str, unit: str, cells: list[Any], where: str) -> None:
    """Assert that a column has only texts, only days or only numbers, as its `unit` requires, and that its heading
    names the unit. `where` is printed if the assertion fails.
    """
    filled = [cell for cell in cells if cell is not None]
    assert not {str(cell) for cell in filled} & OF_PAGE, (where, heading)
    if not unit and any(isinstance(cell, str) for cell in filled):
        assert not any(re.fullmatch(rf"[+−-]?[\d,.]+ ?(%|毫秒|个百分点)|{DAY}", cell) for cell in filled), (
            where,
            heading,
        )
        # Several counts in a cell are separated. Words next to a figure can have two, such as 31 天中 12 天.
        is_of_words = heading.endswith(" · 说明")
        assert is_of_words or not [cell for cell in filled if re.search(r"\d [\u4e00-\u9fff]{2,} \d", cell)]
    elif unit == "day":
        assert all(re.fullmatch(DAY, cell) for cell in filled), (where, heading)
    else:
        assert not any(isinstance(cell, str) for cell in filled), (where, heading)
        assert re.sub(r" \d$", "", heading).endswith(UNITS.get(unit, "")), (where, heading, unit)
        assert unit in UNITS or not heading.endswith(("（%）", "（元）")), (where, heading, unit)


def assert_same_cells(columns: list[dict[str, Any]], text: str) -> None:
    """Assert that a CSV text has the cells of a workbook's columns. The CSV has shares in per cent."""
    headings, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert headings == [column["heading"] for column in columns]
    for column, texts in zip(columns, zip(*rows, strict=True), strict=bool(rows)):
        factor = 100 if column["unit"] == "share" else 1
        for cell, found in zip(column["cells"], texts, strict=True):
            if isinstance(cell, str):
                assert found.removeprefix("'") == cell
            else:
                assert found == "" if cell is None else float(found) == pytest.approx(cell * factor, abs=1e-3)


@pytest.mark.parametrize("path", [path for path in KINDS if path != "metrics.html"])
def test_every_table_and_chart_has_downloads_without_mixed_units(read_page: Callable[..., Any], path: str) -> None:
    found = read_page(path)["downloads"]
    # The table behind a chart is downloaded by the chart's own button.
    assert len(found["books"]) == len(found["texts"]) == found["tables"] + found["charts"]
    assert set(found["labels"]) <= {"下载此表"}
    for book, text in zip(found["books"], found["texts"], strict=True):
        headings = [column["heading"] for column in book["columns"]]
        assert all(headings)
        assert len(set(headings)) == len(headings), (book["name"], headings)
        for column in book["columns"]:
            assert_one_unit(column["heading"], column["unit"], column["cells"], f"{path} {book['name']}")
        assert_same_cells(book["columns"], text)


def test_keys_of_digits_stay_texts_in_a_workbook(read_site: Callable[..., Reader]) -> None:
    reader = read_site("stopped")
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
    assert cells["Package"] == ("2026-01-02", "s")


def test_the_file_of_restated_figures_has_the_keys_of_apps(reader: Reader) -> None:
    page = reader.open("quality.html", lang="en")
    page.locator("summary:has(#restatements-heading)").click()
    _, rows = downloaded(page, page.locator(".listing:has([data-rows=restatements]) .download"))
    assert rows[0][:3] == ["Day", "App", "App key"]
    assert rows[1][1:3] == ["商城", "shop"]


def test_the_file_of_a_list_has_its_filter_its_order_and_all_its_pages(
    read_site: Callable[..., Reader],
) -> None:
    reader = read_site("many")
    page = reader.open("usage.html", lang="en", days=30)
    page.get_by_label("Search").fill("chongqing")
    page.locator("th[data-column=number_verifications] button").first.click()
    button = page.locator(".listing .download")
    name, rows = downloaded(page, button)
    assert name == "All-apps_2026-03-31.csv"
    assert rows[0][:5] == ["Platform", "App", "App key", "Account", "Status"]
    expected = sorted((i for i in range(MANY) if i % 3 == 2), key=lambda i: (10 * i if i % 5 else 0, i))
    assert [row[2] for row in rows[1:]] == [f"app-{i:04}" for i in expected]
    place = rows[0].index("Number verifications")
    assert [row[place] for row in rows[1:]] == [str(10 * i if i % 5 else 0) for i in expected]
    # The site's own file is beside it.
    assert page.locator(".listing .downloads a").get_attribute("href") == "usage_all.csv"
    reader.speak("zh")
    _, rows = downloaded(page, button)
    assert rows[0][:3] == ["平台", "应用", "AppKey"]


def test_an_app_without_a_record_is_in_the_file_of_the_apps_by_health_and_sorted(
    read_site: Callable[..., Reader],
) -> None:
    page = read_site("logged").open("index.html", lang="en")
    names = page.locator(".apps tbody .app-name").all_inner_texts()
    assert "Idle" in names
    _, rows = downloaded(page, page.locator(".health .download"))
    assert [row[0].removeprefix("'") for row in rows[1:]] == names
    assert dict(zip(names, rows[1:], strict=True))["Idle"][1] == "no record in the last 30 days"
    page.locator(".apps th .order").nth(1).click()
    counts = page.locator(".apps tbody td:nth-child(2)").all_inner_texts()
    assert counts == [*sorted((one for one in counts if one != "—"), key=int, reverse=True), "—"]


def test_the_words_next_to_a_figure_have_their_own_column_in_a_file(reader: Reader) -> None:
    page = reader.open("packages.html", lang="en")
    assert "days without data: 1" in page.locator("[data-figures=packages-2]").inner_text()
    _, rows = downloaded(page, page.locator(".scroll:has([data-figures=packages-2]) + .downloads .download"))
    left, words, most = (rows[0].index(name) for name in ("Left", "Left · Detail", "Left · at most"))
    assert {row[0]: (row[left], row[most], row[words]) for row in rows[1:]} == {
        "old": ("0", "", "days without data: 340"),
        "pkg-1": ("", "375", "days without data: 1"),
        "pkg-2": ("", "800", "days without data: 1"),
        "next": ("0", "", ""),
    }


def test_a_file_is_named_after_the_apps_and_the_day_that_it_contains(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en", app="shop")
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    name, _ = downloaded(page, page.locator("[data-part=summary] .download"))
    assert name == "shop_By-channel_2026-03-31.csv"
    # The list has all apps, whichever is shown in the charts.
    name, rows = downloaded(page, page.locator(".listing .download"))
    assert name == "By-app_2026-03-31.csv"
    assert len({row[2] for row in rows[1:]}) > 1
    page = reader.open(f"days/{day(4)}.html", lang="en")
    name, _ = downloaded(page, page.locator(".own:has([aria-label$='By channel']) .download"))
    assert name == f"By-channel_{day(4)}.csv"
    page = reader.open(f"days/{day(4)}.html", lang="en", app="shop")
    page.wait_for_selector(".app-day-channels")
    name, _ = downloaded(page, page.locator(".table-box:has(.app-day-channels) .download"))
    assert name == f"shop_By-channel_{day(4)}.csv"
    # Restated figures are of all apps.
    name, rows = downloaded(page, page.locator(".own:has([aria-label$='Restated figures']) .download"))
    assert name == f"Restated-figures_{day(4)}.csv"


def test_the_file_of_an_incident_s_table_is_named_after_the_incident_and_the_day(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en")
    page.locator("details.cells:has(table) > summary").first.click()
    name, _ = downloaded(page, page.locator("details.cells[open] .download").first)
    assert re.fullmatch(rf"shop_Before-and-now-.*_{DAY}\.csv", name)
    assert "Copy" not in name
    assert "Open" not in name


def test_headings_that_repeat_name_their_subject_in_a_file(reader: Reader) -> None:
    page = reader.open("index.html", lang="en")
    _, rows = downloaded(page, page.locator(".own:has([aria-label$='Apps by health']) .download"))
    assert {"Requests · vs usual (%)", "Technical success rate · vs usual (points)"} <= set(rows[0])


def test_the_files_of_a_table_and_of_a_chart_have_figures_changes_lines_and_ranges(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en", days=7)
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


def test_the_file_of_an_incident_s_curve_has_its_usual_range(reader: Reader) -> None:
    page = reader.open("index.html", lang="zh")
    button = page.locator('[data-incident="shop-rate"] [data-curve] .download')
    name, rows = downloaded(page, button)
    assert name.startswith("一键登录成功率")
    assert rows[0][1] == "一键登录成功率（%）"
    reader.speak("en")
    name, rows = downloaded(page, button)
    assert name.startswith("One-click-login-success-rate")
    assert rows[0][1] == "One-click login success rate (%)"
    assert [row[0] for row in rows[1:]] == [str(day(back)) for back in reversed(range(60))]
    by_day = {row[0]: row[1:] for row in rows[1:]}
    assert by_day[str(day(MISSING_BACK))][0] == ""
    value, low, high = map(float, by_day[str(day(0))])
    assert 0 <= low <= high <= 100
    assert 1 < value <= 100


def test_a_workbook_can_be_made_after_its_script_could_not_be_loaded(read_site: Callable[..., Reader]) -> None:
    reader = read_site("example")
    requested = []

    def once(route: Route) -> None:
        requested.append(route.request.url)
        if len(requested) == 1:
            route.abort()
        else:
            route.continue_()

    reader.page.route("**/workbook-*.js", once)
    page = reader.open("usage.html", lang="en")
    pair = page.locator(".listing .download-pair")
    button = pair.locator(".download-workbook")
    button.click()
    pair.get_by_role("status").wait_for()
    assert pair.get_by_role("status").inner_text() == "The file could not be made: try again."
    name, _ = workbook(page, button)
    assert name == "All-apps_2026-03-31.xlsx"
    assert pair.get_by_role("status").count() == 0
    reader.complaints.clear()
