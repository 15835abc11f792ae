"""Tests the quality page: present faults are visible, also on a phone, and the lists behind the numbers are folded.

`page_texts` has the figures of the page.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Look, Reader
from tests.browser.tour import PHONE
from tests.data.published_tables import day

LISTS = ("rejected", "restatements", "codes", "unregistered", "days", "files", "nulled")


def test_faults_are_read_whole_on_a_phone(look: Look) -> None:
    page = look("quality.html", width=390, days=7)
    finding = page.one("#checks .finding")
    assert finding.text == "Fewer records."
    assert finding.box[2] <= PHONE["width"]
    assert finding.box[3] <= PHONE["height"]
    assert page.one(".verdict").text.endswith("warnings: 1")
    # The finding of a file is beside its name.
    row = look("quality.html", width=390, days=7, opened=True).one("[data-table=input_files] tbody tr", "cut.zst")
    assert all(cell.box[2] <= PHONE["width"] for cell in row.all("td") if cell.visible)
    assert "cut" in row.text


def test_a_link_to_a_list_opens_it_and_its_search_finds_the_words_of_the_language(reader: Reader) -> None:
    page = reader.open("quality.html", lang="zh")
    for place in LISTS:
        assert not page.locator(f"#{place}").is_visible()
        page.locator(f".findings a[href='#{place}']").first.click()
        page.locator(f"#{place}").wait_for()
        assert page.locator(f"#{place}").evaluate("one => one.closest('details').open")
    listing, counts = page.locator(".listing:has([data-rows=days])"), []
    for language, word in (("en", "Complete"), ("zh", "完整")):
        reader.speak(language)
        listing.locator("input[type=search]").fill(word)
        counts.append(listing.locator(".found").inner_text().split()[0])
    assert counts[0] == counts[1] != "0"
    # The address of a list, too.
    page.goto("about:blank")
    page.goto((reader.site / "quality.html").as_uri() + f"?lang=en#{LISTS[0]}")
    reader.settle()
    assert page.locator(f"#{LISTS[0]}").is_visible()


def test_the_books_count_the_files_that_they_add_up(look: Look) -> None:
    page = look("quality.html", name="logged", opened=True)
    read = page.count("[data-table=input_files] tbody tr .badge", "Read")
    assert 0 < read < page.count("[data-table=input_files] tbody tr")
    assert page.one(".books").text.startswith(f"Files: {read};")


@pytest.mark.parametrize(("language", "words"), [("zh", "没有问题"), ("en", "Nothing is wrong")])
def test_a_page_without_a_problem_says_so_and_has_no_list_of_them(look: Look, language: str, words: str) -> None:
    page = look("quality.html", language, "calm")
    assert page.one(".verdict.good").text == words
    if language == "en":
        assert "All checks of the last run passed." in page.one("#checks").text
    assert page.count(".findings a") == 0
    assert page.count(".fold") == page.count(".fold #days") == 1


@pytest.mark.parametrize(
    ("language", "verdict", "words"),
    [
        ("zh", "检查全部通过", "无数据的日子近 30 天1"),
        ("en", "All checks passed", "Days without datathe last 30 days1"),
    ],
)
def test_a_missing_day_has_a_tile_if_every_check_passed(look: Look, language: str, verdict: str, words: str) -> None:
    page = look("quality.html", language, "stopped")
    assert page.one(".verdict.good").text == verdict
    (tile,) = page.all(".findings a.warn")
    assert "".join(tile.text.split("\n")) == words
    assert tile["href"] == "#days"


def test_an_open_fault_of_the_data_is_a_present_problem(look: Look) -> None:
    page = look("quality.html", name="young")
    # The same number as on the briefing.
    assert page.one(".verdict.bad").text == "2 problems are happening"
    (repeated,) = page.all("#checks li", "records came again under new ids")
    assert repeated.one("a", "The incident").target == f"days/{day(2)}.html"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "a.ndjson（已重新读取）; 登记表、结果码或计费规则"),
        ("en", "a.ndjson (read again); registry, result codes or billing rule"),
    ],
)
def test_a_restatement_has_its_cause_in_the_language_of_the_page(look: Look, language: str, words: str) -> None:
    of_table = look("quality.html", language).one("[data-table=restatements] tbody tr")
    assert of_table.all("td")[-1].content.endswith(words)
    assert look(f"days/{day(4)}.html", language).one("table.restated tbody tr").all("td")[-1].text.endswith(words)
