"""How far the figures can be trusted, said on every page: state, reasons, and no change where there is none to tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Reader, rendered
from tests.browser.dom import read
from tests.data.published_tables import AS_OF, MISSING_BACK, day, steady

ReadSite = Callable[..., Reader]


@pytest.fixture(scope="module")
def site_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Renders `steady` databases, each kind once."""
    made: dict[str, Path] = {}

    def of(name: str, **changes: object) -> Path:
        if name not in made:
            made[name] = rendered(steady(tmp_path_factory.mktemp(name) / "authmeter.duckdb", **changes))  # type: ignore[arg-type]
        return made[name]

    return of


def badges(reader: Reader) -> list[str]:
    return reader.page.locator(".trust .state .badge").all_inner_texts()


def reasons(reader: Reader) -> list[tuple[str, str]]:
    """Class and text of each reason, once they are open."""
    if reader.page.locator(".trust").get_attribute("open") is None:
        reader.page.locator(".trust summary").click()
    visible = [one for one in reader.page.locator(".trust li").all() if one.is_visible()]
    found = [(one.get_attribute("class") or "", one.inner_text()) for one in visible]
    # The last one of most pages is a link to the quality page.
    return [one for one in found if one[0] != "more"]


def changes(reader: Reader, where: str = "main") -> list[str]:
    return reader.page.locator(f"{where} .change").all_inner_texts()


# A server may give a reader some apps only: their pages, and that of the metrics.
PUBLIC = ("metrics.html", "apps/shop/index.html")
PAGES = ("index.html", "quality.html", *PUBLIC)


@pytest.mark.parametrize("path", PAGES)
def test_a_complete_day_is_called_so(read_site: ReadSite, site_of: Callable[..., Path], path: str) -> None:
    reader = read_site(site_of("calm"))
    page = reader.open(path, lang="en")
    assert badges(reader) == ["Complete"]
    given = reasons(reader)
    assert {severity for severity, _ in given} == {"good"}
    assert "closed" in given[0][1]
    assert ("All checks of the last run passed." in given[-1][1]) == (path not in PUBLIC)
    assert re.search(rf"{AS_OF} Tue", page.locator(".trust summary").inner_text())
    if path == "index.html":
        assert page.locator("h1").inner_text() == "All is normal"
        assert page.locator(".attention").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_data_day_without_records_is_called_so(read_site: ReadSite, site_of: Callable[..., Path], path: str) -> None:
    reader = read_site(site_of("nothing", missing=(0,)))
    page = reader.open(path, lang="en", days=7)
    assert badges(reader) == ["No data"]
    given = reasons(reader)
    assert given[0][0] == "bad"
    assert "no records at all" in given[0][1]
    assert any(severity == "bad" and str(AS_OF) in text for severity, text in given)
    if page.locator(".card").count():
        cards = read(page)["cards"]
        # The day and its change are a dash; the window's change is that of its other six days.
        assert {figures[0] for figures in cards.values()} == {"—"}
        assert not any(re.search(r"[\d%]", text) for text in changes(reader, ".card > .versus"))
        assert "±0.0%" in changes(reader, "#card-number_verifications .window")[0]
        # It is said once: by the briefing above all its figures, elsewhere below the cards.
        where = "[data-compared='7']" if path == "index.html" else ".cards + .coverage"
        assert f"6 of 7 days comparable: this period 6 days, the one before 7 (missing {AS_OF:%m-%d})" in (
            page.locator(where).inner_text()
        )
        assert cards["number_verifications"][3] == "240"
    if path == "index.html":
        assert page.locator("h1").inner_text() == f"{AS_OF} Tue has no data"
        assert page.locator(".attention li").first.locator(".mark").inner_text() == "Act"
        # What is to be done stands before the figures that are short of the day.
        note, figures = (page.locator(one).first.bounding_box() for one in (".attention li", ".cards.leading"))
        assert note
        assert figures
        assert note["y"] < figures["y"]
        page = reader.open("files.html", lang="en")
        assert page.locator(".calendar [aria-current]").inner_text().endswith("No data")


def test_late_restated_and_failed_are_flagged_and_said(reader: Reader) -> None:
    """The example: its data day has late records, one day was restated, one is missing, one check failed."""
    for path in ("index.html", "usage.html", "quality.html"):
        page = reader.open(path, lang="en")
        assert badges(reader) == ["Complete", "Late records 5", "Synthetic data"]
        given = {text: severity for severity, text in reasons(reader)}
        for piece, severity in {
            f"Days without data in the last 30: {day(MISSING_BACK)}": "warn",
            f"last 30: {day(4)}": "warn",
            f"Late records in the last 30 days: {AS_OF} Tue (5)": "warn",
            "Fewer records.": "warn",
            "(501": "",
        }.items():
            found = [one for text, one in given.items() if piece in text]
            assert found == [severity] * bool(severity), piece
        assert "All checks" not in "".join(given)
    page = reader.open(f"days/{day(4)}.html", lang="en")
    assert badges(reader) == ["Complete", "Restated", "Synthetic data"]
    assert any("changed after publication" in text for _, text in reasons(reader))
    page = reader.open("files.html", lang="en")
    flags = page.locator(".calendar a:has(.flag)")
    assert flags.count() == 1
    assert flags.get_attribute("href", timeout=1000).startswith(f"days/{day(4)}.html")  # type: ignore[union-attr]


def test_a_restated_data_day_is_flagged_for_whom_it_concerns(read_site: ReadSite, site_of: Callable[..., Path]) -> None:
    reader = read_site(site_of("restated", restated=(0,)))
    for path in PAGES:
        reader.open(path, lang="en")
        # What was restated is a figure of the app, so its own page says so.
        assert badges(reader) == ["Complete", "Restated"][: 1 if path == "metrics.html" else 2]
        warned = [text for severity, text in reasons(reader) if severity == "warn"]
        assert [str(AS_OF) in text for text in warned] == [True] * (path != "metrics.html")


def test_an_apps_page_tells_nothing_of_the_others(reader: Reader) -> None:
    """Whoever may see some apps only must not learn the records of all, nor what a check found elsewhere."""
    page = reader.open("apps/cmd/index.html", lang="en")
    given = " ".join(text for _, text in reasons(reader))
    assert badges(reader) == ["Complete", "Synthetic data"]
    assert "Fewer records" not in given
    assert str(day(4)) not in given
    assert "500" not in given
    assert "500" not in page.locator(".trust summary").inner_text()


COMPARED = (
    ".card .window", "[data-part=summary]", "[data-part=platforms]", "[data-part=carriers]",
    "[data-part=outcomes-authorization]",
)  # fmt: skip


def assert_said_once(page: Page, part: str, coverage: str) -> None:
    """How many days are compared stands with the section of that part, and not again in the part itself."""
    where = ".cards + .coverage" if part.startswith(".card") else f"section:has({part}) > .heading .span"
    assert coverage in page.locator(where).inner_text(), part
    assert coverage not in page.locator(part).first.inner_text(), part


def test_a_window_of_too_few_matched_days_has_no_change_and_says_so(reader: Reader) -> None:
    """The example has data on 29 of its 30 days and on 11 of the 30 before: 10 of them at the same place."""
    page = reader.open("apps/cmd/index.html", lang="en", days=30)
    coverage = (
        f"only 10 of 30 days comparable, too few: this period 29 days, the one before 11 (missing {day(3):%m-%d}, "
        f"{day(41):%m-%d}, {day(42):%m-%d} and 17 more)"
    )
    for part in COMPARED:
        assert_said_once(page, part, coverage)
        found = changes(reader, part)
        # Under the figures of a table nothing stands: the heading of its section said why.
        assert bool(found) is part.startswith((".card", "[data-part=outcomes")), part
        assert not any(re.search(r"[\d%▲▼]", text) for text in found), part
    column = page.locator("[data-part=periods] tbody td:nth-child(4)").all_inner_texts()
    # Third-party sign-in, which the app has not, is left out.
    assert len(column) == 4
    assert not any("%" in text for text in column)
    page = reader.open("usage.html", lang="en", days=30)
    assert coverage in page.locator("p.period").inner_text()
    assert not any("%" in text for text in page.locator("table[data-table=apps] td").all_inner_texts())
    page = reader.open("monitor.html", lang="en", days=30)
    assert coverage in page.locator("p.compared").inner_text()


def test_a_missing_day_leaves_the_other_days_to_compare_and_is_named(reader: Reader) -> None:
    """The example has data on 6 of its 7 days and on all 7 before."""
    page = reader.open("apps/cmd/index.html", lang="zh", days=7)
    for language, coverage in (
        ("zh", f"7 天中 6 天可比：本期 6 天，上期 7 天（缺 {day(3):%m-%d}）"),
        ("en", f"6 of 7 days comparable: this period 6 days, the one before 7 (missing {day(3):%m-%d})"),
    ):
        reader.speak(language)
        for part in COMPARED:
            assert_said_once(page, part, coverage)
            assert any(re.search(r"[▲▼■]", text) for text in changes(reader, part)), part
    # Against the same weekday of the week before there is a change: both days are there.
    assert all("%" in text for text in changes(reader, ".card > .versus")[:2])
    page = reader.open("usage.html", lang="en", days=7)
    assert coverage in page.locator("p.period").inner_text()
    assert any("%" in text for text in page.locator("table[data-table=apps] td").all_inner_texts())
    page = reader.open("monitor.html", lang="en", days=7)
    assert coverage in page.locator("p.compared").inner_text()


def test_without_anything_before_there_is_no_change(read_site: ReadSite, site_of: Callable[..., Path]) -> None:
    reader = read_site(site_of("young", days=5))
    page = reader.open("apps/shop/index.html", lang="en", days=7)
    found = changes(reader)
    assert len(found) > 20
    assert not any(re.search(r"[\d%▲▼]", text) for text in found)
    assert page.locator("#card-number_verifications .short").first.inner_text() == "40"
    page = reader.open("index.html", lang="en")
    assert not any(re.search(r"[\d%▲▼]", text) for text in changes(reader))
    assert page.locator(".movers").count() == 0


def test_against_nothing_there_is_no_per_cent(read_site: ReadSite, site_of: Callable[..., Path]) -> None:
    """Both weeks are whole, and both have no local number verification."""
    reader = read_site(site_of("calm"))
    page = reader.open("apps/shop/index.html", lang="en", days=7)
    assert page.locator("#card-local_verifications .short").all_inner_texts() == ["0", "0"]
    found = changes(reader, "#card-local_verifications")
    assert len(found) == 2
    assert not any(re.search(r"[\d%▲▼■]", text) for text in found)


def test_nothing_changed_is_level_not_better_or_worse(read_site: ReadSite, site_of: Callable[..., Path]) -> None:
    reader = read_site(site_of("calm"))
    page = reader.open("apps/shop/index.html", lang="en", days=7)
    found = page.locator("#card-one_click_verifications .change, [data-part=summary] tr:first-child .change")
    assert found.count() >= 4
    for one in found.all():
        assert "level" in (one.get_attribute("class") or "")
        assert "±0.0" in one.inner_text()
    # Nor has a longer month more: its last days have no counterpart.
    assert "±0.0%" in page.locator(".periods tbody tr:first-child td:nth-child(5)").inner_text()
    assert "28 of 31 days comparable: this period 31 days, the one before 28" in (
        page.locator(".periods thead th:nth-child(5)").inner_text()
    )
    assert page.locator(".change.good, .change.bad").count() == 0


def direction(reader: Reader, part: str, row: str) -> str:
    """The class of the first change in a row, without `change`."""
    cell = reader.page.locator(f"[data-part={part}] tr", has_text=row).locator(".change").first
    return (cell.get_attribute("class") or "").removeprefix("change ")


@pytest.mark.parametrize(
    ("name", "up", "down", "won"),
    [
        # Of 100 requests: more won and fewer that time out or are cancelled, or the other way.
        ("better", "up good", "down", lambda back: 80 if back < 7 else 60),
        ("worse", "down bad", "up", lambda back: 60 if back < 7 else 80),
    ],
)
def test_a_change_outside_the_usual_range_is_coloured_by_the_declaration_of_its_measure(
    read_site: ReadSite, site_of: Callable[..., Path], name: str, up: str, down: str, won: Callable[[int], int]
) -> None:
    reader = read_site(site_of(name, won=won, left=lambda back: (100 - won(back)) // 2))
    reader.open("apps/shop/index.html", lang="en", days=7)
    assert direction(reader, "summary", "One-click login") == up
    # The page has no days of a platform or an outcome, and so no usual range.
    assert direction(reader, "platforms", "Android") == up.split()[0]
    assert direction(reader, "outcomes-authorization", "Timed out") == down
    text = reader.page.locator("[data-part=outcomes-authorization] tr", has_text="Timed out").inner_text()
    assert ("−50.0%" if name == "better" else "+100.0%") in text
    # Said by sign and word as well as by colour.
    assert ("lower" if name == "better" else "higher") in text


@pytest.mark.parametrize(("name", "expected"), [("better", "down"), ("worse", "up")])
def test_a_user_s_own_choice_is_neither_good_nor_bad(
    read_site: ReadSite, site_of: Callable[..., Path], name: str, expected: str
) -> None:
    def won(back: int) -> int:
        return (80 if name == "better" else 60) if back < 7 else (60 if name == "better" else 80)

    reader = read_site(site_of(name, won=won, left=lambda back: (100 - won(back)) // 2))
    reader.open("apps/shop/index.html", lang="en", days=7)
    assert direction(reader, "outcomes-authorization", "Cancelled by user") == expected


def test_a_page_says_how_old_it_is_by_the_clock_of_its_reader(
    read_site: ReadSite, site_of: Callable[..., Path]
) -> None:
    reader = read_site(site_of("calm"), fresh=True)
    page = reader.open("index.html", lang="en")
    assert page.locator("[data-part=ago]").inner_text() == "1 day ago"
    assert page.locator("[data-part=stale]").is_hidden()
    page.clock.set_fixed_time(reader.made_at + timedelta(days=2))
    page = reader.open(f"days/{day(3)}.html", lang="zh")
    assert page.locator("[data-part=ago]").inner_text() == "6 天前"
    assert page.locator("[data-part=stale]").inner_text() == f"本页生成于 2 天前，数据截至 {AS_OF}：不含之后的日期。"
    page.locator(".trust summary").click()
    assert (
        "仍可能变化：这一天的迟到记录计入至 2027-05-02；4 天前的数据：过去 60 天里没有改过。"
        in page.locator(".trust").inner_text()
    )
