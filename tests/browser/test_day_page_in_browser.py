"""Tests the page of a day: its incidents, notes and largest changes, also on a phone.

`page_texts` has the figures of the page.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SHOP, Look, Reader, World, choices_of
from tests.browser.dom import table_rows
from tests.browser.tour import PHONE
from tests.data import site_logs
from tests.data.published_tables import HOSTILE_NAMES, day
from tests.support import published_rows


@pytest.mark.parametrize(
    ("back", "tally"),
    [
        # In the example `shop-rate` began 10 days ago, `all-rate` 5; `missing-day` had its one day 3 days ago.
        (10, "1 began on this day"),
        (9, "1 already under way"),
        (3, "1 began on this day 2 already under way 1 ended on this day"),
    ],
)
def test_a_day_counts_incidents_that_began_continued_and_ended(look: Look, back: int, tally: str) -> None:
    assert look(f"days/{day(back)}.html").one(".tally").words == tally
    assert "当日" in look(f"days/{day(10)}.html", "zh").one(".tally").text


def test_notes_on_a_day_are_on_its_page_with_their_app(look: Look) -> None:
    (note,) = look(f"days/{day(9)}.html").all(".noted-panel .noted")
    assert note.text.split("\n") == ["商城", "SDK 2.15.0 发布"]
    assert note.one("a").target == f"../{SHOP}"
    (note,) = look(f"days/{day(12)}.html", "zh").all(".noted-panel .noted")
    assert note.text.split("\n") == ["全部应用", "an earlier campaign"]
    page = look(f"days/{day(1)}.html", opened=True)
    assert HOSTILE_NAMES["img"] in page.contents(".noted-panel bdi")
    assert page.count("main img") == 0
    assert look(f"days/{day(15)}.html").count(".noted-panel") == 0


def test_a_move_outside_the_usual_range_is_red_and_one_within_is_grey(look: Look) -> None:
    page = look(f"days/{day(2)}.html", name="low-sunday")
    ((name, channel, now, usual, span, moved, rate, usual_rate),) = page.rows(".day-movers")
    assert (name, channel) == ("商城", "One-click login · Authorizations")
    # The eight weeks before had 71, 72, ..., 77, 70; three times its root to either side.
    assert (now, usual, span) == ("40", "74", "48 – 99")
    assert (moved, rate, usual_rate[:3]) == ("−34 ▼−45.9%lower", "44.44%", "81.")
    assert page.count(".day-movers .inside") == 0
    assert "bad" in page.one(".day-movers tr.below .change").classes
    page = look(f"days/{day(1)}.html", name="low-sunday")
    ((_, _, now, _, _, moved, _, _),) = page.rows(".day-movers")
    assert now == "71"
    assert moved.endswith("within the usual")
    assert "%" not in moved
    assert page.count(".day-movers .inside") == 1


def test_a_usual_range_names_no_count_outside_of_it(read_site: Callable[..., Reader]) -> None:
    reader = read_site("just-below")
    for choices in ({}, {"app": "shop"}):
        page = reader.open(f"days/{day(2)}.html", lang="en", **choices)
        table = "[data-part=app-day] .day-movers" if choices else "[data-all-apps] .day-movers"
        page.wait_for_selector(table)
        ((*_, now, usual, span, moved, _, _),) = table_rows(page, table)
        # Three times the root of 18 to either side: from 5.27 to 30.73.
        assert (now, usual, span) == ("5", "18", "6 – 30")
        assert moved.endswith("lower")
    # The briefing has the verifications: from 21.03 to 58.97.
    page = reader.open("index.html", lang="en")
    assert page.locator("#card-one_click_verifications .usual").inner_text() == "usual 22 – 58"


def test_channel_and_metric_of_a_move_stay_together_on_a_phone(read_site: Callable[..., Reader]) -> None:
    reader = read_site("low-sunday")
    reader.page.set_viewport_size(PHONE)
    page = reader.open(f"days/{day(2)}.html", lang="zh")
    cell = page.locator(".day-movers td.word").first
    assert "·" in cell.inner_text()
    # Beside the label the cell has one part, so that a long one does not wrap in the middle of its own words.
    assert cell.evaluate("(cell) => cell.children.length === 1 && cell.textContent === cell.firstChild.textContent")


def test_a_day_with_too_few_weeks_before_it_compares_nothing(look: Look) -> None:
    page = look(f"days/{day(15)}.html")
    assert page.count(".day-movers") == 0
    assert "Nothing moved, or too few days came before" in page.one("main").text


def test_a_day_whose_week_before_has_no_data_is_not_comparable(read_site: Callable[..., Reader]) -> None:
    reader = read_site("logged")
    for choices, cards in (({}, ".card .change:visible"), ({"app": "shop"}, "[data-part=app-day] .card .change")):
        page = reader.open(f"days/{site_logs.day(site_logs.MISSING_BACK - 7)}.html", lang="zh", **choices)
        page.wait_for_selector(cards)
        for language, words in (("zh", "不可比"), ("en", "not comparable")):
            reader.speak(language)
            assert page.locator(cards).all_inner_texts() == [words] * 4


def test_the_first_day_of_an_app_is_compared_with_a_count_of_zero(
    read_site: Callable[..., Reader], world: World
) -> None:
    query = "SELECT min(day), app_key FROM usage_daily GROUP BY ALL ORDER BY ALL DESC LIMIT 1"
    ((first, app),) = published_rows(world("logged") / "authmeter.duckdb", query)
    # A week before, the other apps logged.
    assert site_logs.day(site_logs.DAYS - 8) <= first < site_logs.day(site_logs.MISSING_BACK)
    page = read_site("logged").open(f"days/{first}.html", lang="en", app=app)
    page.wait_for_selector("[data-part=app-day] .card")
    assert set(page.locator("[data-part=app-day] .card .change").all_inner_texts()) == {"no base to compare"}


def test_a_phone_shows_moves_and_channels_whole(look: Look) -> None:
    page = look(f"days/{day(10)}.html", "zh", width=390)
    for table in (".day-movers", ".summary"):
        assert page.count(f"{table} tbody tr") > 2
        assert max(cell.box[2] for cell in page.all(f"{table} tbody td, {table} tbody th")) <= 390
    # The incident is before all of them.
    assert page.one("[data-incident]").box[1] < 400


def test_a_day_of_an_app_has_its_own_notes_and_all_its_channels(read_site: Callable[..., Reader]) -> None:
    reader = read_site("varied")
    page = reader.open(f"days/{day(2)}.html", lang="en", app="shop")
    page.wait_for_selector(".app-day-channels")
    assert sorted(page.locator(".noted-panel dd:visible").all_inner_texts()) == ["its own", "of all"]
    rows = table_rows(page, ".app-day-channels")
    assert [(row[0], *row[3:]) for row in rows] == [
        ("One-click login", "70", "100", "10", "20"), ("Text message", "5", "8", "0", "3"),
    ]  # fmt: skip
    # The only note of this day is of another app.
    page = reader.open(f"days/{day(3)}.html", lang="en", app="shop")
    page.wait_for_selector(".app-day-channels")
    assert page.locator(".noted-panel:visible").count() == 0
    assert [row[0] for row in table_rows(page, ".app-day-channels")] == ["One-click login"]


PARTS = {
    # The whole, a part that is listed with it, one beyond the five, and an app without an incident.
    "a0": (["App 0"], 0), "a1": (["App 0", "App 1"], 0), "a7": ([], 1), "shop": ([], 0),
}  # fmt: skip


@pytest.mark.parametrize("app", PARTS)
def test_a_day_of_an_app_has_its_own_incident_among_many_parts(read_site: Callable[..., Reader], app: str) -> None:
    names, linked = PARTS[app]
    page = read_site("varied").open(f"days/{day(2)}.html", lang="en", app=app)
    page.wait_for_selector("[data-part=app-day-head] .note")
    assert page.locator(".incidents-panel a.incident-text:visible bdi").all_inner_texts() == names
    assert page.locator(".incident-parts li:visible", has_text="more that are part").count() == 0
    said = page.locator("[data-part=app-day-head] .note").inner_text()
    assert said.startswith("Below:" if names else "This app has" if linked else "No incident of this app")
    links = page.locator("[data-part=app-day-head] .note a")
    assert links.evaluate_all("all => all.map(({pathname}) => pathname.split('/').slice(-2).join('/'))") == (
        [f"{app}/index.html"] * linked
    )


def test_the_day_of_an_app_keeps_its_folds_and_leads_to_other_days_of_it_and_to_all_apps(reader: Reader) -> None:
    page = reader.open(f"days/{day(2)}.html", lang="en", app="shop", open="records")
    page.wait_for_selector(".app-day-channels")
    assert page.locator("#records dl").is_visible()
    reader.speak("zh")
    assert page.locator("#records summary").inner_text() == "逐条记录"
    assert page.locator("#records dl").is_visible()
    reader.speak("en")
    # The page of all apps for the data day is the briefing.
    for link, back in (("next", 1), ("next", 0), ("prev", 1)):
        page.locator(f"a[rel={link}]").click()
        page.wait_for_url(f"**/days/{day(back)}.html*")
        page.wait_for_selector(".app-day-channels")
        assert "商城" in page.locator("h1").inner_text()
    # A jump is a step of the browser, after which links are written again.
    page.locator("a.skip").press("Enter")
    page.wait_for_url("**#content")
    page.get_by_role("link", name="All apps", exact=True).click()
    page.wait_for_selector("[data-all-apps]:visible")
    assert "app" not in choices_of(page)


def test_the_folder_of_the_site_may_be_in_one_named_apps(tab: Page, world: World, tmp_path: Path) -> None:
    site = tmp_path / "apps" / "site"
    shutil.copytree(world("example") / "site", site)
    reader = Reader(tab, site)
    try:
        page = reader.open(f"days/{day(5)}.html", lang="en", app="shop")
        page.wait_for_selector(".app-day-channels")
        ids = page.locator(".incident:visible").evaluate_all("all => all.map(({dataset}) => dataset.incident)")
        # One of all apps, and one of the app.
        assert ids == ["all-rate", "shop-rate"]
    finally:
        reader.close()
