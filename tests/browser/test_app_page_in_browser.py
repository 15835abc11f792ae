"""An app's own page: what is wrong first, rates before counts, only what the app has, a sentence where it has nothing.

Its figures are read back in `test_read_back.py`, its incidents in `test_incidents_in_browser.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, rendered
from tests.browser.dom import table_rows
from tests.data.published_tables import HOSTILE_NAMES, day, steady

SHOP = f"apps/{app_folder('shop', ['Shop'])}/index.html"


def test_incidents_stand_on_top_and_rates_before_counts(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en")
    places = [
        page.locator(selector).first.evaluate("one => one.getBoundingClientRect().top")
        for selector in (
            "[data-incident]", "[data-chart=technical_success_rate]", "[data-part=summary]", "[data-part=versions]",
            "[data-part=cards]", "[data-chart=usage]", "[data-part=packages]",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    charts = page.eval_on_selector_all("[data-chart]", "all => all.map((one) => one.dataset.chart)")
    assert charts[:3] == ["technical_success_rate", "authorization_rate", "authorizations"]


def test_the_cards_stand_apart_from_what_is_above_them(reader: Reader) -> None:
    page = reader.open(SHOP, lang="zh", days=7)
    page.set_viewport_size({"width": 1280, "height": 900})
    above, cards = (page.locator(one).first.bounding_box() for one in ("[data-sections=login]", ".cards"))
    assert above
    assert cards
    assert cards["y"] - above["y"] - above["height"] >= 12


def test_the_version_that_fails_shows_its_rate_its_share_and_its_first_day(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en", days=30)
    rows = {row[0]: row for row in table_rows(page, "[data-part=versions] table")}
    assert rows.keys() == {"2.13.0", "2.14.0", "2.15.0 New", "Unknown"}
    assert rows["2.15.0 New"][-1] == str(day(10))
    # Each has its course, on the scale of all.
    assert page.locator("[data-part=versions] svg.sparkline path.lit").count() == len(rows)
    reader.press("7")
    assert "2.15.0" in {row[0] for row in table_rows(page, "[data-part=versions] table")}


def test_a_version_with_a_hostile_name_is_text(reader: Reader) -> None:
    page = reader.open("apps/img/index.html", lang="en", by="version")
    assert page.locator("[data-legend=timed] button").all_text_contents() == [HOSTILE_NAMES["img"], "Unknown"]
    assert HOSTILE_NAMES["img"][:9] in page.locator("[data-layer='30'] .end-labels text").first.inner_html().replace(
        "&lt;", "<"
    )
    assert HOSTILE_NAMES["img"] in page.locator("[data-part=versions] bdi").all_text_contents()
    assert page.locator("main img").count() == 0


def test_an_app_with_one_channel_shows_one(reader: Reader) -> None:
    page = reader.open("apps/cmd/index.html", lang="zh")
    for language, name in (("zh", "一键登录"), ("en", "One-click login")):
        reader.speak(language)
        assert [row[0] for row in table_rows(page, "[data-part=summary] table")] == [name]
    assert page.locator("[data-chart=share]").is_hidden()
    page = reader.open(SHOP, lang="en")
    assert [row[0] for row in table_rows(page, "[data-part=summary] table")] == [
        "One-click login", "WeChat", "All four channels",
    ]  # fmt: skip
    assert page.locator("[data-chart=share]").is_visible()


def test_an_app_without_records_says_so_and_what_to_do(read_site: Callable[..., Reader], tmp_path: Path) -> None:
    reader = read_site(rendered(steady(tmp_path / "authmeter.duckdb", stopped=31)))
    page = reader.open("apps/old/index.html", lang="zh")
    for language, words in {"zh": f"最近一次是 {day(31)} 周六", "en": f"the newest is of {day(31)} Sat"}.items():
        reader.speak(language)
        assert words in page.locator("[data-part=silent]").inner_text()
    assert page.locator("[data-part=silent]").inner_text().count(".") == 1
    assert page.locator("[data-chart], .card").count() == 0
    assert page.locator("[data-part=facts]").is_visible()
    assert page.locator("a[href$='old_usage_detail.csv']").is_visible()


def test_an_app_that_is_disabled_says_so(reader: Reader) -> None:
    page = reader.open("apps/idle/index.html", lang="zh")
    for language, words in {"zh": "这个应用未开通，没有记录", "en": "This app is disabled and has no record"}.items():
        reader.speak(language)
        said = page.locator("[data-part=silent]").inner_text()
        assert words in said
        # The next step, in the same sentence.
        assert "registry/apps.csv" in said
        assert page.locator("[data-part=silent]").count() == 1
    # What is compared is said of figures, and there is none.
    assert page.locator("[data-coverage]").count() == 0
    reader.speak("zh")
    reader.open("index.html", lang="zh")
    assert "未开通，近 30 天没有记录" in page.locator(".apps tr", has_text="Idle").inner_text()


def test_an_app_without_schemes_says_so_in_a_sentence_in_every_window(reader: Reader) -> None:
    for days in (7, 30):
        page = reader.open("apps/idle/index.html", lang="zh", days=days)
        for language, words in {"zh": "没有此应用的方案", "en": "No scheme of this app is in registry"}.items():
            reader.speak(language)
            assert words in page.locator("[data-part=packages]").inner_text()
            assert page.locator("[data-part=packages] table").count() == 0


def test_an_incident_of_an_app_that_nobody_registered_is_marked(reader: Reader) -> None:
    page = reader.open("index.html", lang="zh")
    part = page.locator('[data-incident="all-rate"] .incident-parts li', has_text="ghost")
    assert "未登记的应用" in (part.text_content() or "")
    assert page.locator('[data-incident="shop-rate"] .badge.unregistered').count() == 0
    page = reader.open("apps/ghost/index.html", lang="en")
    assert "Unregistered app" in page.locator('[data-incident="ghost-rate"]').inner_text()


def test_counts_of_what_an_app_has_not_are_left_out(reader: Reader) -> None:
    page = reader.open("apps/cmd/index.html", lang="en")
    metrics = "all => all.map((one) => one.dataset.metric)"
    assert page.eval_on_selector_all(".card h2 [data-metric]", metrics) == [
        "number_verifications", "one_click_verifications", "local_verifications",
    ]  # fmt: skip
    assert "third_party_authorizations" not in page.eval_on_selector_all("[data-part=periods] [data-metric]", metrics)
    page = reader.open(SHOP, lang="en")
    assert page.locator("#card-third_party_authorizations, [data-part=periods] tr").count() > 1
    page = reader.open("usage.html", lang="en")
    assert page.locator("#card-third_party_authorizations").count() == 1


def test_an_app_whose_newest_record_is_of_the_first_of_the_30_days_has_its_figures(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    reader = read_site(rendered(steady(tmp_path / "authmeter.duckdb", stopped=29)))
    page = reader.open("apps/old/index.html", lang="en")
    assert page.locator("[data-part=silent]").count() == 0
    assert page.locator("[data-chart]").count() > 3
