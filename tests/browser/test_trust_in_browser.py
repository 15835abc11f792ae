"""Tests what pages say about trust in figures: the state and its reasons. Days that do not compare have no change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.browser.conftest import Look, Reader
from tests.browser.snapshot import Node
from tests.data.published_tables import AS_OF, MISSING_BACK, day

# A server may give a reader some apps only: their pages, and that of the metrics.
PUBLIC = ("metrics.html", "apps/shop/index.html")
PAGES = ("index.html", *PUBLIC)
each_page = pytest.mark.parametrize("path", PAGES)


def badges(page: Node) -> list[str]:
    return page.texts(".trust .state .badge")


def reasons(page: Node) -> list[tuple[str, str]]:
    """Return class and text of each reason, without the link to the quality page."""
    found = [(one.attributes.get("class", ""), one.text) for one in page.all(".trust li") if one.visible]
    return [one for one in found if one[0] != "more"]


def changes(page: Node, where: str = "main") -> list[str]:
    return page.texts(f"{where} .change")


def has_change(text: str) -> bool:
    return bool(re.search(r"[\d%▲▼]", text))


@each_page
def test_a_complete_day_is_named_complete(look: Look, path: str) -> None:
    page = look(path, name="calm", days=7, opened=True)
    assert badges(page) == ["Complete"]
    given = reasons(page)
    assert {severity for severity, _ in given} == {"good"}
    assert "closed" in given[0][1]
    assert ("All checks of the last run passed." in given[-1][1]) == (path not in PUBLIC)
    assert f"{AS_OF} Tue" in page.one(".trust summary").text
    if path == "index.html":
        assert page.one("h1").text == "All is normal"
        assert page.count(".attention") == 0


@each_page
def test_a_data_day_without_records_is_named(look: Look, path: str) -> None:
    page = look(path, name="no-data", days=7, opened=True)
    assert badges(page) == ["No data"]
    given = reasons(page)
    assert given[0][0] == "bad"
    assert "has no records" in given[0][1]
    assert any(severity == "bad" and str(AS_OF) in text for severity, text in given)
    if page.count(".card"):
        # The day and its change are a dash; the window's change is that of its other six days.
        assert {card.one(".figure .short").text for card in page.all(".card")} == {"—"}
        assert not any(re.search(r"[\d%]", text) for text in changes(page, ".card > .versus"))
        assert "±0.0%" in changes(page, "#card-number_verifications .window")[0]
        assert page.one("#card-number_verifications .window .short").text == "240"
        # Coverage is above all figures of the briefing, elsewhere below the cards.
        where = "[data-compared='7']" if path == "index.html" else ".cards + .coverage"
        coverage = f"6 of 7 days comparable: this period 6 days, the one before 7 (missing {AS_OF:%m-%d})"
        assert coverage in page.one(where).text
    if path == "index.html":
        assert page.one("h1").text == f"{AS_OF} Tue has no data"
        note = page.one(".attention li")
        assert note.one(".mark").text == "Act"
        # The next step is before the figures that lack the day.
        assert note.box[1] < page.one(".cards.leading").box[1]
        assert look("files.html", name="no-data").one(".calendar [aria-current]").text.endswith("No data")


@pytest.mark.parametrize("path", ["index.html", "usage.html", "quality.html"])
def test_late_restated_and_failed_are_flagged_and_explained(look: Look, path: str) -> None:
    """The data day of the example has late records, one day was restated, one is missing, one check failed."""
    page = look(path, opened=True)
    assert badges(page) == ["Complete", "Late records 5", "Synthetic data"]
    given = {text: severity for severity, text in reasons(page)}
    for piece in (
        f"Days without data in the last 30: {day(MISSING_BACK)}", f"last 30: {day(4)}",
        f"Late records in the last 30 days: {AS_OF} Tue (5)", "Fewer records.",
    ):  # fmt: skip
        assert [severity for text, severity in given.items() if piece in text] == ["warn"], piece
    assert not any(piece in text for text in given for piece in ("(501", "All checks"))


def test_a_restated_day_is_flagged_on_its_page_and_in_the_calendar(look: Look) -> None:
    page = look(f"days/{day(4)}.html", opened=True)
    assert badges(page) == ["Complete", "Restated", "Synthetic data"]
    assert any("changed after publication" in text for _, text in reasons(page))
    (flag,) = look("files.html").all(".calendar a:has(.flag)")
    assert flag.target == f"days/{day(4)}.html"


@each_page
def test_a_restated_data_day_is_flagged_on_pages_with_figures(look: Look, path: str) -> None:
    page = look(path, name="improved", days=7, opened=True)
    has_figures = path != "metrics.html"
    assert badges(page) == ["Complete", "Restated"][: 1 + has_figures]
    warned = [text for severity, text in reasons(page) if severity == "warn"]
    assert [str(AS_OF) in text for text in warned] == [True] * has_figures


def test_an_apps_page_reports_nothing_of_other_apps(look: Look) -> None:
    """A reader of some apps must not learn the records of all, nor findings of checks elsewhere."""
    page = look("apps/cmd/index.html", opened=True)
    assert badges(page) == ["Complete", "Synthetic data"]
    given = " ".join([page.one(".trust summary").text, *(text for _, text in reasons(page))])
    assert not any(piece in given for piece in ("Fewer records", str(day(4)), "500"))


PARTS = (
    ".card .window", "[data-part=summary]", "[data-part=platforms]", "[data-part=carriers]",
    "[data-part=outcomes-authorization]",
)  # fmt: skip
# The example has data on 29 of its 30 days and on 11 of the 30 before: 10 of them at the same place; of its 7 days, 6
# have data, and all 7 before.
TOO_FEW = (
    f"only 10 of 30 days comparable, too few: this period 29 days, the one before 11 (missing {day(42):%m-%d}, "
    f"{day(41):%m-%d}, {day(3):%m-%d} and 17 more)"
)
ONE_SHORT = {
    "zh": f"7 天中 6 天可比：本期 6 天，上期 7 天（缺 {day(3):%m-%d}）",
    "en": f"6 of 7 days comparable: this period 6 days, the one before 7 (missing {day(3):%m-%d})",
}


@pytest.mark.parametrize(
    ("language", "days", "coverage"), [("en", 30, TOO_FEW), *((one, 7, words) for one, words in ONE_SHORT.items())]
)
def test_a_window_is_compared_where_enough_days_match_and_says_how_many(
    look: Look, language: str, days: int, coverage: str
) -> None:
    is_fair = days == 7
    page = look("apps/cmd/index.html", language, **({"days": 7} if is_fair else {"opened": True}))
    for part in PARTS:
        # The section of a part has the coverage, and not the part itself.
        where = ".cards + .coverage" if part.startswith(".card") else f"section:has({part}) > .heading .span"
        assert coverage in page.one(where).text, part
        assert coverage not in page.one(part).text, part
        found = changes(page, part)
        # Where days cannot be compared, tables have no column of changes: the heading of the section says why.
        assert bool(found) is (is_fair or part.startswith((".card", "[data-part=outcomes"))), part
        assert any(re.search(r"[▲▼■]", text) for text in found) is is_fair, part
        assert is_fair or not any(has_change(text) for text in found), part
    if is_fair:
        # The data day and the same weekday of the week before both have data.
        assert all("%" in text for text in changes(page, ".card > .versus")[:2])
    else:
        column = page.texts("[data-part=periods] tbody td:nth-child(4)")
        # Third-party sign-in, which the app does not use, is left out.
        assert len(column) == 4
        assert not any("%" in text for text in column)
    if not is_fair:
        page = look("usage.html")
        assert coverage in page.one("p.period").text
        assert not any("%" in text for text in page.texts("table[data-table=apps] td"))
        assert coverage in look("monitor.html").one("p.compared").text


def test_without_earlier_days_there_is_no_change(look: Look) -> None:
    page = look("apps/shop/index.html", name="young", days=7)
    found = changes(page)
    assert len(found) > 20
    assert page.one("#card-number_verifications .short").text == "40"
    page = look("index.html", name="young")
    assert not any(has_change(text) for text in found + changes(page))
    assert page.count(".movers") == 0
    # Five days have no usual count yet, so no share of one is named.
    assert "%" not in page.one(".trust summary").text


@pytest.mark.parametrize("path", ["usage.html", "apps/shop/index.html"])
def test_days_before_the_first_record_are_no_outage(look: Look, path: str) -> None:
    choices = {} if path == "usage.html" else {"days": 7}
    page = look(path, name="young", **choices)
    (chart,) = page.all(f"[data-chart=usage] [data-layer='{choices.get('days', 30)}']")
    # Five days with records; an axis has seven at least.
    for trace in chart.chart["traces"]:
        assert trace["x"] == [str(day(back)) for back in reversed(range(7))]
        assert [value is None for value in trace["y"]] == [True] * 2 + [False] * 5
    assert [shape for shape in chart.chart["shapes"] if shape["name"] == "gap"] == []
    assert "No data" not in page.one("[data-chart-keys]").text


def test_no_change_is_level_and_against_nothing_there_is_no_per_cent(look: Look) -> None:
    """Both weeks are whole and equal, and neither has local number verifications."""
    page = look("apps/shop/index.html", name="calm", days=7, opened=True)
    assert page.texts("#card-local_verifications .short") == ["0", "0"]
    found = changes(page, "#card-local_verifications")
    assert len(found) == 2
    assert not any(re.search(r"[\d%▲▼■]", text) for text in found)
    level = page.all("#card-one_click_verifications .change, [data-part=summary] tbody tr:first-child .change")
    assert len(level) >= 4
    for one in level:
        assert "level" in one.classes
        assert "±0.0" in one.text
    # A longer month does not have more: its last days have no counterpart.
    assert "±0.0%" in page.one(".periods tbody tr:first-child td:nth-child(5)").text
    coverage = "28 of 31 days comparable: this period 31 days, the one before 28"
    assert coverage in page.one(".periods thead th:nth-child(5)").text
    assert page.count(".change.good, .change.bad") == 0


def test_a_change_is_coloured_by_the_declaration_of_its_measure(look: Look) -> None:
    """In the newest week 80 of 100 requests are authorized, and 60 before. The others time out or are cancelled."""
    page = look("apps/shop/index.html", name="improved", days=7, opened=True)

    def change(part: str, row: str) -> str:
        return " ".join(page.one(f"[data-part={part}] tr", row).one(".change").classes[1:])

    assert change("summary", "One-click login") == "up good"
    # The page has no days of a platform or an outcome, and so no usual range.
    assert change("platforms", "Android") == "up"
    assert change("outcomes-authorization", "Timed out") == "down"
    # A user's own choice is neither good nor bad.
    assert change("outcomes-authorization", "Cancelled by user") == "down"
    # Sign and word say it as well as the colour.
    text = page.one("[data-part=outcomes-authorization] tr", "Timed out").text
    assert all(piece in text for piece in ("−50.0%", "lower"))


def test_a_page_says_its_age_by_the_clock_of_its_reader(read_site: Callable[..., Any]) -> None:
    reader: Reader = read_site("calm")
    page = reader.open("index.html", lang="en")
    assert page.locator("[data-part=ago]").inner_text() == "1 day ago"
    assert page.locator("[data-part=stale]").is_hidden()
    page.clock.set_fixed_time(reader.made_at + timedelta(days=2))
    page = reader.open(f"days/{day(3)}.html", lang="zh")
    assert page.locator("[data-part=ago]").inner_text() == "6 天前"
    assert page.locator("[data-part=stale]").inner_text() == f"本页生成于 2 天前，数据截至 {AS_OF}：不含之后的日期。"
    page.locator(".trust summary").click()
    assert (
        "仍可能变化：2027-05-02 及以前到达的本日迟到记录仍会计入；4 天前的数据：过去 60 天里没有改过。"
        in page.locator(".trust").inner_text()
    )
