"""Tests what charts show besides their lines: the previous span, usual ranges, notes, longer spans, and the figures of
one day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SHOP, Look, Reader
from tests.data.published_tables import AS_OF, HOSTILE_NAMES, MISSING_BACK, day

# The place of a chart's plot on the screen.
_PLOT = """(name) => {
  const place = document.querySelector(`[data-chart="${name}"]`);
  place.scrollIntoView({block: "center"});
  const {left, top} = place.getBoundingClientRect();
  const layer = place.querySelector(`[data-layer="${document.documentElement.dataset.chartSpan}"]`);
  const {l, r, t, b} = layer.layout.margin;
  return [left + l, top + t, place.clientWidth - l - r, place.clientHeight - t - b];
}"""
_LAYER = """(place) => {
  const layer = place.querySelector(`[data-layer="${document.documentElement.dataset.chartSpan}"]`);
  return {
    traces: layer.data.map(({x, y, meta, marker}) => ({x, y, look: meta.look, symbols: marker.symbol})),
    shapes: layer.layout.shapes.map(({name, path, x0, label}) => ({name, path, x0, text: label && label.text})),
    labels: Array.from(layer.querySelectorAll(".end-labels text"), (one) => one.textContent),
  };
}"""


def layer(page: Page, chart: str) -> dict[str, Any]:
    """Return the traces, shapes and labels of a chart in the span that it shows."""
    return page.locator(f"[data-chart={chart}]").evaluate(_LAYER)


def marked(page: Page, chart: str, kind: str) -> list[str]:
    """Return the first day of each mark of a kind, such as `note`, in a chart."""
    return [shape["x0"] for shape in layer(page, chart)["shapes"] if shape["name"] == kind]


def point_at(page: Page, chart: str, place: int, places: int) -> None:
    """Move the pointer over the day or month with the index `place` in a chart that has `places` days or months."""
    left, top, width, height = page.evaluate(_PLOT, chart)
    page.mouse.move(left + width * (place + 0.5) / places, top + height / 2)


def choose(reader: Reader, span: str) -> None:
    reader.page.locator(f"[data-span-button='{span}']").first.click()
    reader.settle()


def test_a_fallen_rate_is_outside_its_usual_range_also_over_seven_days(look: Look) -> None:
    page = look("apps/shop/index.html", name="fallen", days=7)
    chart = page.one("[data-chart=authorization_rate] [data-layer='7']").chart
    shapes = chart["shapes"]
    (norm,) = [shape["path"] for shape in shapes if shape["name"] == "norm"]
    # Around the median before the fall, by the chance of 100 requests.
    room = 3 * (0.71 * 0.29 / 100) ** 0.5
    levels = [float(level) for level in re.findall(r",([\d.]+)", norm)]
    assert {round(level, 6) for level in levels} == {round(0.71 - room, 6), round(0.71 + room, 6)}
    trace = next(one for one in chart["traces"] if one["look"] == "one_click")
    assert trace["y"] == [0.4] * 7
    # The days before, of which four had fallen, too.
    before = [shape["path"] for shape in shapes if shape["name"] == "previous"]
    assert len(before) == 1
    assert [point[:10] for point in re.split("[ML]", before[0])[1:]] == [str(day(back)) for back in reversed(range(7))]
    assert before[0].endswith(f"{day(0)},0.4")
    for words in ("Previous 7 days", "Usual: around the median of the eight weeks before"):
        assert words in page.one("[data-chart-keys]").text


def test_longer_spans_show_90_days_and_13_months(read_site: Callable[..., Reader]) -> None:
    reader = read_site("fallen")
    page = reader.open("apps/shop/index.html", lang="en", days=30)
    choose(reader, "90")
    (usage,) = [one for one in layer(page, "usage")["traces"] if one["look"] == "one_click"]
    assert usage["x"] == [str(day(back)) for back in reversed(range(90))]
    assert usage["y"] == [40] * 90
    assert page.locator("[data-chart=usage] [data-layer='90']").evaluate("one => getComputedStyle(one).opacity") == "1"
    # The tables stay with 30 days, and one switch is pressed.
    assert page.locator(".windows [aria-pressed=true]").all_inner_texts() == ["90 days"]
    assert page.locator("[data-span-button], [data-days-button]").count() == 4
    assert page.locator("html").get_attribute("data-days") == "30"
    assert "span=90" in page.url
    assert marked(page, "usage", "incident") == [str(day(10))]
    assert marked(page, "usage", "holiday") == [f"{day(61)} 12:00"]
    assert f"Holiday {day(60):%m-%d}" in texts_of(page)
    choose(reader, "months")
    trends = {one["look"]: one for one in layer(page, "authorization_rate")["traces"]}
    assert trends["one_click"]["x"][-4:] == ["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"]
    # The axis begins with the month of the first record, or with the seventh newest.
    assert len(trends["one_click"]["x"]) == 7
    won = {
        n: sum(40 if (AS_OF - one).days <= 10 else 70 + (AS_OF - one).days % 3 for one in month_days(n)) for n in (2, 3)
    }
    expected = [won[n] / (100 * len(month_days(n))) for n in (2, 3)]
    assert trends["one_click"]["y"][-2:] == pytest.approx(expected)
    assert trends["one_click"]["y"][:3] == [None] * 3
    # No axis of nothing.
    assert page.locator("[data-chart^=latency]:visible").count() == 0
    assert "Latencies do not add up to months" in page.locator("[data-chart-keys]").first.inner_text()
    page.locator("[data-figures=usage] summary").click()
    reader.settle()
    row = page.locator("[data-figures=usage] tbody tr").first.inner_text().split("\t")
    # The table has the sum of a month and its days; the line has its mean day, so that an unfinished month is no fall.
    assert (row[0], row[1], row[-1]) == ("2026-03", "1,240", "31")
    (usage,) = [one for one in layer(page, "usage")["traces"] if one["look"] == "one_click"]
    assert usage["y"][-3:] == [40] * 3
    assert usage["symbols"][-4:] == ["circle"] * 4
    assert "Not all days have data: 2025-12" not in texts_of(page)
    assert "Counts of a month are drawn as its mean day; the pointer, tables and files have its sums" in texts_of(page)
    point_at(page, "usage", 6, 7)
    assert "1,240" in page.locator(".readout").inner_text().split()
    # The page's own switch shows its window again.
    reader.press("7")
    assert len(layer(page, "usage")["traces"][0]["x"]) == 7
    assert "span=" not in page.url


def texts_of(page: Page) -> str:
    return page.locator("[data-chart-keys]").first.inner_text()


def month_days(month: int) -> list[date]:
    first = date(2026, month, 1)
    return [one for one in (first + timedelta(days=n) for n in range(31)) if one.month == month and one <= AS_OF]


def test_days_of_the_table_behind_a_chart_lead_to_their_pages(look: Look) -> None:
    links = look("usage.html", width=390, days=7, opened=True).all("[data-figures=usage] tbody th a")
    assert [link.target for link in links] == [f"days/{day(back)}.html" for back in range(7)]


def test_a_finger_reads_a_day_and_is_not_led_away(read_site: Callable[..., Reader]) -> None:
    reader = read_site("example", fresh=True, draws=True)
    page = reader.open("usage.html", lang="en", days=7)
    left, top, width, height = page.evaluate(_PLOT, "usage")
    session = page.context.new_cdp_session(page)
    spot = [{"x": left + width * 6.5 / 7, "y": top + height / 2}]
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": spot})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.locator(".readout .of-day a").wait_for()
    assert "/usage.html" in page.url
    assert (page.locator(".readout .of-day a").get_attribute("href") or "").startswith(f"days/{day(0)}.html")


def test_charts_of_an_app_over_seven_days_can_be_read(drawing_reader: Reader) -> None:
    page = drawing_reader.open(SHOP, lang="en", days=7)
    for check in (check_place_of_values, check_usual_range, check_values_of_a_day, check_click_on_a_day):
        check(drawing_reader, page)


def test_charts_of_an_app_over_thirty_days_can_be_read(drawing_reader: Reader) -> None:
    page = drawing_reader.open(SHOP, lang="en", days=30)
    for check in (check_legend, check_notes, check_versions):
        check(drawing_reader, page)


def test_hostile_notes_are_text(drawing_reader: Reader) -> None:
    page = drawing_reader.open("apps/img/index.html", lang="en", days=7)
    point_at(page, "usage", 5, 7)
    assert page.locator(".readout .of-day bdi").all_text_contents() == [HOSTILE_NAMES["img"]]
    assert page.locator("img").count() == 0


def check_place_of_values(reader: Reader, page: Page) -> None:
    """Assert that the row of values does not cover the chart under the pointer."""
    for place, side in (("end", "above"), ("start", "")):
        chart = page.locator("[data-chart=authorizations]")
        chart.evaluate("(one, block) => one.scrollIntoView({block})", place)
        box = chart.bounding_box()
        assert box
        page.mouse.move(box["x"] + 120, box["y"] + box["height"] / 2)
        row = page.locator(".readout")
        row.wait_for()
        assert row.evaluate("one => one.classList.contains('above')") is bool(side)
        found = row.bounding_box()
        assert found
        assert found["y"] >= box["y"] + box["height"] or found["y"] + found["height"] <= box["y"]
        page.mouse.move(5, 450)


def check_usual_range(reader: Reader, page: Page) -> None:
    """Assert that the usual range is drawn if only one line is shown, and not otherwise."""
    behind = {"norm", "previous"}
    assert not behind & {one["name"] for one in layer(page, "authorizations")["shapes"]}
    assert "Click a name to show its line alone with its usual range" in texts_of(page)
    page.locator("[data-legend=timed]").get_by_role("button", name="WeChat").click()
    reader.settle()
    assert behind <= {one["name"] for one in layer(page, "authorizations")["shapes"]}
    assert "Usual: around the median" in texts_of(page)
    page.locator("[data-legend=timed]").get_by_role("button", name="WeChat").click()
    reader.settle()


def check_values_of_a_day(reader: Reader, page: Page) -> None:
    """Assert that all charts show their values of the same day, and `no data` on a missing day."""
    point_at(page, "authorizations", 6, 7)
    row = page.locator(".readout")
    assert row.locator(".of-day").inner_text().startswith(f"{day(0)} Tue")
    charts = page.locator("figure:not([hidden]) [data-chart]").count()
    assert row.locator(":scope > div").count() == charts == 7
    assert row.locator(":scope > div b").first.inner_text() == "Authorizations"
    # One-click login: 15 and 7 authorizations of 30 requests.
    first = row.locator(":scope > div").first
    assert re.findall(r"\d+", first.locator(":scope > span").first.inner_text()) == ["22"]
    lines = page.locator(".crosshair:visible")
    assert lines.count() == charts
    lefts = page.eval_on_selector_all(
        ".charts:not(.wide) .crosshair", "all => all.map((one) => Math.round(parseFloat(one.style.left)))"
    )
    assert len(set(lefts)) == 1
    point_at(page, "authorizations", 6 - MISSING_BACK, 7)
    assert row.locator(".of-day").inner_text().startswith(str(day(MISSING_BACK)))
    values = row.locator(":scope > div > span").all_inner_texts()
    assert values
    assert all("no data" in text for text in values)
    reader.speak("zh")
    point_at(page, "authorizations", 6 - MISSING_BACK, 7)
    assert all("无数据" in text for text in row.locator(":scope > div > span").all_inner_texts())
    page.mouse.move(5, 5)
    assert row.is_hidden()
    assert lines.count() == 0


def check_click_on_a_day(reader: Reader, page: Page) -> None:
    """Assert that a click on a day opens the page of that day."""
    point_at(page, "usage", 5, 7)
    left, top, width, height = page.evaluate(_PLOT, "usage")
    page.mouse.click(left + width * 5.5 / 7, top + height / 2)
    page.wait_for_url(f"**/days/{day(1)}.html?*")
    assert "days=7" in page.url
    assert page.locator("time#as-of").get_attribute("datetime") == str(day(1))


def check_legend(reader: Reader, page: Page) -> None:
    """Assert that a click on a name in the legend shows its series alone, and that Enter shows all again."""
    everyone = ["one_click", "wechat"]
    assert [one["look"] for one in layer(page, "authorizations")["traces"]] == everyone
    wechat = page.locator("[data-legend=timed]").get_by_role("button", name="WeChat")
    wechat.click()
    reader.settle()
    assert wechat.get_attribute("aria-pressed") == "true"
    assert wechat.evaluate("one => one === document.activeElement")
    for chart in ("authorizations", "share", "latency_p50_ms"):
        assert [one["look"] for one in layer(page, chart)["traces"]] == ["wechat"], chart
    # A chart without that series shows its own.
    assert len(layer(page, "usage")["traces"]) == 3
    wechat.press("Enter")
    reader.settle()
    assert [one["look"] for one in layer(page, "authorizations")["traces"]] == everyone
    assert page.locator("[aria-pressed=true].series-button").count() == 0


def check_notes(reader: Reader, page: Page) -> None:
    """Assert that notes and new SDK versions are marked, and listed with their texts."""
    assert marked(page, "usage", "note") == [str(day(12)), str(day(9))]
    keys = page.locator("[data-chart-keys]").first.locator(".note-key").all_inner_texts()
    assert keys == [f"Noted {day(12):%m-%d} an earlier campaign", f"Noted {day(9):%m-%d} SDK 2.15.0 发布"]
    # A version is marked on the first day on which it had more than 1 % of the requests.
    assert marked(page, "usage", "release") == [str(day(10))]
    keys = page.locator("[data-chart-keys]").first.locator(".release-key").all_inner_texts()
    assert keys == [f"SDK version from {day(10):%m-%d} 2.15.0"]
    point_at(page, "usage", 30 - 1 - 9, 30)
    assert page.locator(".readout .of-day bdi").all_inner_texts() == ["SDK 2.15.0 发布"]


def check_versions(reader: Reader, page: Page) -> None:
    """Assert that the lines are SDK versions after a reader has chosen versions."""
    page.locator("[data-by-button=version]").click()
    reader.settle()
    names = ["2.13.0", "2.15.0", "2.14.0", "Unknown"]
    legend = page.locator("[data-legend=timed] button")
    assert sorted(legend.all_text_contents()) == sorted(names)
    assert sorted(layer(page, "technical_success_rate")["labels"]) == sorted(names)
    # Only this rate is counted by version.
    assert page.locator("[data-legend=timed]").locator("xpath=ancestor::section").locator(
        "figure:visible"
    ).count() == 1  # fmt: skip
    new = next(i for i, name in enumerate(legend.all_text_contents()) if name == "2.15.0")
    traces = layer(page, "technical_success_rate")["traces"]
    (trace,) = [one for one in traces if one["look"] == f"version_{new + 1}"]
    known = [one for one, value in zip(trace["x"], trace["y"], strict=True) if value is not None]
    assert known[0] == str(day(10))
    # One-click login of the new version: 22 of 30, 4 cancelled; in whole per mille.
    assert trace["y"][-1] == pytest.approx(22 / 26, abs=0.0005)
    legend.nth(new).click()
    reader.settle()
    assert layer(page, "technical_success_rate")["labels"] == ["2.15.0"]
    point_at(page, "technical_success_rate", 29, 30)
    assert page.locator(".readout > div").first.locator("span.series").all_text_contents() == ["2.15.0"]
    choose(reader, "months")
    assert "SDK versions are kept for 30 days" in page.locator("[data-layer=months] .chart-empty").first.inner_text()
