"""Tests that an incident has the same words in the briefing, on its app's page and on its days, and is marked in
charts.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import SHOP, Look, Reader
from tests.browser.snapshot import Node
from tests.data.published_tables import HOSTILE_NAMES, OPEN_INCIDENTS, day

PAGES = ("index.html", SHOP, f"days/{day(10)}.html", f"days/{day(0)}.html")
each_language = pytest.mark.parametrize("language", ["zh", "en"])
# The words of the first incident of the example, besides its app, first day and note.
SAID = {
    "zh": ("一键登录成功率 96% → 45%", f"{day(0):%m-%d} 少 139 次登录", "Android & SDK 2.15.0 仅 26%",
           "进行中 · 已确认", "2,501", "超时 600015 · 错误"),
    "en": ("One-click login success rate 96% → 45%", f"139 fewer sign-ins on {day(0):%m-%d}",
           "Android & SDK 2.15.0 only 26%", "Open · acknowledged", "2,501", "Timed out 600015 · Error"),
}  # fmt: skip


def incident_of(page: Node, incident_id: str) -> Node:
    (found,) = page.all(f'[data-incident="{incident_id}"]')
    return found


@pytest.mark.parametrize("path", PAGES)
@each_language
def test_an_incident_has_the_same_words_on_every_page(look: Look, path: str, language: str) -> None:
    one = incident_of(look(path, language), "shop-rate")
    assert one.visible
    said = SAID[language]
    if path == "index.html":
        # A bar beside that of the rest.
        said = (*said[:2], said[2].replace(" 仅 ", " ").replace(" only ", " "), *said[3:])
    for piece in ("商城", f"{day(10):%m-%d}", f"{day(9):%m-%d}", "SDK 2.15.0 发布", "600015", *said):
        assert piece in one.words, piece
    up = "../" * path.count("/")
    targets = {link.target.removeprefix(up) for link in one.all("a")}
    # An app's own page links to it with its own name.
    assert targets & {SHOP, SHOP.removeprefix("apps/"), "index.html"}
    assert any(target.endswith(f"{day(10)}.html") for target in targets)


@each_language
def test_the_line_that_acknowledges_an_incident_can_be_copied(look: Look, reader: Reader, language: str) -> None:
    known = {"zh": "<情况说明>", "en": "<your note>"}[language]
    for path in ("index.html", f"days/{day(0)}.html"):
        page = look(path, language)
        line = incident_of(page, "all-rate").one(".acknowledge code")
        assert line.text.strip() == f"{day(0)},*,{known},all-rate"
        assert "day,app_key,text,incident_id" in incident_of(page, "all-rate").one(".acknowledge").text
        assert incident_of(page, "shop-rate").count(".acknowledge") == 0
    words = {"zh": "异常编号 shop-rate", "en": "Incident id shop-rate"}[language]
    assert look(SHOP, language).texts(".acknowledge") == [words]
    assert look(f"days/{day(25)}.html", language).count(".acknowledge") == 0
    if language == "en":
        # One click selects it.
        page = reader.open("index.html", lang=language).locator('[data-incident="all-rate"] .acknowledge code')
        page.click()
        assert page.evaluate("() => getSelection().toString()").strip() == f"{day(0)},*,{known},all-rate"
        assert page.evaluate("one => getComputedStyle(one).fontFamily").startswith("ui-monospace")


@pytest.mark.parametrize("path", ["index.html", f"days/{day(0)}.html"])
def test_an_acknowledged_incident_is_amber_and_comes_after_the_others(look: Look, path: str) -> None:
    page = look(path)
    found = page.all("[data-incident]:has(.mark.open)")
    assert [one["data-incident"] for one in found] == list(OPEN_INCIDENTS)
    marks = page.all("[data-incident]:has(.mark.open) .mark")
    assert marks[0].colour != marks[1].colour == marks[2].colour
    assert [one.text for one in marks] == ["Open", "Open · acknowledged", "Open · acknowledged"]


def test_an_incident_leads_to_its_app_and_to_its_first_day(reader: Reader) -> None:
    page = reader.open("index.html", lang="en")
    page.locator('[data-incident="shop-rate"] a.incident-text').first.click()
    reader.settle()
    assert page.locator("h1").inner_text() == "商城"
    page.locator('[data-incident="shop-rate"] a', has_text=str(day(10))).click()
    reader.settle()
    assert page.locator("h1").inner_text().startswith(str(day(10)))


def test_a_part_is_below_its_incident_and_on_its_own_app_s_page(look: Look) -> None:
    page = look("index.html")
    whole = incident_of(page, "all-rate")
    # An incident of all apps leads to the page that shows them together, and shows its apps at once.
    assert whole.one("a.incident-text").target == "monitor.html"
    assert whole.one(".incident-parts").visible
    assert "ghost · WeChat success rate" in whole.one(".incident-parts").text
    assert page.count('[data-incident="ghost-rate"], [data-incident="shop-verify"]') == 0
    assert "Part of\nthe incident above" in incident_of(look(SHOP), "shop-verify").text
    assert "Part of" not in incident_of(look("apps/ghost/index.html"), "ghost-rate").text


@pytest.mark.parametrize("path", ["index.html", SHOP])
def test_figures_of_a_cause_before_and_now_are_one_click_away(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="zh")
    one = page.locator('[data-incident="shop-rate"]')
    assert not one.locator("table").is_visible()
    one.locator("summary", has_text="前后对比").click()
    rows = one.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Android · SDK 2.15.0", "0", "—", "700", "26.00%", "−50.00"],
        ["iOS · SDK 2.14.0", "300", "96.00%", "280", "95.00%", "−1.00"],
        ["iOS · SDK 2.15.0", "20", "95.00%", "20", "100.00%", "+0.40"],
    ]
    # It stays open in the other language, and can be downloaded.
    page.locator("[data-language=en]").click()
    assert one.locator("thead th").first.inner_text() == "Platform · SDK version"
    assert one.locator("tbody tr").first.is_visible()
    assert one.locator("details .downloads .download").count() == 1


@pytest.mark.parametrize(("incident_id", "path"), [("shop-rate", SHOP), ("odd-rate", "apps/img/index.html")])
def test_an_incident_has_the_same_figures_on_an_app_s_page_and_on_a_day_s(
    look: Look, incident_id: str, path: str
) -> None:
    def figures(path: str) -> list[str]:
        one = incident_of(look(path, opened=True), incident_id)
        return [found.words for found in one.all(".facts > div, .note, details.cells > summary, details.cells tr")]

    assert len(figures(path)) > 5
    assert figures(path) == figures(f"days/{day(1)}.html")


def marks(page: Node, chart: str, span: str = "30") -> list[str]:
    """Return the days at which a chart has a line of an incident."""
    shapes = page.one(f"[data-chart={chart}] [data-layer='{span}']").chart["shapes"]
    return [shape["x0"] for shape in shapes if shape["name"] == "incident"]


def test_charts_of_an_app_are_marked_at_the_first_days_of_incidents(look: Look) -> None:
    page = look(SHOP, opened=True)
    rate = "technical_success_rate"
    assert marks(page, rate) == [str(day(25)), str(day(10))]
    shapes = page.one(f"[data-chart={rate}] [data-layer='30']").chart["shapes"]
    assert [shape["text"] for shape in shapes if shape["name"] == "incident"] == ["Incident"] * 2
    assert f"{day(25):%m-%d} Incident, {day(10):%m-%d} Incident · One-click login" in page.one("[data-chart-keys]").text
    rows = page.all(f"details[data-figures={rate}] tbody tr", "Incident")
    assert [row.text[:10] for row in rows] == [str(day(10)), str(day(25))]
    # No incident began within seven days.
    page = look(SHOP, width=390, days=7)
    assert "Incident" not in page.one("[data-chart-keys]").text
    assert marks(page, rate, "7") == []


def test_charts_of_the_monitoring_page_are_marked_for_the_chosen_app(reader: Reader, look: Look) -> None:
    assert (
        f"{day(5):%m-%d} 异常 · 微信、{day(3):%m-%d} 异常\n" in look("monitor.html", "zh").one("[data-chart-keys]").text
    )
    page = reader.open("monitor.html", lang="zh", app="shop")
    page.wait_for_selector(f"[data-chart-keys]:has-text('{day(25):%m-%d}')")
    reader.settle()
    keys = page.locator("[data-chart-keys]").first
    assert f"{day(25):%m-%d} 异常、{day(10):%m-%d} 异常 · 一键登录" in keys.inner_text()
    # A channel alone has its own marks and the whole app's: WeChat has no own one.
    page.locator("[data-legend=timed] button", has_text="微信").click()
    reader.settle()
    assert "一键登录" not in keys.inner_text()
    shapes = page.locator("[data-chart=authorizations] [data-layer='30']").evaluate(
        "one => one.layout.shapes.map(({name, x0}) => [name, x0])"
    )
    assert [x0 for name, x0 in shapes if name == "incident"] == [str(day(25))]
    assert {"holiday", "release"} & {name for name, _ in shapes}
    # Only incidents of the app are named, and lead to their evidence.
    lines = page.locator("[data-part=open-incidents] li")
    assert lines.count() == 1
    assert "amber" in (page.locator(".open-incidents").get_attribute("class") or "")
    for language in ("zh", "en"):
        reader.speak(language)
        for words in ("商城", f"{day(10):%m-%d}", *SAID[language][:3]):
            assert words in lines.inner_text()
    lines.locator("a").click()
    reader.settle()
    assert page.url.endswith("#incident-shop-rate")
    assert page.locator("#incident-shop-rate").is_visible()


def test_monitoring_names_open_incidents_red_ones_first(look: Look) -> None:
    page = look("monitor.html", "zh")
    links = page.all("[data-part=open-incidents] li a")
    assert [link.target for link in links] == ["index.html", SHOP, "apps/img/index.html"]
    assert [one["class"] for one in page.all(".open-incidents .mark")] == ["mark open", "mark amber", "mark amber"]


def test_monitoring_of_an_app_names_a_part_of_an_incident_of_all_apps(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="zh", app="ghost")
    page.wait_for_selector("[data-picker-note] bdi")
    assert page.locator("[data-part=open-incidents] li").count() == 1


@each_language
def test_a_day_without_an_incident_says_so(look: Look, language: str) -> None:
    page = look(f"days/{day(15)}.html", language)
    assert {"zh": "当日没有异常", "en": "No incident on this day"}[language] in page.one("main").text
    assert page.count("[data-incident]") == 0


def test_hostile_names_in_an_incident_are_text(look: Look) -> None:
    page = look("apps/img/index.html", "zh", opened=True)
    text = incident_of(page, "odd-rate").text
    # The note whole, app and SDK cut to the length of a name.
    assert text.count(HOSTILE_NAMES["img"]) >= 2
    assert text.count("<img src=x onerror") >= 4
    assert page.count("main img") == 0


def test_pages_without_incidents_say_so(look: Look) -> None:
    for path, words in {
        "apps/shop/index.html": "No open incident.",
        f"days/{day(1)}.html": "No incident on this day",
    }.items():
        assert words in look(path, name="calm", days=7, opened=True).one(".incidents-panel").text
    assert look("index.html", name="calm", days=7, opened=True).count("[data-incident]") == 0
