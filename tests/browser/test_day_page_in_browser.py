"""The page of a day: what went wrong on it, what is known of it, what moved; on a phone each in its width.

Its figures are read back in `test_read_back_overviews.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Reader, rendered
from tests.browser.dom import table_rows
from tests.data.published_tables import HOSTILE_NAMES, day, steady


@pytest.mark.parametrize(
    ("back", "tally"),
    [
        # Of the example, `shop-rate` began 10 days ago; `all-rate` 5; `missing-day` had its one day 3 days ago.
        (10, "1 began on this day"),
        (9, "1 were under way"),
        (5, "1 began on this day 1 were under way"),
        (3, "1 began on this day 2 were under way for 1 it was the last day"),
    ],
)
def test_a_day_says_what_began_on_it_and_what_ended(reader: Reader, back: int, tally: str) -> None:
    page = reader.open(f"days/{day(back)}.html", lang="en")
    assert " ".join(page.locator(".tally").inner_text().split()) == tally
    reader.speak("zh")
    assert "当日" in page.locator(".tally").inner_text()


def test_the_notes_on_a_day_stand_on_its_page_with_their_app(reader: Reader) -> None:
    page = reader.open(f"days/{day(9)}.html", lang="en")
    note = page.locator(".noted-panel .noted")
    assert note.inner_text().split("\n") == ["商城", "SDK 2.15.0 发布"]
    note.get_by_role("link").click()
    reader.settle()
    assert page.locator("h1").inner_text() == "商城"
    page = reader.open(f"days/{day(12)}.html", lang="zh")
    assert page.locator(".noted-panel .noted").inner_text().split("\n") == ["全部应用", "an earlier campaign"]
    page = reader.open(f"days/{day(1)}.html", lang="en")
    assert HOSTILE_NAMES["img"] in page.locator(".noted-panel bdi").all_text_contents()
    assert page.locator("main img").count() == 0
    page = reader.open(f"days/{day(20)}.html", lang="en")
    assert page.locator(".noted-panel").count() == 0


def test_what_is_within_the_usual_is_grey_and_what_is_not_has_its_change(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    # From 70 to 77 came, so that 74 is usual; on one Sunday 40 came.
    reader = read_site(
        rendered(steady(tmp_path / "authmeter.duckdb", won=lambda back: 40 if back == 2 else 70 + back % 8))
    )
    page = reader.open(f"days/{day(2)}.html", lang="en")
    ((name, channel, now, usual, span, moved, rate, usual_rate),) = table_rows(page, ".day-movers")
    assert (name, channel) == ("商城", "One-click login · Authorizations")
    # Of the eight weeks before: 71, 72, ..., 77, 70; three times its root to either side.
    assert (now, usual, span) == ("40", "74", "48 – 99")
    assert moved == "−34 ▼−45.9%lower"
    assert (rate, usual_rate[:3]) == ("44.44%", "81.")
    assert page.locator(".day-movers .inside").count() == 0
    page = reader.open(f"days/{day(1)}.html", lang="en")
    ((_, _, now, _, _, moved, _, _),) = table_rows(page, ".day-movers")
    assert now == "71"
    assert moved.endswith("within the usual")
    assert page.locator(".day-movers .inside").count() == 1
    assert "%" not in moved


def test_a_move_outside_the_usual_range_is_red(read_site: Callable[..., Reader], tmp_path: Path) -> None:
    reader = read_site(
        rendered(steady(tmp_path / "authmeter.duckdb", won=lambda back: 45 if back == 2 else 70 + back % 8))
    )
    page = reader.open(f"days/{day(2)}.html", lang="en")
    change = page.locator(".day-movers tr.below .change")
    assert change.inner_text().startswith("▼−39.2%")
    assert change.evaluate("one => one.classList.contains('bad')")


def test_a_day_with_too_few_weeks_before_it_compares_nothing(reader: Reader) -> None:
    page = reader.open(f"days/{day(21)}.html", lang="en")
    assert page.locator(".day-movers").count() == 0
    assert "Nothing moved, or too few days came before" in page.locator("main").inner_text()


def test_a_phone_shows_the_moves_and_the_channels_whole(reader: Reader) -> None:
    page = reader.open(f"days/{day(10)}.html", lang="zh")
    page.set_viewport_size({"width": 390, "height": 844})
    for table in (".day-movers", ".summary"):
        assert page.locator(f"{table} tbody tr").count() > 2
        widest = page.eval_on_selector_all(
            f"{table} tbody :is(th, td)", "all => Math.max(...all.map((one) => one.getBoundingClientRect().right))"
        )
        assert widest <= 390
    # The incident stands before all of them.
    assert page.locator("[data-incident]").first.evaluate("one => one.getBoundingClientRect().top") < 400
