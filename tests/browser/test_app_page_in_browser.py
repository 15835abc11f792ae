"""Tests an app's own page: faults come first, rates come before counts, and a sentence replaces a part without data.

`page_texts` has the figures of the page, `test_incidents_in_browser.py` tests its incidents.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import SHOP, Look, Reader
from tests.browser.dom import table_rows
from tests.data.published_tables import HOSTILE_NAMES, day


def test_incidents_are_on_top_and_rates_before_counts(look: Look) -> None:
    page = look(SHOP)
    parts = (
        "[data-incident]", "[data-chart=technical_success_rate]", "[data-part=summary]", "[data-part=versions]",
        "[data-part=cards]", "[data-chart=usage]", "[data-part=packages]",
    )  # fmt: skip
    tops = [page.one(part).box[1] for part in parts]
    assert tops == sorted(tops)
    charts = [one["data-chart"] for one in page.all("[data-chart]")]
    assert charts[:3] == ["technical_success_rate", "authorization_rate", "authorizations"]
    assert page.one(".cards").box[1] - page.one("[data-sections=login]").box[3] >= 12


def test_a_failing_version_shows_its_rate_its_share_and_its_first_day(look: Look) -> None:
    page = look(SHOP)
    rows = {row[0]: row for row in page.rows("[data-part=versions] table")}
    assert rows.keys() == {"2.13.0", "2.14.0", "2.15.0 New", "Unknown"}
    assert rows["2.15.0 New"][-1] == str(day(10))
    # Each has its course, on a common scale.
    assert page.count("[data-part=versions] svg.sparkline path.lit") == len(rows)
    # Within seven days it is not new.
    assert "2.15.0" in {row[0] for row in look(SHOP, width=390, days=7).rows("[data-part=versions] table")}


@pytest.mark.parametrize("is_own_page", [True, False])
def test_a_reader_who_asks_gets_every_version_of_an_app(read_site: Callable[..., Reader], is_own_page: bool) -> None:
    """At first, the page of an app and the monitoring page of this app list four versions, and one row for all
    others.
    """
    reader = read_site("full")
    (app,) = (one.name for one in (reader.site / "apps").iterdir())
    path = f"apps/{app}/index.html" if is_own_page else "monitor.html"
    page = reader.open(path, lang="en", days=30, **({} if is_own_page else {"app": app}))
    page.wait_for_selector("[data-part=versions] .all-versions")
    short = table_rows(page, "[data-part=versions] table")
    button = page.get_by_role("button", name="List all")
    count = int(button.inner_text().split()[2])
    assert (len(short), short[-1][0]) == (5, f"{count - 4} other versions")
    button.click()
    page.wait_for_selector("[data-part=versions] .all-versions", state="detached")
    # The list stays when the reader chooses another window.
    for key in ("3", "7"):
        reader.press(key)
        rows = len(table_rows(page, "[data-part=versions] table"))
        assert 5 < rows <= count
        assert page.locator("[data-part=versions] svg.sparkline").count() == rows
    if not is_own_page:
        # They are the app's own.
        page.locator("[data-picker-all]").click()
        page.wait_for_function("document.querySelector('[data-picker-all]').hidden")
        assert page.locator(".all-versions").count() == 0


@pytest.mark.parametrize(("language", "form"), [("zh", r"[\d,.]+[万亿]"), ("en", r"[\d,.]+[MB]")])
def test_a_long_count_is_shortened_beside_the_exact_one(look: Look, language: str, form: str) -> None:
    page = look("usage.html", language, "full")
    for card in page.all(".card"):
        for short, exact in zip(card.texts(".short"), card.texts(".exact"), strict=True):
            assert re.fullmatch(form, short)
            assert re.fullmatch(r"\d{1,3}(,\d{3})+", exact)


def test_a_version_with_a_hostile_name_is_text(look: Look) -> None:
    page = look("apps/img/index.html", by="version")
    assert page.contents("[data-legend=timed] button") == [HOSTILE_NAMES["img"], "Unknown"]
    assert page.one("[data-layer='30'] .end-labels text").content.startswith(HOSTILE_NAMES["img"][:9])
    assert HOSTILE_NAMES["img"] in page.contents("[data-part=versions] bdi")
    assert page.count("main img") == 0


def test_an_app_has_the_channels_the_charts_and_the_counts_that_it_uses(look: Look) -> None:
    for language, name in (("zh", "一键登录"), ("en", "One-click login")):
        page = look("apps/cmd/index.html", language, opened=language == "en")
        assert [row[0] for row in page.rows("[data-part=summary] table")] == [name]
    assert not page.one("[data-chart=share]").visible
    assert [one["data-metric"] for one in page.all(".card h2 [data-metric]")] == [
        "number_verifications", "one_click_verifications", "local_verifications",
    ]  # fmt: skip
    assert page.count("[data-part=periods] [data-metric=third_party_authorizations]") == 0
    timed = ("technical_success_rate", "authorization_rate", "authorizations", "latency_p50_ms")
    for chart, series in {**dict.fromkeys(timed, "one_click"), "usage": "one_click_verifications"}.items():
        traces = page.one(f"[data-chart={chart}] [data-layer='30']").chart["traces"]
        assert [trace["series"] for trace in traces] == [series]
    assert page.texts("[data-legend=timed] button") == ["One-click login"]
    assert page.count("[data-legend=usage] button") == 1
    page = look(SHOP)
    assert [row[0] for row in page.rows("[data-part=summary] table")] == [
        "One-click login", "WeChat", "All four channels",
    ]  # fmt: skip
    assert page.one("[data-chart=share]").visible
    for path in (SHOP, "usage.html"):
        assert look(path).count("#card-third_party_authorizations") == 1


# The newest record is older than the 30 days; the app is disabled and never had a record.
SILENT = {
    ("old", "stopped"): {"zh": f"最近一次是 {day(31)} 周六", "en": f"the newest is of {day(31)} Sat"},
    ("idle", "example"): {"zh": "这个应用未开通，没有记录", "en": "This app is disabled and has no record"},
}


@pytest.mark.parametrize(("app", "name"), SILENT)
def test_an_app_without_records_says_so_and_the_next_step(look: Look, app: str, name: str) -> None:
    for language, words in SILENT[app, name].items():
        page = look(f"apps/{app}/index.html", language, name)
        (silent,) = page.texts("[data-part=silent]")
        assert words in silent
        assert page.count("[data-chart], .card, [data-coverage]") == 0
        if app == "idle":
            # Links to files that the site does not have are not drawn.
            files = "[data-part=months], [data-part=xlsx], a[href*=records_]"
            assert not any(one.visible for one in page.all(files))
            assert page.all(files), "they are hidden"
            assert "registry/apps.csv" in silent
        else:
            assert silent.count(".") == (language == "en")
    assert page.one("[data-part=facts]").visible
    assert page.one(f"a[href$='{app}_usage_detail.csv']").visible
    if app == "idle":
        assert "未开通，近 30 天没有记录" in look("index.html", "zh").one(".apps tr", "Idle").words


def test_an_incident_of_an_unregistered_app_is_marked(look: Look) -> None:
    page = look("index.html", "zh")
    part = page.one('[data-incident="all-rate"] .incident-parts li', "ghost")
    assert "未登记的应用" in part.content
    assert page.count('[data-incident="shop-rate"] .badge.unregistered') == 0
    assert "Unregistered app" in look("apps/ghost/index.html").one('[data-incident="ghost-rate"]').text


def test_an_app_with_a_record_on_the_first_of_the_30_days_has_figures(look: Look) -> None:
    page = look("apps/recent/index.html", name="stopped")
    assert page.count("[data-part=silent]") == 0
    assert page.count("[data-chart]") > 3


def test_versions_are_sorted_by_their_numbers(reader: Reader) -> None:
    def renamed(route: Route) -> None:
        body = next((reader.site / SHOP).parent.glob("figures.js")).read_text("utf-8")
        route.fulfill(body=body.replace('"2.14.0"', '"2.9"').replace('"2.15.0"', '"2.10"'))

    reader.page.route("**/figures.js*", renamed)
    page = reader.open(SHOP, lang="en")
    page.locator("[data-part=versions] th .order").first.click()
    names = [row[0] for row in table_rows(page, "[data-part=versions] table")]
    assert names == ["2.9", "2.10 New", "2.13.0", "Unknown"]
