"""Tests the sign-in sessions of all apps and of an app: figures of each span, and the comparison of two values.

`page_texts` has the other lines of the pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from playwright.sync_api import Page

from pipelines.common.days import window
from pipelines.contract.measures.session_metrics import WAYS
from tests.browser.conftest import SHOP, Look, Reader
from tests.browser.dom import pasted, table_rows
from tests.data.published_tables import HOSTILE_NAMES

ALL_APPS = "signin.html"


def test_figures_are_those_of_the_chosen_span(reader: Reader) -> None:
    page = opened(reader, ALL_APPS, lang="en", days=7)
    # One of these days is missing.
    assert page.locator("[data-part=sign-in-span]").inner_text() == "2026-03-25 – 03-31 · 6 of 7 days with data"
    for days, sessions in (("30", "12,440"), ("90", "12,490"), ("7", "12,340")):
        page.get_by_role("button", name=f"{days} days").click()
        reader.settle()
        assert table_rows(page, "[data-part=sign-in-ways] table")[0][1] == sessions
        assert page.locator("button[aria-pressed=true]").all_inner_texts()[-1] == f"{days} days"
        assert page.locator("[data-sign-in-span]:visible").count() == 1
        assert page.locator(f"[data-figures=by-app-{days}]").is_visible()
    page.go_back()
    reader.settle()
    # An address with days=90, and one with 13 months, which charts of other pages offer.
    assert table_rows(page, "[data-part=sign-in-ways] table")[0][1] == "12,490"
    page = opened(reader, ALL_APPS, days=90)
    address = page.url
    # The page has no windows, so their keys do nothing.
    for key in "73":
        reader.press(key)
    assert page.url == address
    assert table_rows(page, "[data-part=sign-in-ways] table")[0][1] == "12,490"
    page = opened(reader, ALL_APPS, lang="en", span="months")
    assert page.locator("[data-span-button='30']").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="90 days").click()
    reader.settle()
    link = page.locator("[data-figures=by-app-90] tbody a").first
    assert link.inner_text() == "商城"
    link.click()
    reader.settle()
    assert page.locator("h1").inner_text() == "商城"


def test_a_copied_link_and_back_keep_the_days_of_the_sign_in_page(reader: Reader) -> None:
    opened(reader, ALL_APPS, lang="en").get_by_role("button", name="7 days").click()
    reader.settle()
    # It opens over the days of the last visit, which only this browser remembers.
    for choices, copied in (({}, {"days": ["7"]}), ({"days": 90}, {"days": ["30"], "span": ["90"]})):
        page = opened(reader, ALL_APPS, lang="en", **choices)
        page.locator("[data-copy-link]").click()
        page.wait_for_selector("[data-copy-link][data-said='Copied']")
        assert parse_qs(urlsplit(pasted(page)).query) == {"lang": ["en"], **copied}
    page.get_by_role("button", name="7 days").click()
    reader.settle()
    page.go_back()
    reader.settle()
    assert table_rows(page, "[data-part=sign-in-ways] table")[0][1] == "12,490"


def test_days_without_sessions_say_only_that(read_site: Callable[..., Reader]) -> None:
    page = opened(read_site("example"), ALL_APPS, lang="en", days=30)
    page.evaluate(
        """() => { for (const rows of Object.values(AUTHMETER_SIGN_INS.tables)) {
          if (!rows.window_days) continue;
          const kept = rows.window_days.map((days) => days === 30);
          for (const name of Object.keys(rows)) rows[name] = rows[name].filter((_value, i) => kept[i]);
        } }"""
    )
    page.get_by_role("button", name="7 days").click()
    page.wait_for_selector("html[data-drawn='7 7']", state="attached")
    assert page.locator("#sign-ins").inner_text().split("\n")[-1] == "No sign-in record in these days."
    assert page.locator("#sign-ins h2:visible").count() == 1
    page.get_by_role("button", name="30 days").click()
    page.wait_for_selector("html[data-drawn='30 30']", state="attached")
    assert page.locator("#sign-ins h2:visible").count() >= 4


def test_two_values_are_compared_and_only_differences_are_stated(reader: Reader) -> None:
    page = opened(reader, ALL_APPS, lang="zh", days=7)
    rows = {row[0]: row[1:] for row in compared(page)}
    # 7,400 of 7,980 against 2,700 of 2,990.
    assert rows["登录成功率"] == ["92.7% 92.1–93.3% 7,400 / 7,980", "90.3% 89.2–91.3% 2,700 / 2,990",
                            "B 低 2.4 个百分点（1.3 至 3.7）"]  # fmt: skip
    assert rows["点击率"][2] == "看不出差别（−0.7 至 1.2）"
    page.locator("[data-side=b]").select_option(label="未知 SDK")
    rows = {row[0]: row[1:] for row in compared(page)}
    assert rows["登录成功率"][1] == "84.1% 82.0–85.9% 1,118 / 1,330"
    # It has no session in one-click login, so that the logs lack no step.
    assert rows["点击率"][1:] == ["—", "—"]
    reader.speak("en")
    page.locator("[data-side=compare]").select_option(label="Scheme")
    page.locator("[data-side=b]").select_option(label=HOSTILE_NAMES["img"])
    assert HOSTILE_NAMES["img"] in page.locator("[data-sides-table] th").all_inner_texts()[2]
    assert page.locator("main img").count() == 0


def test_the_compared_values_are_in_the_address(reader: Reader) -> None:
    page = opened(reader, ALL_APPS, lang="en", days=30)
    sides = "() => [...document.querySelectorAll('[data-side]')].map((one) => one.value)"
    at_first = page.evaluate(sides)
    page.locator("[data-side=compare]").select_option(label="Carrier")
    page.locator("[data-side=a]").select_option(index=1)
    page.locator("[data-side=b]").select_option(index=0)
    chosen = page.evaluate(sides)
    at_carrier = chosen[2]
    assert "&".join(f"{name}={one}" for name, one in zip(("compare", "a", "b"), chosen, strict=True)) in page.url
    page.reload()
    page.wait_for_selector("#sign-ins[data-loaded]")
    assert page.evaluate(sides) == chosen
    for _ in range(3):
        page.go_back()
    assert page.evaluate(sides) == at_first
    page = opened(reader, ALL_APPS, lang="en", days=30, compare="carrier", a="nobody", b=at_carrier)
    dimension, first, second = page.evaluate(sides)
    assert (dimension, second) == ("carrier", at_carrier)
    assert first != second
    said = page.locator("[data-part=instead] p").inner_text()
    assert said.startswith(
        f"The address requests compare=carrier&a=nobody&b={at_carrier}, which this page does not have."
    )


@pytest.mark.parametrize("app", ["", "sample-app-0001"])
def test_a_sample_has_its_days_by_way_text_messages_and_the_usual_of_the_funnel(
    read_site: Callable[..., Reader], app: str
) -> None:
    """The bars of each row are the downloaded sessions of the last 30 days, in per cent of the row's largest day."""
    reader = read_site("sampled")
    read = pl.read_csv(reader.site / "sessions.csv", infer_schema=False)
    counted = read.unpivot(WAYS, index=["day", "app_key", "entry_channel"], variable_name="way", value_name="number")
    counted = counted.filter(pl.col("app_key") == app if app else True).with_columns(pl.col("number").cast(int))
    page = opened(reader, f"apps/{app}/index.html" if app else ALL_APPS, lang="en", days=30)
    by_row = {"All sessions": counted} | {
        label: counted.filter(pl.col("entry_channel") == channel)
        for channel, label in (("one_click", "One-click login"), ("wechat", "WeChat"), ("qq", "QQ"), ("weibo", "Weibo"))
    }
    drawn = page.eval_on_selector_all(
        "[data-part=sign-in-ways] tbody tr",
        """(rows) => rows.map((row) => [row.cells[0].innerText.trim(),
             [...row.querySelectorAll(".by-day path")].flatMap((path) =>
               [...path.getAttribute("d").matchAll(/M(\\d+) [\\d.]+h0.8v([\\d.]+)/g)].map(([, day, height]) =>
                 [path.getAttribute("class"), Number(day), height])),
             [...row.querySelectorAll("rect")].map((bar) =>
               [bar.getAttribute("class"), bar.getAttribute("width")])])""",
    )
    # One of these days is missing.
    days = [str(day) for day in window(date.fromisoformat(max(read["day"])), 30)]
    assert read["day"].n_unique() == 29
    assert len(drawn) > 2
    for label, bars, whole in drawn:
        if label not in by_row:
            continue
        rows = by_row[label].group_by("day", "way").agg(pl.col("number").sum()).filter(pl.col("number") > 0)
        most = max(rows.group_by("day").agg(pl.col("number").sum())["number"])
        expected = {(way, days.index(day), f"{100 * sessions / most:.2f}") for day, way, sessions in rows.rows()}
        assert {tuple(one) for one in bars} == expected, label
        ways = dict(by_row[label].group_by("way").agg(pl.col("number").sum()).rows())
        shares = {way: f"{100 * number / sum(ways.values()):.2f}%" for way, number in ways.items()}
        assert dict(whole) == shares, label
        del by_row[label]
    assert set(by_row) <= {"QQ", "Weibo"}
    page.locator("[data-days-button='7'], [data-span-button='7']").first.click()
    reader.settle()
    assert_funnel_of_a_week(page)


def assert_funnel_of_a_week(page: Page) -> None:
    """Assert that the page of seven days has the eligible rate, and rates and medians of the funnel with their usual
    range.
    """
    assert page.locator(".texts:visible").count() == 0
    said = page.locator(".eligible:visible").inner_text()
    assert re.search(r"Eligible rate \d\d\.\d% \(?[\d,]+ of [\d,]+ pre-fetches", said), said
    funnel = page.locator("[data-part=sign-in-funnel] table").inner_text()
    # The page and the click have rate and median with their usual range.
    assert len(re.findall("usual", funnel)) >= 4
    rates = re.findall(r"\d\d-\d\d ([\d.]+)% · (\D*)([\d.]+)% – ([\d.]+)%", funnel)
    places = {"below the usual ": -1, "above the usual ": 1, "usual ": 0}
    assert len(rates) >= 3
    for value, said, low, high in rates:
        outside = (float(value) > float(high)) - (float(value) < float(low))
        assert places[said] == outside, (value, said, low, high)
    assert page.url.split("?")[0].endswith("signin.html") <= any(said == "below the usual " for _, said, _, _ in rates)
    # The note is about the shown days: here only the window of 30 days has a text message.
    page.evaluate(
        """() => { const counts = AUTHMETER_SIGN_INS.tables.funnel;
          counts.text_records = counts.window_days.map((days) => (days === 30 ? 1 : 0)); }"""
    )
    for days, notes in ((30, 0), (7, 1)):
        page.locator(f"[data-days-button='{days}'], [data-span-button='{days}']").first.click()
        page.wait_for_selector(f"html[data-drawn='{days} {days}']", state="attached")
        assert page.locator(".texts:visible").count() == notes


def compared(page: Page) -> list[list[str]]:
    return table_rows(page, "[data-sides-table] table")


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_ninety_days_fit_each_window(look: Look, read_page: Callable[..., Any], language: str, width: int) -> None:
    assert look(ALL_APPS, language, width=width, days=90).count(".ways.by-day path") > 5
    assert all(found <= size for size, found in read_page(ALL_APPS, language, width=width, days=90)["widths"])


def test_a_page_without_sessions_says_so(look: Look) -> None:
    page = look(ALL_APPS, name="calm")
    assert page.one(".sentence").text == "03-31: no sign-in record"
    assert page.one("main > .empty").text == "No sign-in record in these days."
    assert "%" not in page.one("main").text.split("Why trust this")[-1]


def test_an_apps_page_loads_its_sessions_when_a_reader_comes_near(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en", days=7)
    assert not loaded(page)
    # Empty tables would move when they are filled.
    assert not page.locator("#sign-ins .pair").is_visible()
    # Printing does not wait for a file: the paper says so, and has no empty page.
    line, section = page.locator("[data-part=sign-in-line]"), page.locator("#sign-ins")
    assert line.inner_text() == ""
    page.emulate_media(media="print")
    assert not loaded(page)
    assert line.inner_text() == "Sign-in sessions are not loaded yet: scroll to this section, then print again."
    assert section.evaluate("one => one.offsetHeight") < 150
    page.emulate_media(media="screen")
    with_sign_ins(page)
    page.emulate_media(media="print")
    assert "not loaded" not in section.inner_text()
    page.emulate_media(media="screen")
    reader.press("3")
    assert table_rows(page, "[data-part=sign-in-ways] table")[0][1] == "11,100"
    page.locator("[data-span-button='90']").click()
    reader.settle()
    assert table_rows(page, "[data-part=sign-in-ways] table")[0][1] == "11,150"
    assert page.locator("[data-part=sign-in-span]").inner_text() == "2026-01-01 – 03-31 · 40 of 90 days with data"
    # The same table as on the page of all apps, for this app's sessions: 7,550 of 8,130 against 2,700 of 2,990.
    rates = {row[0]: row[1:] for row in compared(page)}
    assert rates["Sign-in rate"] == ["92.9% 92.3–93.4% 7,550 / 8,130", "90.3% 89.2–91.3% 2,700 / 2,990",
                                     "B is lower by 2.6 percentage points (1.4 to 3.8)"]  # fmt: skip
    page.locator("[data-side=compare]").select_option(label="Carrier")
    assert page.locator("[data-side=a] option").all_inner_texts() == ["China Mobile", "China Unicom"]
    reader.speak("zh")
    assert page.locator("[data-side=b] option").all_inner_texts() == ["中国移动", "中国联通"]
    assert page.locator("[data-part=sign-in-line]").inner_text().startswith("03-31：11,000 次登录会话，92.1% 登录成功")
    assert reader.open("apps/link/index.html", lang="en").locator("#sign-ins").count() == 0


def test_the_card_of_an_incident_counts_failed_sessions_and_leads_to_them(
    read_site: Callable[..., Reader],
) -> None:
    reader = read_site("just-below")
    page = reader.open("index.html", lang="zh")
    said = (
        "03-31 失败的 1,010 次中 64% 由重试或其他方式登录，367 次未见登录，另有 10 次跨日；"
        "未见登录的最多停在授权页（未点击）"
    )
    card = page.locator("[data-incident=sign-in]").first
    assert card.locator(".failed-sessions").inner_text() == said
    card.locator("a.incident-text").click()
    reader.settle()
    assert page.url.split("?")[0].endswith("/apps/shop/index.html")
    assert page.url.endswith("#sign-ins")
    page.wait_for_selector("#sign-ins[data-loaded]")
    assert page.locator("[data-incident=sign-in] .failed-sessions").inner_text() == said
    # Without eight weeks of days nothing is usual.
    assert "平时" not in page.locator("[data-part=sign-in-funnel]").inner_text()


def test_an_apps_page_shows_how_to_log_the_steps_that_its_logs_lack(read_site: Callable[..., Reader]) -> None:
    """The app has no SDK logs. The long names of its schemes must fit a phone."""
    page = with_sign_ins(read_site("sampled").open("apps/sample-app-0006/index.html", lang="en"))
    part = page.locator("[data-part=sign-in-funnel]")
    rows = table_rows(page, "[data-part=sign-in-funnel] table")
    empty = [next(cell for cell in row[3:] if cell) for row in rows if row[0].startswith(("Click", "Signed in"))]
    assert empty == ["—"] * 2
    *advice, where = part.locator(".lacking").all_inner_texts()
    assert len(advice) == 2
    assert "docs/log-format.md" in where
    lines = part.locator("pre").inner_text().splitlines()
    assert [json.loads(line)["stage"] for line in lines] == ["page", "click"]
    assert max(map(len, page.locator("[data-side=a] option").all_inner_texts())) > 40
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("place", [ALL_APPS, "apps/shop/index.html"])
def test_a_usual_range_names_no_rate_that_is_left_out_and_no_time_outside_of_it(
    read_site: Callable[..., Reader], place: str
) -> None:
    page = opened(read_site("varied"), place, lang="en", days=30)
    rows = {row[0]: row for row in table_rows(page, "[data-part=sign-in-funnel] table")}
    # The log lacks the click over the 30 days; on some of them it has it.
    assert rows["Authorization"][3] == "—"
    assert re.fullmatch(r"100\.0%\s03-31 100\.0% · usual 100\.0% – 100\.0%", rows["Verification"][3])
    # The range of 1,000 and 1,004 ms in turn is from 991.4 to 1,016.6 ms.
    assert re.fullmatch(r"1,000 ms\s?usual 992 – 1,016 ms", rows["Verification"][4])


@pytest.mark.parametrize("place", [ALL_APPS, "apps/shop/index.html"])
def test_records_without_a_subject_are_said_to_have_none_and_give_no_rate(
    read_site: Callable[..., Reader], place: str
) -> None:
    page = opened(read_site("no-subject"), place, lang="en")
    text = page.locator("#sign-ins").inner_text()
    assert "None of 2 sign-in records names" in text
    # The share of records in no session is the only one.
    assert page.locator("[data-part=sign-in-records] b").inner_text() == "100.0%"
    assert set(re.findall(r"[\d.]+%", text)) <= {"100.0%"}


def test_a_page_whose_sessions_cannot_be_loaded_says_so(read_site: Callable[..., Reader]) -> None:
    reader = read_site("no-subject")
    reader.page.route("**/data/sign_ins.js*", lambda route: route.abort())
    page = reader.open(ALL_APPS, lang="en")
    page.wait_for_selector("#sign-ins .alert")
    assert page.locator("#sign-ins").inner_text() == (
        "The figures of this page could not be loaded; its CSV file holds the counts."
    )
    assert page.locator(".sentence").inner_text().startswith("03-10: no record names a device or an attempt")
    reader.complaints.clear()


def opened(reader: Reader, place: str, **choices: object) -> Page:
    """Open a page, wait until its sign-in sessions are loaded, and return it."""
    return with_sign_ins(reader.open(place, **choices))


def with_sign_ins(page: Page) -> Page:
    """Scroll to the sign-in sessions of a page, wait until they are loaded, and return the page."""
    page.locator("#sign-ins").scroll_into_view_if_needed()
    page.wait_for_selector("#sign-ins[data-loaded]")
    return page


def loaded(page: Page) -> bool:
    """Whether the page has loaded the file of sign-in sessions."""
    return bool(page.evaluate("'AUTHMETER_SIGN_INS' in window"))
