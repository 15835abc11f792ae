"""Tests charts: gaps, the same look of a channel everywhere, both windows, both themes, and paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from reports.charts.shapes import LOOKS
from reports.notebook import Notebook
from tests.browser.conftest import SHOP, Look, Reader, World
from tests.browser.tour import open_all
from tests.data.published_tables import MISSING_BACK, day

LOGIN_CHARTS = [
    "technical_success_rate", "authorization_rate", "authorizations", "share", "latency_p50_ms", "latency_p95_ms",
]  # fmt: skip
_DRAWN = """(days) => Object.fromEntries(Array.from(
  document.querySelectorAll("figure:not([hidden]) [data-chart]"), (place) => {
  const layer = place.querySelector(`[data-layer="${days}"]`);
  return [place.dataset.chart, {
    traces: layer.data.map(({line, marker, meta}) => ({line, marker, meta})),
    shown: getComputedStyle(layer).opacity,
    hidden: getComputedStyle(place.querySelector(`[data-layer]:not([data-layer="${days}"])`)).opacity,
    lines: layer.querySelectorAll(".scatterlayer .trace").length,
  }];
}))"""


def drawn(reader: Reader, days: int) -> dict[str, Any]:
    """Wait until both windows of all charts are drawn.

    Return the looks of each chart in the window of `days` by its name.
    """
    reader.settle()
    charts = "figure:not([hidden]) [data-chart]"
    reader.page.wait_for_selector(f"html:not(:has({charts} [data-layer]:not([data-drawn])))", state="attached")
    reader.page.wait_for_selector(
        f'html:not(:has({charts}:not(:has([data-layer="7"]):has([data-layer="30"]))))', state="attached"
    )
    found = reader.page.evaluate(_DRAWN, days)
    assert {(chart["shown"], chart["hidden"]) for chart in found.values()} == {("1", "0")}
    assert all(chart["lines"] == len(chart["traces"]) for chart in found.values())
    return found


@pytest.mark.parametrize("days", [30, 7])
@pytest.mark.parametrize(
    ("path", "names"),
    [("usage.html", ["usage"]), ("monitor.html", LOGIN_CHARTS), (SHOP, [*LOGIN_CHARTS, "usage"])],
)
def test_a_missing_day_is_a_gap_in_every_chart(
    look: Look, world: World, path: str, names: list[str], days: int
) -> None:
    page = look(path) if days == 30 else look(path, width=390, days=7)
    charts = {one["data-chart"]: one.all(f"[data-layer='{days}']") for one in page.all("figure [data-chart]")}
    assert [name for name, layers in charts.items() if layers] == names
    expected, missing = [str(day(back)) for back in reversed(range(days))], str(day(MISSING_BACK))
    with closing(Notebook(world("example") / "authmeter.duckdb", "en", "light")) as notebook:
        for name in names:
            (chart,) = [layer.chart for layer in charts[name]]
            for trace in chart["traces"]:
                assert trace["x"] == expected, name
                assert trace["y"][expected.index(missing)] is None
                assert trace["connectgaps"] is False
            assert any(value for trace in chart["traces"] for value in trace["y"])
            # The missing day is shaded over its whole width.
            shaded = [(shape["x0"], shape["x1"]) for shape in chart["shapes"] if shape["type"] == "rect"]
            assert shaded == [(f"{day(MISSING_BACK + 1)} 12:00", f"{missing} 12:00")]
            # A notebook draws the same; `chart_cases.json` has scales and forms of shapes.
            figure = notebook.trend("shop" if path == SHOP else "*", name, days)
            assert [(line.name, list(line.y)) for line in figure.data] == [
                (trace["name"], trace["y"]) for trace in chart["traces"]
            ]
            assert [shape.x0 for shape in figure.layout.shapes] == [shape["x0"] for shape in chart["shapes"]]
    keys = page.texts("[data-chart-keys]")
    assert keys
    assert all("No data on 2026-03-28 Sat: a gap, not zero" in text for text in keys)


def colour(text: str) -> str:
    """Convert a colour such as `rgb(1, 2, 3)` to the form of `LOOKS`, `#010203`."""
    return "#" + "".join(f"{int(part):02X}" for part in re.findall(r"\d+", text)[:3])


def test_a_channel_looks_the_same_in_every_chart_and_legend_and_has_its_name_at_the_end(drawing_reader: Reader) -> None:
    """The pages of all apps have every channel. `tests/reports/charts` tests the colours of each theme."""
    seen: dict[str, set[tuple[str, ...]]] = {}
    keys: list[tuple[str, str]] = []
    for path in ("monitor.html", "usage.html"):
        page = drawing_reader.open(path, lang="en", days=7)
        for trace in (trace for chart in drawn(drawing_reader, 7).values() for trace in chart["traces"]):
            look = (trace["line"]["color"], trace["marker"]["color"], trace["marker"]["symbol"])
            seen.setdefault(trace["meta"]["look"], set()).add(look)
        keys += page.eval_on_selector_all(
            "svg.key", "all => all.map((key) => [key.classList[1], getComputedStyle(key.querySelector('path')).stroke])"
        )
        # Lines are solid.
        dashes = page.eval_on_selector_all(".js-line", "all => all.map((one) => getComputedStyle(one).strokeDasharray)")
        assert set(dashes) == {"none"}
        if path == "monitor.html":
            names = page.locator("[data-chart=authorizations] [data-layer='7'] .end-labels text")
            assert names.all_text_contents() == ["One-click", "WeChat", "QQ", "Weibo"]
            tops = sorted(names.evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)"))
            assert all(later - earlier >= 13 for earlier, later in pairwise(tops))
    assert seen == {name: {(look.light, look.light, look.marker)} for name, look in LOOKS.items()}
    # Twelve are in legends and the summary, the others at the ends of the lines.
    assert len(keys) > 20
    assert all(colour(stroke) == LOOKS[name.removeprefix("look-")].light for name, stroke in keys)
    # A theme that changes draws the charts again.
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector('[data-chart=usage][data-ready="en dark 7"]')
    painted = page.locator("[data-layer='7'] .scatterlayer .js-line").first.evaluate(
        "one => getComputedStyle(one).stroke"
    )
    assert colour(painted) == LOOKS["one_click"].dark
    strokes = page.eval_on_selector_all("svg.key path", "all => all.map((one) => getComputedStyle(one).stroke)")
    assert set(map(colour, strokes)) <= {look.dark for look in LOOKS.values()}


@pytest.mark.parametrize(
    ("language", "weekday", "names"),
    [
        ("zh", "周三", ["一键登录认证量", "本机号码认证量", "三方授权量"]),
        ("en", "Wed", ["One-click verifications", "Local number verifications", "Third-party authorizations"]),
    ],
)
def test_words_in_charts_follow_the_language(look: Look, language: str, weekday: str, names: list[str]) -> None:
    page = look("usage.html", language, width=390, days=7)
    layer = page.one("[data-chart=usage] [data-layer='7']")
    assert weekday in layer.one(".xaxislayer-above").content
    assert [trace["name"] for trace in layer.chart["traces"]] == names


def hidden_controls(page: Page, *controls: str) -> None:
    for control in controls:
        assert not any(one.is_visible() for one in page.locator(control).all()), control


def test_paper_is_light_and_shows_charts_and_tables_but_no_controls(drawing_reader: Reader) -> None:
    drawing_reader.page.emulate_media(color_scheme="dark")
    page = drawing_reader.open(SHOP, lang="zh", days=30)
    open_all(page)
    drawing_reader.settle()
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_selector('html:not(:has([data-chart]:not([data-ready="zh light 30"])))', state="attached")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    hidden_controls(page, "header", ".skip", ".actions", ".trust .why", "figure summary", "[data-layer='7']")
    assert page.locator("h1").is_visible()
    widths = page.eval_on_selector_all("[data-layer='30'] .main-svg", "all => all.map(one => one.clientWidth)")
    assert min(widths) > 200
    # A chart that has half a sheet is drawn for that width, whatever it has on the screen: its letters stay as large.
    drawn_for = page.eval_on_selector_all(
        ".charts:not(.wide) [data-layer='30']", "all => all.map(one => Number(one.dataset.width))"
    )
    assert max(drawn_for) <= 380
    # No table is cut, and its ink is dark.
    cut = page.eval_on_selector_all(".scroll", "all => all.map(one => getComputedStyle(one).overflow)")
    assert set(cut) == {"visible"}
    inks = page.eval_on_selector_all(
        "main td, main th", "all => all.map(one => getComputedStyle(one).color.match(/\\d+/g).map(Number))"
    )
    assert max(max(ink[:3]) for ink in inks) <= 120
    document = page.pdf(format="A4", print_background=True)
    assert document.startswith(b"%PDF-")
    assert re.search(rb"/Type\s*/Page\b(?!s)", document)
    assert len(document) > 20_000
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen", color_scheme="dark")
    page.wait_for_selector('html:not(:has([data-chart]:not([data-ready="zh dark 30"])))', state="attached")


def test_paper_hides_the_controls_of_lists_and_keeps_the_number_of_rows(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    page.emulate_media(media="print")
    assert page.locator(".filters .found").is_visible()
    hidden_controls(page, "header", ".picker", ".filters .field", ".pager .steps", ".pager .lengths")
    assert page.locator("table[data-table=logins] tbody tr").first.is_visible()


def test_paper_has_every_day_of_an_opened_course_and_whole_examples(reader: Reader) -> None:
    page = reader.open("packages.html", lang="en")
    page.locator(".course-figures").first.evaluate("fold => { fold.open = true; }")
    page.wait_for_selector(".course-figures[open] tbody tr")
    page.emulate_media(media="print")
    box = ".course-figures[open] .scroll"
    assert page.eval_on_selector(box, "one => one.scrollHeight - one.clientHeight") == 0
    page.locator("main").evaluate("main => main.append(document.createElement('pre'))")
    page.locator("main > pre").evaluate("one => { one.className = 'example'; one.textContent = 'long '.repeat(400); }")
    assert page.eval_on_selector(".example", "one => one.scrollWidth - one.clientWidth") == 0


def test_paper_has_no_links_to_files(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    links = page.locator("main a[download]")
    assert any(one.is_visible() for one in links.all())
    page.emulate_media(media="print")
    assert [one.inner_text() for one in links.all() if one.is_visible()] == []
    # The columns of these links have gone, too.
    assert not any(one.is_visible() for one in page.locator("th:text-is('Detail export'), th:text-is('File')").all())
    assert not page.locator(".heading .span").first.inner_text().endswith("·")


def test_paper_has_the_keys_of_the_charts_in_light_colours(read_site: Callable[..., Reader]) -> None:
    reader = read_site("sampled")
    reader.page.emulate_media(color_scheme="dark")
    page = reader.open("monitor.html", lang="en", line="one_click")
    page.emulate_media(media="print", color_scheme="dark")

    def look(key: str, what: str) -> Any:
        return page.locator(key).first.evaluate(f"one => getComputedStyle(one, '::before').{what}")

    assert look(".release-key", "borderLeftColor") == "rgb(107, 75, 184)"
    # Browsers print no other backgrounds by default.
    assert look(".norm-key", "printColorAdjust") == "exact"
    holiday = page.locator("html").evaluate("one => getComputedStyle(one).getPropertyValue('--holiday')")
    assert holiday.strip() == "#e9b000"


@pytest.mark.parametrize(("script", "sign"), [("plotly-*.js", "html"), ("data/apps.js*", ".waiting:text('could not')")])
def test_a_page_without_charts_or_list_shows_its_other_figures(reader: Reader, script: str, sign: str) -> None:
    page = reader.page
    page.route(f"**/{script}", lambda route: route.abort())
    page.goto((reader.site / "usage.html").as_uri() + "?lang=en")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_selector(sign)
    assert page.locator("[data-part=periods] tbody tr").count() == 5
    assert page.locator("#card-number_verifications .short").first.inner_text() == "62"
    # The list does not wait for charts that never come, and an empty chart says why.
    page.wait_for_selector("table[data-table=apps] tbody tr, .waiting:text('could not')")
    said = page.locator(".chart-empty").all_inner_texts()
    assert said == (["The charts could not be loaded."] if "plotly" in script else [])
    reader.complaints.clear()


def test_charts_are_loaded_again_when_the_reader_chooses_another_window(drawing_reader: Reader) -> None:
    page = drawing_reader.page
    failed = []

    def once(route: Route) -> None:
        failed.append(route.request.url)
        if len(failed) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/plotly-*.js", once)
    page.goto((drawing_reader.site / "usage.html").as_uri() + "?lang=en&days=30")
    page.wait_for_selector(".chart-empty")
    page.keyboard.press("7")
    drawing_reader.settle()
    assert drawn(drawing_reader, 7)["usage"]["lines"] == 3
    assert page.locator(".chart-empty").count() == 0
    drawing_reader.complaints.clear()
