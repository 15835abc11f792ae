"""What a reader meets: pages that work from a folder, in two languages, with the database's numbers."""

import json
from pathlib import Path

import duckdb
import pytest
from report_database import AS_OF, HOSTILE_NAMES, MISSING_BACK, day

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["index.html", "usage.html", "monitor.html", "quality.html", "metrics.html", "apps/cmd/index.html"]


def visible(page, selector: str) -> list[str]:
    return [one.inner_text().strip() for one in page.locator(selector).all() if one.is_visible()]


def points(page, chart: str) -> dict[str, list]:
    """The x and y of every trace that Plotly has drawn."""
    traces = page.eval_on_selector(f"[data-chart={chart}]", "one => one.data.map(t => [t.meta.series, [t.x, t.y]])")
    return dict(traces)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_opens_without_complaint_in_either_language(reader, path, language):
    page = reader.open(f"{path}?lang={language}")
    assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[language]
    hidden = {"zh": "en", "en": "zh-CN"}[language]
    assert not any(one.is_visible() for one in page.locator(f"main [lang={hidden}]").all())
    assert page.locator("h1").is_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_page_has_a_serious_fault_of_accessibility(reader, path, width, scheme):
    reader.page.emulate_media(color_scheme=scheme)
    reader.page.set_viewport_size({"width": width, "height": 900})
    page = reader.open(path)
    for details in page.locator("summary").all():
        details.click()
    page.evaluate(AXE.read_text("utf-8"))
    # Without `preload` axe would fetch the style sheet, which the policy forbids.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps([(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in serious], indent=1)


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_needs_no_sideways_scrolling_of_the_page(reader, path):
    reader.page.set_viewport_size({"width": 390, "height": 800})
    page = reader.open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_language_goes_along(reader):
    page = reader.open("index.html")
    assert page.locator("h1").inner_text() == "报表中心"
    page.get_by_role("button", name="English").click()
    assert page.locator("h1").inner_text() == "Report centre"
    assert page.url.endswith("?lang=en")
    assert page.title() == "Report centre · authmeter"
    page.locator("nav a", has_text="Usage").click()
    reader.ready()
    assert page.url.endswith("usage.html?lang=en")
    assert page.locator("h1").inner_text() == "Usage"
    assert visible(page, "table[data-table=apps] thead th:nth-child(1)") == ["Platform"]
    # Without an address that says so, the choice made before holds.
    page = reader.open("metrics.html")
    assert page.locator("h1").inner_text() == "Metrics"


def test_the_switch_changes_charts_tables_and_coverage_together(reader):
    page = reader.open("monitor.html?lang=en")
    assert len(points(page, "authorizations")["wechat"][0]) == 30
    assert "29 of 30 days with data" in visible(page, "[data-show] .coverage, .note[data-show]")[0]
    month = visible(page, "table.summary tbody tr:nth-child(2) td:nth-child(2)")
    page.locator("[data-switch=charts] button", has_text="7 days").click()
    page.wait_for_selector('[data-chart=authorizations][data-ready="en light 7"]')
    assert points(page, "authorizations")["wechat"][0] == [day(b).isoformat() for b in range(6, -1, -1)]
    assert "6 of 7 days with data" in visible(page, ".note[data-show]")[0]
    assert month == [f"{6 * 59}"]
    assert visible(page, "table.summary tbody tr:nth-child(2) td:nth-child(2)") == [f"{6 * 12}"]
    shop = page.locator("table[data-table=apps] tbody tr", has_text="商城")
    assert shop.locator("td").nth(2).inner_text() == f"{22 * 12}"


def test_charts_have_the_numbers_of_the_tables_and_a_gap(reader):
    page = reader.open("apps/cmd/index.html?lang=en")
    database = reader.site.parent / "authmeter.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        expected = connection.execute(
            "SELECT channel, list(authorizations ORDER BY day) FROM login_trend "
            "WHERE app_key = 'cmd' AND window_days = 30 GROUP BY channel"
        ).fetchall()
    drawn = points(page, "authorizations")
    assert {channel: y for channel, (_, y) in drawn.items()} == dict(expected)
    assert drawn["one_click"][1][29 - MISSING_BACK] is None
    page.locator("summary").first.click()
    table = page.locator("[data-chart-table=authorizations] tbody tr")
    assert table.nth(0).inner_text().split("\t") == [AS_OF.isoformat(), "4", "0", "0", "0"]
    assert table.nth(MISSING_BACK).inner_text().split("\t") == [day(MISSING_BACK).isoformat(), "—", "—", "—", "—"]


def test_nothing_can_be_sent_from_a_chart(reader):
    page = reader.open("usage.html")
    assert page.locator(".modebar-btn").count() == 0
    page.evaluate("fetch('https://example.invalid/').catch(() => 0)")
    assert any("connect-src" in text for text in reader.complaints)
    reader.complaints.clear()
    reader.requests.clear()


def test_the_app_table_sorts_searches_and_switches(reader):
    page = reader.open("usage.html?lang=en")
    body = page.locator("table[data-table=apps] tbody")

    def first() -> list[str]:
        return body.locator("tr").first.locator("td").all_inner_texts()

    assert first()[1] == "商城 shop"
    assert first()[4] == f"{30 * 59:,}"
    page.locator("[data-switch=apps] button", has_text="Data day").click()
    assert first()[4] == "30"
    page.locator("table[data-table=apps] thead th", has_text="Third-party").locator("[role=button]").first.click()
    assert first()[7] == "6"
    page.get_by_label("Search").fill("ghost")
    assert body.locator("tr").count() == 1
    assert first()[3] == "Unregistered"
    page.get_by_role("button", name="中文").click()
    assert page.get_by_label("搜索").input_value() == "ghost"
    assert first()[3] == "未注册"


def test_an_app_is_reached_and_its_csv_lies_beside_it(reader):
    page = reader.open("usage.html?lang=en")
    page.get_by_label("Search").fill("CON")
    page.locator("table[data-table=apps] tbody a", has_text="Console").click()
    reader.ready()
    assert page.locator("h1").inner_text() == "Console"
    assert page.locator(".actions a").get_attribute("href") == "usage_detail.csv"


@pytest.mark.parametrize("key", HOSTILE_NAMES)
def test_a_hostile_name_is_only_text(reader, key):
    page = reader.open(f"apps/{key}/index.html")
    assert page.locator("h1").inner_text() == HOSTILE_NAMES[key]
    assert page.title() == f"{HOSTILE_NAMES[key]} · authmeter"
    page = reader.open("usage.html")
    page.get_by_label("搜索").fill(key)
    cell = page.locator("table[data-table=apps] tbody td:nth-child(2)", has=page.locator(f"code:text-is('{key}')"))
    assert cell.locator("bdi").inner_text() == HOSTILE_NAMES[key]
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_printing_is_light_and_complete(reader):
    reader.page.emulate_media(color_scheme="dark")
    page = reader.open("apps/cmd/index.html")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_selector('[data-chart=usage][data-ready="zh light 30"]')
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
