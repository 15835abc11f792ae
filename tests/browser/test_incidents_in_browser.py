"""An incident as a reader meets it: the same in the briefing, its app's page and its days, marked in charts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, rendered
from tests.data.published_tables import HOSTILE_NAMES, OPEN_INCIDENTS, day, steady

SHOP = f"apps/{app_folder('shop', ['Shop'])}/index.html"
PAGES = ("index.html", SHOP, f"days/{day(10)}.html", f"days/{day(0)}.html")
# What the first incident of the example says, beside its app, first day and note.
SAID = {
    "zh": ("一键登录成功率 96% → 45%", f"{day(0):%m-%d} 少 139 次登录", "Android & SDK 2.15.0 仅 26%",
           "进行中 · 已确认", "2,501", "超时 600015 · 错误"),
    "en": ("One-click login success rate 96% → 45%", f"139 fewer sign-ins on {day(0):%m-%d}",
           "Android & SDK 2.15.0 only 26%", "Open · acknowledged", "2,501", "Timed out 600015 · Error"),
}  # fmt: skip


def incident_of(page: Page, incident_id: str) -> Locator:
    found = page.locator(f'[data-incident="{incident_id}"]')
    assert found.count() == 1
    return found


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_incident_reads_the_same_on_every_page(reader: Reader, path: str, language: str) -> None:
    page = reader.open(path, lang=language)
    one = incident_of(page, "shop-rate")
    assert one.is_visible()
    text = " ".join(one.inner_text().split())
    said = SAID[language]
    if path == "index.html":
        # A bar beside that of the rest.
        said = (*said[:2], said[2].replace(" 仅 ", " ").replace(" only ", " "), *said[3:])
    for piece in ("商城", f"{day(10):%m-%d}", f"{day(9):%m-%d}", "SDK 2.15.0 发布", "600015", *said):
        assert piece in text, piece
    links = [link.evaluate("link => link.href.split('?')[0]") for link in one.locator("a").all()]
    assert (reader.site / SHOP).as_uri() in links
    assert (reader.site / "days" / f"{day(10)}.html").as_uri() in links


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_line_that_acknowledges_it_is_there_to_copy(reader: Reader, language: str) -> None:
    known = {"zh": "<您了解的情况>", "en": "<what you know>"}[language]
    for path in ("index.html", f"days/{day(0)}.html"):
        page = reader.open(path, lang=language)
        # One click selects it.
        line = incident_of(page, "all-rate").locator(".acknowledge code")
        line.click()
        assert page.evaluate("getSelection().toString()").strip() == f"{day(0)},*,{known},all-rate"
        assert line.evaluate("one => getComputedStyle(one).fontFamily").startswith("ui-monospace")
        assert "day,app_key,text,incident_id" in incident_of(page, "all-rate").locator(".acknowledge").inner_text()
        assert incident_of(page, "shop-rate").locator(".acknowledge").count() == 0
    page = reader.open(SHOP, lang=language)
    words = {"zh": "异常编号 shop-rate", "en": "Incident id shop-rate"}[language]
    assert page.locator(".acknowledge").all_inner_texts() == [words]
    ended = reader.open(f"days/{day(25)}.html", lang=language)
    assert ended.locator(".acknowledge").count() == 0


@pytest.mark.parametrize("path", ["index.html", f"days/{day(0)}.html"])
def test_an_acknowledged_one_is_amber_and_stands_behind_the_others(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="en")
    found = page.locator("[data-incident]:has(.mark.open)")
    assert found.evaluate_all("all => all.map((one) => one.dataset.incident)") == list(OPEN_INCIDENTS)
    colours = [one.evaluate("one => getComputedStyle(one).color") for one in found.locator(".mark").all()]
    assert len(set(colours)) == 2
    assert colours[1] == colours[2]
    assert found.locator(".mark").all_inner_texts() == ["Open", "Open · acknowledged", "Open · acknowledged"]


def test_monitoring_names_the_red_ones_first(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    marks = page.locator(".open-incidents .mark")
    assert [one.get_attribute("class") for one in marks.all()] == ["mark open", "mark amber", "mark amber"]
    page = reader.open("monitor.html", lang="en", app="shop")
    page.wait_for_selector("[data-picker-note] bdi")
    assert "amber" in (page.locator(".open-incidents").get_attribute("class") or "")


def test_an_incident_leads_to_its_app_and_to_its_first_day(reader: Reader) -> None:
    page = reader.open("index.html", lang="en")
    incident_of(page, "shop-rate").locator("a.incident-text").first.click()
    reader.settle()
    assert page.locator("h1").inner_text() == "商城"
    incident_of(page, "shop-rate").locator("a", has_text=str(day(10))).click()
    reader.settle()
    assert page.locator("h1").inner_text().startswith(str(day(10)))
    # That of all apps leads to the page that shows them together.
    page = reader.open("index.html", lang="en")
    incident_of(page, "all-rate").locator("a.incident-text").first.click()
    reader.settle()
    assert page.url.split("?")[0].endswith("/monitor.html")


def test_a_part_stands_below_its_incident_and_on_its_own_app_s_page(reader: Reader) -> None:
    page = reader.open("index.html", lang="en")
    whole = incident_of(page, "all-rate")
    # Of all apps together, the apps are seen at once.
    assert whole.locator(".incident-parts").is_visible()
    assert "ghost · WeChat success rate" in whole.locator(".incident-parts").inner_text()
    assert page.locator('[data-incident="ghost-rate"], [data-incident="shop-verify"]').count() == 0
    page = reader.open(SHOP, lang="en")
    part = incident_of(page, "shop-verify")
    assert "Part of\nthe incident above" in part.inner_text()
    page = reader.open("apps/ghost/index.html", lang="en")
    assert "Part of" not in incident_of(page, "ghost-rate").inner_text()


@pytest.mark.parametrize("path", ["index.html", SHOP])
def test_what_a_cause_did_before_and_now_is_one_click_away(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="zh")
    one = incident_of(page, "shop-rate")
    assert not one.locator("table").is_visible()
    one.locator("summary", has_text="前后对比").click()
    rows = one.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Android · SDK 2.15.0", "0", "—", "700", "26.00%", "−50.00"],
        ["iOS · SDK 2.14.0", "300", "96.00%", "280", "95.00%", "−1.00"],
    ]
    # It stays open in the other language, and can be kept.
    page.locator("[data-language=en]").click()
    assert one.locator("thead th").first.inner_text() == "Platform · SDK version"
    assert one.locator("tbody tr").first.is_visible()
    assert one.locator("details .downloads .download").count() == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_an_app_s_page_draws_of_an_incident_is_what_a_day_s_page_has(reader: Reader, language: str) -> None:
    def said(path: str, incident_id: str) -> list[str]:
        one = incident_of(reader.open(path, lang=language), incident_id)
        for folded in one.locator("details.cells > summary").all():
            folded.click()
        seen = one.locator(".facts > div, .note, details.cells > summary, details.cells tr")
        return [" ".join(text.split()) for text in seen.all_inner_texts()]

    for incident_id, path in (("shop-rate", SHOP), ("odd-rate", "apps/img/index.html")):
        drawn = said(path, incident_id)
        assert len(drawn) > 5
        assert drawn == said(f"days/{day(1)}.html", incident_id)


def test_the_charts_of_an_app_are_marked_at_the_first_days(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en", days=30)
    layer = page.locator("[data-chart=technical_success_rate] [data-layer='30']")
    lines = layer.evaluate("one => one.layout.shapes.filter(({name}) => name === 'incident').map(({x0}) => x0)")
    assert lines == [str(day(25)), str(day(10))]
    assert layer.locator("text", has_text="Incident").count() == 2
    span = page.locator("[data-chart-keys]").first
    assert f"{day(25):%m-%d} Incident, {day(10):%m-%d} Incident · One-click login" in span.inner_text()
    figures = page.locator("details[data-figures=technical_success_rate]")
    figures.locator("summary").click()
    rows = figures.locator("tbody tr", has_text="Incident")
    # They are made when they are asked for.
    rows.nth(1).wait_for()
    marked = rows.all_inner_texts()
    assert [text[:10] for text in marked] == [str(day(10)), str(day(25))]
    reader.press("7")
    assert "Incident" not in span.inner_text()
    lines = page.locator("[data-chart=technical_success_rate] [data-layer='7']").evaluate(
        "one => one.layout.shapes.filter(({name}) => name === 'incident').length"
    )
    assert lines == 0


def test_the_charts_of_the_monitoring_page_are_marked_for_the_app_that_is_picked(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="zh")
    span = page.locator("[data-chart-keys]").first
    assert f"{day(5):%m-%d} 异常 · 微信, {day(3):%m-%d} 异常\n" in span.inner_text()
    page.locator("#picker-field").fill("商城")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-chart-keys]:has-text('{day(25):%m-%d}')")
    reader.settle()
    assert f"{day(25):%m-%d} 异常, {day(10):%m-%d} 异常 · 一键登录" in span.inner_text()
    # One channel alone shows the marks of its own line: WeChat has none but those of the whole app.
    page.locator("[data-legend=timed] button", has_text="微信").click()
    reader.settle()
    assert "一键登录" not in span.inner_text()
    layer = page.locator("[data-chart=authorizations] [data-layer='30']")
    lines = layer.evaluate("one => one.layout.shapes.filter(({name}) => name === 'incident').map(({x0}) => x0)")
    assert lines == [str(day(25))]
    assert {"holiday", "release"} & set(layer.evaluate("one => one.layout.shapes.map(({name}) => name)"))


def test_monitoring_names_the_open_incidents_of_what_it_shows_and_leads_to_their_evidence(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="zh")
    lines = page.locator("[data-part=open-incidents] li")
    assert [line.locator("a").get_attribute("href").split("?")[0] for line in lines.all()] == [
        "index.html", SHOP, "apps/img/index.html",
    ]  # fmt: skip
    page.locator("#picker-field").fill("商城")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-picker-note] bdi")
    assert lines.count() == 1
    for language in ("zh", "en"):
        reader.speak(language)
        for words in ("商城", f"{day(10):%m-%d}", *SAID[language][:3]):
            assert words in lines.inner_text()
    lines.locator("a").click()
    reader.settle()
    assert page.url.endswith("#incident-shop-rate")
    assert page.locator("#incident-shop-rate").is_visible()
    page = reader.open("monitor.html", lang="zh", app="ghost")
    page.wait_for_selector("[data-picker-note] bdi")
    # It is part of that of all apps, and this page is of the app.
    assert lines.count() == 1
    page = reader.open("monitor.html", lang="zh", app="idle")
    page.wait_for_selector("[data-picker-note] bdi")
    assert lines.count() == 0


def test_a_day_without_an_incident_says_so(reader: Reader) -> None:
    page = reader.open(f"days/{day(15)}.html", lang="zh")
    for language, words in (("zh", "当日没有异常"), ("en", "No incident on this day")):
        if language == "en":
            reader.speak("en")
        assert words in page.locator("main").inner_text()
    assert page.locator("[data-incident]").count() == 0


def test_hostile_names_in_an_incident_are_text(reader: Reader) -> None:
    page = reader.open("apps/img/index.html", lang="en")
    text = incident_of(page, "odd-rate").inner_text()
    # The note whole, app and SDK cut to the length of a name.
    assert text.count(HOSTILE_NAMES["img"]) >= 2
    assert text.count("<img src=x onerror") >= 4
    assert page.locator("main img").count() == 0


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered(steady(tmp_path_factory.mktemp("calm") / "authmeter.duckdb"))


def test_without_incidents_the_pages_say_so(read_site: Callable[..., Reader], calm: Path) -> None:
    reader = read_site(calm)
    for path, words in {
        "apps/shop/index.html": "No open incident.",
        f"days/{day(1)}.html": "No incident on this day",
    }.items():
        page = reader.open(path, lang="en")
        assert words in page.locator(".incidents-panel").inner_text()
    page = reader.open("index.html", lang="en")
    assert page.locator("h1").inner_text() == "All is normal"
    assert page.locator("[data-incident]").count() == 0
