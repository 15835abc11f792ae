"""Tests what leaves a page opened from file://: copied links, pictures and incidents.

Also tests an app's day and a chosen range.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SHOP, Reader, choices_of
from tests.browser.dom import pasted, table_rows
from tests.data import made_database

# Notes each picture that the page draws, as SVG, before it becomes a PNG.
_NOTE_PICTURES = """() => {
  const {set, ...rest} = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  window.drawn = [];
  Object.defineProperty(HTMLImageElement.prototype, "src", {...rest, set(value) {
    window.drawn.push(decodeURIComponent(value));
    set.call(this, value);
  }});
}"""
_COPIED = """() => {
  navigator.clipboard.write = async ([item]) => { window.copied = item.types; };
}"""


def texts_of_picture(page: Page) -> list[str]:
    """Return the texts of the newest picture that the page has drawn."""
    return re.findall(r">([^<>]+)</text>", page.evaluate("() => window.drawn.at(-1)"))


def png_size(content: bytes) -> tuple[int, int]:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_a_copied_link_shows_line_folds_and_window_again(reader: Reader) -> None:
    page = reader.open(SHOP, lang="zh")
    reader.press("7")
    page.locator("[data-look=wechat]").click()
    reader.settle()
    # By key: a drawn chart or a table moves the folds, and a click during which its target moves is none.
    page.locator("details[data-figures=authorizations] summary").press("Enter")
    reader.settle()
    page.locator("#records summary").press("Enter")
    reader.settle()
    # A fold reports that it is open a moment after it is.
    page.wait_for_url(re.compile(r"open=authorizations%2Crecords"))
    page.locator("[data-copy-link]").click()
    page.wait_for_selector("[data-copy-link][data-said='已复制']")
    link = pasted(page)
    choices = {"days": "7", "lang": "zh", "line": "wechat", "open": "authorizations,records"}
    assert {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()} == choices
    # Another browser, which remembers nothing.
    reader.forget()
    page.goto("about:blank")
    page.goto(link)
    reader.settle()
    assert page.locator("[data-look=wechat]").get_attribute("aria-pressed") == "true"
    layer = page.locator("[data-chart=authorizations] [data-layer='7']")
    assert layer.evaluate("one => one.data.map(({ meta }) => meta.series)") == ["wechat"]
    assert page.locator("details[data-figures=authorizations] table").is_visible()
    assert page.locator("#records dl").is_visible()
    assert page.locator("html").get_attribute("data-days") == "7"
    # All lines again; opening a fold was no step, so Back leads to the line.
    page.locator("[data-look=wechat]").click()
    assert "line" not in choices_of(page)
    page.go_back()
    reader.settle()
    assert page.locator("[data-look=wechat]").get_attribute("aria-pressed") == "true"
    # A version is named, as its look changes with its share.
    page.locator("[data-by-button=version]").click()
    reader.settle()
    assert "line" not in choices_of(page)
    page.locator("[data-legend=timed] button").nth(1).click()
    name = page.locator("[data-legend=timed] button").nth(1).text_content()
    assert choices_of(page)["line"] == name
    # The commands name the days of the window.
    command = page.locator("#records code").first.inner_text()
    assert command.startswith(".venv/bin/authmeter trace --app shop --device ID --from ")


def test_a_copied_link_has_the_window_of_the_page_instead_of_an_impossible_one(reader: Reader) -> None:
    reader.open("usage.html", lang="en")
    reader.press("7")
    page = reader.open("usage.html", lang="en", days=14)
    assert page.locator("[data-part=instead] p").inner_text().endswith("Shown instead: 7 days.")
    page.locator("[data-copy-link]").click()
    page.wait_for_selector("[data-copy-link][data-said='Copied']")
    assert parse_qs(urlsplit(pasted(page)).query)["days"] == ["7"]


def test_a_chart_is_a_png_of_twice_its_size(drawing_reader: Reader) -> None:
    page = drawing_reader.open(SHOP, lang="en")
    place = page.locator("[data-chart=usage]")
    width = place.evaluate("one => one.clientWidth")
    page.evaluate(_NOTE_PICTURES)
    sizes = {}
    for line in ("", "local_verify"):
        if line:
            page.locator(f"[data-legend=usage] [data-look={line}]").click()
            drawing_reader.settle()
        button = page.locator("figure:has([data-chart=usage]) .picture")
        with page.expect_download() as download:
            button.click()
        content = Path(download.value.path()).read_bytes()
        assert download.value.suggested_filename.startswith("shop_Records-a-day_")
        assert download.value.suggested_filename.endswith(".png")
        sizes[line] = png_size(content), len(content)
        # Title, app, span, legend, and the source with its data day.
        title, span, *rest, source = texts_of_picture(page)
        assert (title, span) == ("Records a day", f"商城 · {made_database.day(29)} – {made_database.AS_OF:%m-%d}")
        alone = ["Local number", "Previous 30 days", "Usual range", "0"]
        assert rest[:4] == (alone if line else ["One-click", "Local number", "Third-party", "0"])
        assert source == (
            f"Source: authmeter, data day {made_database.AS_OF}, Asia/Shanghai, generated at 2026-04-01 02:31 · "
            "Synthetic data"
        )
    # A line of the legend, the title, the span and the source beside the chart of 240 pixels.
    assert sizes[""][0] == sizes["local_verify"][0] == (2 * width, 2 * (58 + 18 + 240 + 30))
    assert min(length for _, length in sizes.values()) > 20_000
    assert sizes[""][1] != sizes["local_verify"][1]


def test_a_picture_has_names_with_characters_that_pictures_cannot_have(drawing_reader: Reader) -> None:
    def renamed(route: Route) -> None:
        body = next((drawing_reader.site / SHOP).parent.glob("figures.js")).read_text("utf-8")
        route.fulfill(body=body.replace('"2.14.0"', '"2.14.\\u0007"').replace('"name":"商城"', '"name":"商\\u0001城"'))

    drawing_reader.page.route("**/figures.js*", renamed)
    page = drawing_reader.open(SHOP, lang="en", by="version")
    page.evaluate(_NOTE_PICTURES)
    with page.expect_download() as download:
        page.locator("figure:has([data-chart=technical_success_rate]) .picture").click()
    assert png_size(Path(download.value.path()).read_bytes())[0] >= 1280
    texts = texts_of_picture(page)
    assert texts[1].startswith("商 城 · ")
    assert "2.14. " in texts


def test_an_incident_is_copied_as_text_with_its_link(reader: Reader) -> None:
    page = reader.open("index.html", lang="en")
    card = page.locator(".incident-card").first
    card.locator(".copy-card").click()
    page.wait_for_selector(".copy-card:text-is('Copied')")
    lines = pasted(page).split("\n")
    assert card.locator("h2").inner_text() in lines
    assert any(line.startswith("since: ") for line in lines)
    assert any(line.startswith("loss: ") for line in lines)
    assert any(line.startswith("Likely cause") for line in lines)
    assert lines[-1].startswith("file://")
    # It has no word of the other language, and not the button itself.
    assert "Copy card" not in lines
    # If the browser can copy both, a picture with the same lines and the curve is copied, too.
    page.evaluate(_NOTE_PICTURES)
    page.evaluate(_COPIED)
    card.locator(".copy-card:text-is('Copy card')").click()
    page.wait_for_selector(".copy-card:text-is('Copied')")
    assert page.evaluate("() => window.copied") == ["text/plain", "image/png"]
    drawn = "".join(texts_of_picture(page)).replace(" ", "")
    for line in [*lines[:-1], f"Source: authmeter, data day {made_database.AS_OF}"]:
        assert line.replace(" ", "") in drawn, line
    assert "<path" in page.evaluate("() => window.drawn.at(-1)")


def test_impossible_choices_of_the_address_are_named(reader: Reader) -> None:
    page = reader.open(
        SHOP, lang="en", days=14, line="nobody", vs="never", **{"from": "2026-02-30", "to": "2026-01-01"}
    )
    said = page.locator("[data-part=instead] p").all_inner_texts()
    assert [one.partition(", which")[0] for one in said] == [
        f"The address requests {wanted}"
        for wanted in ("days=14", "line=nobody", "from=2026-02-30&to=2026-01-01", "vs=never")
    ]
    assert said[0].endswith("Shown instead: 30 days.")
    # A choice takes its line away.
    page.locator("[data-range=vs]").select_option("week")
    assert page.locator("[data-part=instead] p").count() == 2
    page = reader.open("usage.html", lang="fr", sort="-colour")
    assert page.locator("[data-part=instead] p").all_inner_texts() == [
        "本页没有链接中的 lang=fr，改为显示：中文。", "本页没有链接中的 sort=-colour，改为显示：按“号码认证量”排序。",
    ]  # fmt: skip
    page.locator("th[data-column=app] button").click()
    assert page.locator("[data-part=instead] p").count() == 1


def test_a_line_of_another_page_is_named(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", line="wechat")
    assert page.locator("[data-part=instead] p").all_inner_texts() == [
        "The address requests line=wechat, which this page does not have. Shown instead: All lines.",
    ]
    page.locator("[data-legend] button").first.click()
    assert page.locator("[data-part=instead] p").count() == 0


def test_a_line_that_the_chosen_app_does_not_have_is_named(reader: Reader) -> None:
    # This app only has one-click login.
    page = reader.open("apps/cmd/index.html", lang="en", line="wechat")
    assert "line=wechat" in page.locator("[data-part=instead] p").inner_text()
    page = reader.open("apps/cmd/index.html", lang="en", line="one_click")
    assert page.locator("[data-part=instead] p").count() == 0


def test_an_impossible_choice_with_marks_of_direction_leaves_the_line_readable(reader: Reader) -> None:
    """An unclosed mark of direction would reverse the rest of the sentence."""
    page = reader.open("monitor.html", lang="en", app="\u202egnp.exe")
    line = page.locator("[data-part=instead] p")
    expect(line.locator("bdi")).to_have_text(["app=\u202egnp.exe", "All apps"])
    assert line.inner_text().replace("\n", "") == (
        "The address requests app=\u202egnp.exe, which this page does not have. Shown instead: All apps."
    )


def test_a_large_site_says_which_days_can_be_chosen(reader: Reader) -> None:
    (path,) = (reader.site / "assets").glob("site.js")
    shared = path.read_text("utf-8")
    assert '"has_older_days":true' in shared
    large = shared.replace('"has_older_days":true', '"has_older_days":false')
    reader.page.route("**/assets/site.js*", lambda route: route.fulfill(body=large))
    page = reader.open(SHOP, lang="en")
    assert page.locator("[data-part=range] .range-limit").inner_text().startswith("Only the last 90 days can be chosen")


def test_a_range_can_be_chosen_and_taken_back(reader: Reader) -> None:
    page = reader.open(SHOP, lang="en", vs="week", **{"from": "2026-03-10", "to": "2026-03-14"})
    compared = page.locator(".range-note b, .range-note").first

    def is_compared(base: str) -> bool:
        return base in compared.inner_text()

    assert is_compared(" 2026-03-03 – 03-07 · ")
    assert page.locator(".range-limit").count() == 0
    page.locator("[data-range=vs]").select_option("before")
    assert is_compared(" 2026-03-05 – 03-09 · ")
    page.locator("[data-range=to]").fill("2026-03-20")
    page.locator("[data-range=to]").dispatch_event("change")
    page.locator("[data-range=vs]").select_option("month")
    assert is_compared(" 2026-02-10 – 02-20 · ")
    assert choices_of(page) == {"lang": "en", "from": "2026-03-10", "to": "2026-03-20", "vs": "month"}
    page.go_back()
    page.go_back()
    assert is_compared(" 2026-03-05 – 03-09 · ")


def test_a_range_has_the_channels_that_were_used_in_it(read_site: Callable[..., Reader]) -> None:
    # The app has used one-click login alone in the last 99 days, and WeChat and text messages in the 30 before.
    days = {"from": str(made_database.day(109)), "to": str(made_database.day(100))}
    page = read_site("long").open("apps/shop/index.html", lang="en", **days)
    page.wait_for_selector(".range-channels tr:nth-child(4)")
    rows = table_rows(page, ".range-channels")
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("One-click login", "600", "1,000"), ("WeChat", "70", "100"), ("All four channels", "670", "1,100"),
        ("Text message", "30", "40"),
    ]  # fmt: skip
    usage = {row[0]: row[1] for row in table_rows(page, ".range-usage")}
    assert usage["Third-party authorizations"] == "70"
    # Later days have none of them.
    page.goto(page.url.partition("?")[0] + "?lang=en")
    page.wait_for_selector("html[data-ready]", state="attached")
    assert [row[0] for row in table_rows(page, ".range-channels")] == ["One-click login"]


def test_a_day_of_an_app_is_one_click_from_its_charts(reader: Reader) -> None:
    one = made_database.day(2)
    # A chart of the app's page leads to the app's day.
    page = reader.open(SHOP, lang="en")
    page.locator("details[data-figures=authorizations] summary").click()
    reader.settle()
    page.locator(f"details[data-figures=authorizations] a[href*='{one}']").click()
    page.wait_for_selector(".app-day-channels")
    assert choices_of(page)["app"] == "shop"
    assert "商城" in page.locator("h1").inner_text()
    # The page says that incidents are computed from the present data.
    assert "as computed now" in page.locator(".incidents-panel h2").inner_text()
    assert "with data that was missing on the day itself" in page.locator("[data-part=app-day-head]").inner_text()
    # Parts of all apps and incidents of other apps are hidden.
    assert page.locator("[data-all-apps]:visible").count() == 0
    links = page.locator(".incidents-panel a.incident-text:visible").evaluate_all("all => all.map((one) => one.href)")
    assert all("/apps/" not in link or f"/{SHOP.rsplit('/', 1)[0]}/" in link for link in links)
    command = page.locator("#records code").last.text_content()
    assert command == f".venv/bin/authmeter export --app shop --from {one} --to {one} --events"
    page.get_by_role("link", name="All apps", exact=True).click()
    page.wait_for_selector("[data-all-apps]:visible")
    # An app that does not exist leaves the page as it is, and is named.
    page = reader.open(f"days/{one}.html", lang="en", app="nobody")
    page.wait_for_selector("[data-part=instead] p")
    assert page.locator("[data-all-apps]:visible").count() == 3
