"""The quality page: what is wrong now in sight, also on a phone; the lists behind the numbers folded, a click away.

Its figures are read back in `test_read_back_overviews.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.browser.conftest import Reader, rendered
from tests.data.published_tables import day, incident, steady


def test_what_is_wrong_is_read_whole_on_a_phone(reader: Reader) -> None:
    page = reader.open("quality.html", lang="en")
    page.set_viewport_size({"width": 390, "height": 844})
    finding = page.locator("#checks .finding").first
    assert finding.inner_text() == "Fewer records."
    box = finding.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    assert page.locator(".verdict").inner_text().endswith("warnings: 1")
    # Of a file, what was found stands beside its name.
    page.locator(".fold:has(#files) > summary").click()
    row = page.locator("[data-table=input_files] tbody tr", has_text="cut.zst")
    cells = [cell.bounding_box() for cell in row.locator("td").all() if cell.is_visible()]
    assert all(cell and cell["x"] + cell["width"] <= 390 for cell in cells)
    assert "cut" in row.inner_text()


@pytest.mark.parametrize("place", ["rejected", "restatements", "codes", "unregistered", "days", "files", "nulled"])
def test_a_link_to_a_list_opens_it(reader: Reader, place: str) -> None:
    page = reader.open("quality.html", lang="zh")
    assert not page.locator(f"#{place}").is_visible()
    page.locator(f".findings a[href='#{place}']").first.click()
    page.locator(f"#{place}").wait_for()
    assert page.locator(f"#{place}").evaluate("one => one.closest('details').open")
    # From another page, too.
    page.goto((reader.site / "quality.html").as_uri() + f"?lang=en#{place}")
    reader.settle()
    assert page.locator(f"#{place}").is_visible()


def test_without_a_problem_the_page_says_so_and_has_no_list_of_them(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    reader = read_site(rendered(steady(tmp_path / "authmeter.duckdb")))
    page = reader.open("quality.html", lang="zh")
    for language, words in (("zh", "没有问题"), ("en", "Nothing is wrong")):
        reader.speak(language)
        assert page.locator(".verdict.good").inner_text() == words
    assert "All checks of the last run passed." in page.locator("#checks").inner_text()
    assert page.locator(".findings a").count() == 0
    assert page.locator(".fold").count() == 1
    assert page.locator(".fold #days").count() == 1


def test_a_day_that_never_came_has_a_tile_where_every_check_passed(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    database = steady(tmp_path / "authmeter.duckdb")
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute("UPDATE day_quality SET day_state = 'missing', records_accepted = 0 WHERE day = ?", [day(9)])
    reader = read_site(rendered(database))
    page = reader.open("quality.html", lang="zh")
    tile = page.locator(".findings a.warn")
    for language, verdict, words in (
        ("zh", "检查全部通过", "无数据的日子近 30 天1"),
        ("en", "All checks passed", "Days without datathe last 30 days1"),
    ):
        reader.speak(language)
        assert page.locator(".verdict.good").inner_text() == verdict
        assert "".join(tile.inner_text().split("\n")) == words
    tile.click()
    page.locator("#days").wait_for()


def test_an_open_fault_of_the_data_is_wrong_now(read_site: Callable[..., Reader], tmp_path: Path) -> None:
    database = steady(tmp_path / "authmeter.duckdb")
    row = incident("fault", 2, kind="data", metric="repeated_records", app_key="*", channel="*", cause_kind=None)
    with closing(duckdb.connect(str(database))) as connection:
        places = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO incidents ({', '.join(row)}) VALUES ({places})", list(row.values()))
    reader = read_site(rendered(database))
    page = reader.open("quality.html", lang="en")
    # The same number as on the briefing.
    assert page.locator(".verdict.bad").inner_text() == "1 problem is happening"
    assert "records came again under new ids" in page.locator("#checks .finding").first.inner_text()
    page.locator("#checks").get_by_role("link", name="The incident").click()
    reader.settle()
    assert page.locator("h1").inner_text().startswith(str(day(2)))
