"""The briefing on a screen: what can be read without scrolling, on a desk and on a phone, of the sample's month."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Page

from pipelines.contract.measures.counts import SIGN_IN
from pipelines.run.incident_links import linked_incidents
from tests.browser.conftest import Reader, rendered
from tests.data.published_tables import OPEN_INCIDENTS, day, incident, many, steady

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}
# All text of an element that lies wholly inside the window and is shown.
_IN_SIGHT = """(one) => {
  const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    range.selectNodeContents(node);
    const places = Array.from(range.getClientRects());
    const isInside = (place) => place.top >= 0 && place.left >= 0 && place.width > 0
      && place.bottom <= window.innerHeight && place.right <= window.innerWidth;
    if (places.length && places.every(isInside) && node.parentElement.checkVisibility()) text += node.data + " ";
  }
  return text.replace(/\\s+/g, " ");
}"""


@pytest.fixture(scope="module")
def month(sampled: Path) -> tuple[Path, dict[str, Any]]:
    """The site of the sample's month, and the planted incident of technical success that is open."""
    truth = json.loads((sampled / "sample_truth.json").read_text("utf-8"))
    (planted,) = [one for one in truth["incidents"] if one["state"] == "open" and one["metric"] != SIGN_IN]
    return sampled / "site", planted


def in_sight(page: Page, selector: str) -> str:
    """The text of the first such element that can be read without scrolling."""
    return page.locator(selector).first.evaluate(_IN_SIGHT)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_screen_tells_the_first_incident(
    read_site: Callable[..., Reader], month: tuple[Path, dict[str, Any]], screen: str
) -> None:
    site, planted = month
    assert (planted["first_day"], planted["cause"]) == ("2026-11-08", "sdk_version=2.15.0")
    reader = read_site(site)
    page = reader.page
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    for language, words in {
        "zh": ("1 个问题正在发生，另有 1 项提示", "一键登录成功率", "次登录", "第 18 天"),
        "en": (
            "1 problem is happening, 1 item to look at",
            "One-click login success rate",
            "fewer sign-ins on 11-25",
            "day 18",
        ),
    }.items():
        reader.open("index.html", lang=language)
        sentence, *pieces = words
        assert in_sight(page, "h1").startswith(sentence)
        assert page.locator("[data-incident]").first.evaluate("one => one.closest('article') === one")
        text = in_sight(page, "[data-incident]")
        # That of all apps comes first, as it has the same cause; the app is named in it.
        card = page.locator("[data-incident]").first
        assert planted["app_key"] in (card.locator(".incident-parts a").first.get_attribute("href") or "")
        (lost,) = [one for one in text.split() if one.replace(",", "").isdigit() and abs(
            int(one.replace(",", "")) - planted["lost"]) <= 0.1 * planted["lost"] + 1][:1]  # fmt: skip
        name = page.locator("[data-incident] h2").first.inner_text()
        for piece in (name, *pieces, "SDK 2.15.0", "11-08", lost):
            assert piece in text, piece
        assert f"{planted['level_now']:.0%}" in card.locator(".incident-parts").inner_text()


def test_the_day_the_app_and_the_alert_say_the_same(
    read_site: Callable[..., Reader], month: tuple[Path, dict[str, Any]]
) -> None:
    site, planted = month
    reader = read_site(site)
    page = reader.open("index.html", lang="zh")
    card = page.locator("[data-incident]").first
    incident_id = card.get_attribute("data-incident")
    levels = card.locator(".fall b").inner_text()
    lost = card.locator(".since b").inner_text()
    # The line that alerts and commands have.
    line = next(
        one.text.zh
        for one, _ in linked_incidents(site.parent / "warehouse" / "authmeter.duckdb")
        if one.incident.incident_id == incident_id
    )
    page = reader.open(f"days/{planted['first_day']}.html", lang="zh")
    text = page.locator(f'[data-incident="{incident_id}"]').inner_text()
    for piece in (levels, lost, "11-08", "SDK 2.15.0"):
        assert piece in text, piece
        assert piece in line, piece
    # The app has its own part of it.
    text = reader.open(f"apps/{planted['app_key']}/index.html", lang="zh").locator("[data-incident]").first.inner_text()
    for piece in (f"{planted['level_now']:.0%}", "11-08", "SDK 2.15.0"):
        assert piece in text, piece


def test_a_card_has_its_cause_as_bars_and_its_curve_marked(reader: Reader) -> None:
    page = reader.open("index.html", lang="en")
    card = page.locator('[data-incident="shop-rate"]')
    assert [text.split("\n") for text in card.locator(".bars li").all_inner_texts()] == [
        ["Android & SDK 2.15.0", "26%", "96% before"], ["All others", "95%", "96% before"],
    ]  # fmt: skip
    assert card.locator(".bars li.worst b").all_inner_texts() == ["26%"]
    widths = [one.get_attribute("width") for one in card.locator(".part .filled").all()]
    assert widths == ["26.0%", "95.0%"]
    assert card.locator("svg text.first").text_content() == f"{day(10):%m-%d}"
    assert card.locator("path.norm").count() == card.locator("path.lit").count() == 1
    # Where nothing single caused it, that is said.
    assert "No single cause" in page.locator('[data-incident="all-rate"] .cause').inner_text()


def test_a_card_says_of_which_days_its_level_is(reader: Reader) -> None:
    page = reader.open("index.html", lang="zh")
    for language, words in {"zh": ("最近 7 天", "最近 3 天"), "en": ("newest 7 days", "newest 3 days")}.items():
        reader.speak(language)
        for key, said in zip(("shop-rate", "odd-rate"), words, strict=True):
            card = page.locator(f'[data-incident="{key}"]')
            assert said in card.locator(".fall").inner_text()
            assert said in card.locator(".cause h3").inner_text()
    page = reader.open(f"days/{day(10)}.html", lang="zh")
    assert "最近 7 天" in page.locator('[data-incident="shop-rate"]').inner_text()


def test_a_card_leads_to_the_app_the_day_and_the_file(reader: Reader) -> None:
    page = reader.open("index.html", lang="en")
    card = page.locator('[data-incident="odd-rate"]')
    links = [(one.get_attribute("href") or "").split("?")[0] for one in card.locator(".actions a").all()]
    assert links == [
        "apps/img/index.html", f"days/{day(2)}.html", "apps/img/img_usage_detail.csv", "apps/img/index.html",
    ]  # fmt: skip
    for link in links:
        assert (reader.site / link).is_file()
    # All apps together have no file of their own.
    assert page.locator('[data-incident="all-rate"] .actions a[download]').count() == 0


def test_a_fault_of_the_data_leads_to_the_quality_page_and_names_the_apps_behind_it(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    database = steady(tmp_path / "authmeter.duckdb", missing=[0])
    rows = (
        incident("day", 0, kind="data", metric="missing_day", app_key="*", channel="*", cause_kind=None),
        incident("behind", 0, kind="volume", metric="volume", channel="*", part_of="day", cause_kind=None),
    )
    with closing(duckdb.connect(str(database))) as connection:
        for row in rows:
            places = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO incidents ({', '.join(row)}) VALUES ({places})", list(row.values()))
    card = read_site(rendered(database)).open("index.html", lang="zh").locator('[data-incident="day"]')
    link = card.locator(".actions a").first
    assert (link.inner_text(), (link.get_attribute("href") or "").split("?")[0]) == ("数据质量", "quality.html")
    assert "全天没有记录" in card.locator(".fall").inner_text()
    assert "商城" in card.locator(".incident-parts").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_incidents_come_before_figures_and_no_table_scrolls_sideways(reader: Reader, language: str) -> None:
    page = reader.page
    page.set_viewport_size({"width": 390, "height": 844})
    reader.open("index.html", lang=language)
    places = [
        page.locator(selector).first.bounding_box()["y"]  # type: ignore[index]
        for selector in ("h1", "[data-incident]", ".cards.leading", ".apps")
    ]
    assert places == sorted(places)
    assert page.locator("[data-incident]").count() >= len(OPEN_INCIDENTS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".health .scroll").evaluate("one => one.scrollWidth <= one.clientWidth")
    # Both windows stand there, whatever the switch of other pages says.
    assert page.locator(".card:first-child [data-window]").count() == 2
    row = page.locator(".apps tbody tr", has_text="商城")
    labels = row.locator("td.number").evaluate_all("cells => cells.map((cell) => cell.dataset.label)")
    assert (
        labels
        == {
            "zh": ["请求量", "较平时", "技术成功率", "较平时"],
            "en": ["Requests", "vs usual", "Technical success rate", "vs usual"],
        }[language]
    )


def test_what_is_usual_is_grey(read_site: Callable[..., Reader], tmp_path: Path) -> None:
    fallen = steady(tmp_path / "authmeter.duckdb", won=lambda back: 30 if back == 0 else 70 - back % 3)
    reader = read_site(rendered(fallen))
    page = reader.open("index.html", lang="en")
    rate = page.locator("#card-technical_success_rate")
    assert (rate.get_attribute("class") or "").split() == ["card", "bad"]
    assert "below the usual" in rate.inner_text()
    assert rate.locator(".versus .change.bad").count() == 1
    count = page.locator("#card-number_verifications")
    assert (count.get_attribute("class") or "").split() == ["card"]
    assert count.locator(".change.good, .change.bad").count() == 0
    page = reader.open("index.html", lang="zh")
    assert page.locator(".apps td.usual.bad").count() == 1


def test_of_many_apps_the_largest_are_listed_and_the_others_are_one_click_away(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    reader = read_site(rendered(many(tmp_path / "authmeter.duckdb", 300)))
    page = reader.open("index.html", lang="en")
    assert page.locator(".apps tbody tr").count() == 50
    assert "50 of 300 apps" in page.locator(".health .heading").inner_text()
    page.locator(".health .heading a").first.click()
    reader.settle()
    assert "/usage.html" in page.url


def test_the_briefing_needs_no_script_for_its_figures(read_site: Callable[..., Reader], site: Path) -> None:
    """Sentence, cards, figures and apps stand in the page: the two languages and the changes are made by script."""
    reader = read_site(site, fresh=True)
    reader.page.route("**/*.js*", lambda route: route.abort())
    reader.page.goto((site / "index.html").as_uri())
    text = reader.page.locator("main").inner_text()
    for piece in ("3 个问题正在发生", "Android & SDK 2.15.0", "技术成功率", "79.75%"):
        assert piece in text
    reader.complaints.clear()
