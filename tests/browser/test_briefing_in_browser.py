"""Tests the briefing on a desktop and on a phone: which words can be read without scrolling, and where its links
lead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page

from pipelines.contract.measures.counts import SIGN_IN
from pipelines.incidents.published import incidents_of
from pipelines.store.published_file import open_published
from tests.browser.conftest import Look, Reader, World
from tests.browser.worlds import MANY
from tests.data.published_tables import OPEN_INCIDENTS, day

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}
# All text of an element that is wholly inside the window and shown.
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
SAID = {
    "zh": ("2 个问题正在发生，另有 1 项提示", "一键登录成功率", "次登录", "第 18 天"),
    "en": (
        "2 problems are happening, 1 item to look at",
        "One-click login success rate",
        "fewer sign-ins on 11-25",
        "day 18",
    ),
}


@pytest.fixture(scope="module")
def planted(world: World) -> dict[str, Any]:
    """Return the sample's open planted incident whose metric is not the sign-in rate."""
    truth = json.loads((world("sampled") / "data" / "sample_truth.json").read_text("utf-8"))
    (found,) = [one for one in truth["incidents"] if one["state"] == "open" and one["metric"] != SIGN_IN]
    return found


def in_sight(page: Page, selector: str) -> str:
    """Return as much of the first matching element's text as can be read without scrolling."""
    return page.locator(selector).first.evaluate(_IN_SIGHT)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_screen_describes_the_first_incident(
    read_site: Callable[..., Reader], planted: dict[str, Any], screen: str
) -> None:
    assert (planted["first_day"], planted["cause"]) == ("2026-11-08", "sdk_version=2.15.0")
    reader = read_site("sampled")
    width, height = SCREENS[screen]
    reader.page.set_viewport_size({"width": width, "height": height})
    page = reader.open("index.html", lang="zh")
    for language, (sentence, *pieces) in SAID.items():
        reader.speak(language)
        assert in_sight(page, "h1").startswith(sentence)
        card = page.locator("[data-incident]").first
        assert card.evaluate("one => one.closest('article') === one")
        text = in_sight(page, "[data-incident]")
        # The incident of all apps has the same cause and comes first; it names the app.
        assert planted["app_key"] in (card.locator(".incident-parts a").first.get_attribute("href") or "")
        numbers = [int(one.replace(",", "")) for one in text.split() if one.replace(",", "").isdigit()]
        assert any(abs(one - planted["lost"]) <= 0.1 * planted["lost"] + 1 for one in numbers)
        for piece in (card.locator("h2").inner_text(), *pieces, "SDK 2.15.0", "11-08"):
            assert piece in text, piece
        assert f"{planted['level_now']:.0%}" in card.locator(".incident-parts").inner_text()


def test_the_day_the_app_and_the_alert_name_the_same_figures(look: Look, world: World, planted: dict[str, Any]) -> None:
    card = look("index.html", "zh", "sampled").one("[data-incident]")
    incident_id = card["data-incident"]
    # The line of alerts and commands.
    with closing(open_published(world("sampled") / "data" / "warehouse" / "authmeter.duckdb")) as connection:
        (line,) = [one.text.zh for one in incidents_of(connection) if one.incident.incident_id == incident_id]
    text = look(f"days/{planted['first_day']}.html", "zh", "sampled").one(f'[data-incident="{incident_id}"]').text
    for piece in (card.one(".fall b").text, card.one(".since b").text, "11-08", "SDK 2.15.0"):
        assert piece in text, piece
        assert piece in line, piece
    # The app has its own part of it.
    text = look(f"apps/{planted['app_key']}/index.html", "zh", "sampled").one("[data-incident]").text
    for piece in (f"{planted['level_now']:.0%}", "11-08", "SDK 2.15.0"):
        assert piece in text, piece


def test_a_card_has_its_cause_as_bars_and_its_curve_marked(look: Look) -> None:
    page = look("index.html")
    card = page.one('[data-incident="shop-rate"]')
    assert [text.split("\n") for text in card.texts(".bars li")] == [
        ["Android & SDK 2.15.0", "26%", "96% before"], ["All others", "95%", "96% before"],
    ]  # fmt: skip
    assert card.texts(".bars li.worst b") == ["26%"]
    assert [one["width"] for one in card.all(".part .filled")] == ["26.0%", "95.0%"]
    assert card.one("svg text.first").content == f"{day(10):%m-%d}"
    assert card.count("path.norm") == card.count("path.lit") == 1
    assert "No single cause" in page.one('[data-incident="all-rate"] .cause').text


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("最近 7 天", "最近 3 天")), ("en", ("newest 7 days", "newest 3 days"))]
)
def test_a_card_names_the_days_of_its_level(look: Look, language: str, words: tuple[str, str]) -> None:
    for key, said in zip(("shop-rate", "odd-rate"), words, strict=True):
        card = look("index.html", language).one(f'[data-incident="{key}"]')
        assert said in card.one(".fall").text
        assert said in card.one(".cause h3").text
    assert words[0] in look(f"days/{day(10)}.html", language).one('[data-incident="shop-rate"]').text


def test_a_card_leads_to_the_app_the_day_and_the_file(look: Look, world: World) -> None:
    page = look("index.html")
    links = [one.target for one in page.all('[data-incident="odd-rate"] .actions a')]
    assert links == [
        "apps/img/index.html", f"days/{day(2)}.html", "apps/img/img_usage_detail.csv", "apps/img/index.html",
    ]  # fmt: skip
    assert all((world("example") / "site" / link).is_file() for link in links)
    # All apps together have no file of their own.
    assert page.count('[data-incident="all-rate"] .actions a[download]') == 0


def test_a_fault_of_the_data_leads_to_the_quality_page_and_names_the_apps_behind_it(look: Look) -> None:
    card = look("index.html", "zh", "young").one('[data-incident="day"]')
    link = card.one(".actions a")
    assert (link.text, link.target) == ("数据质量", "quality.html")
    assert "全天没有记录" in card.one(".fall").text
    assert "商城" in card.one(".incident-parts").text


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("zh", ["请求量", "较平时", "技术成功率", "较平时"]),
        ("en", ["Requests", "vs usual", "Technical success rate", "vs usual"]),
    ],
)
def test_on_a_phone_incidents_come_before_figures_and_cells_have_labels(
    look: Look, language: str, labels: list[str]
) -> None:
    page = look("index.html", language, width=390, days=7)
    tops = [page.one(selector).box[1] for selector in ("h1", "[data-incident]", ".cards.leading", ".apps")]
    assert tops == sorted(tops)
    assert page.count("[data-incident]") >= len(OPEN_INCIDENTS)
    assert max(one.box[2] for one in page.all(".health .scroll, .health .scroll td")) <= 390
    # A card has both windows, whichever the switch of other pages chooses.
    assert len(page.one(".cards.leading .card").all("[data-window]")) == 2
    row = page.one(".apps tbody tr", "商城")
    assert [cell["data-label"] for cell in row.all("td.number")] == labels


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "资源包可能在 2026-12-08 用完"), ("en", "packages may run out on 2026-12-08")]
)
def test_a_package_that_must_be_bought_now_is_the_second_line(look: Look, language: str, words: str) -> None:
    page = look("index.html", language, "sampled")
    (line,) = page.all(".urgent")
    assert line.text.endswith(words)
    assert line.one("a").target == "packages.html"
    assert page.one("h1").box[3] <= line.box[1] < line.box[3] <= page.one("[data-incident]").box[1]
    # It is not repeated among the notes.
    assert page.count(".attention li")
    assert page.count(".attention li", words) == 0


def test_the_largest_of_many_apps_are_listed_and_the_others_one_click_away(look: Look) -> None:
    page = look("index.html", name="many")
    assert page.count(".apps tbody tr") == 50
    assert f"50 of {MANY} apps" in page.one(".health .heading").text
    assert page.one(".health .heading a").target == "usage.html"


def test_the_briefing_needs_no_script_for_its_figures(read_site: Callable[..., Reader]) -> None:
    """Without scripts, the page has its sentence, cards, figures and apps.

    Scripts switch the language and add the changes.
    """
    reader = read_site("example")
    reader.page.route("**/*.js*", lambda route: route.abort())
    reader.page.goto((reader.site / "index.html").as_uri())
    text = reader.page.locator("main").inner_text()
    for piece in ("3 个问题正在发生", "Android & SDK 2.15.0", "技术成功率", "79.75%"):
        assert piece in text
    reader.complaints.clear()


@pytest.mark.parametrize(("language", "words"), [("zh", "不可比"), ("en", "not comparable")])
def test_a_figure_without_a_day_to_compare_with_is_not_comparable(look: Look, language: str, words: str) -> None:
    # The log has five days.
    page = look("index.html", language, "young")
    assert set(page.texts(".leading .change")) == {words}
    assert page.texts(".leading .short").count("—") == 0
    # If the data day has no figure, it has no change either.
    page = look("index.html", language, "no-data")
    assert {one.text for one in page.all(".leading .card > .versus .change")} == {"—"}
