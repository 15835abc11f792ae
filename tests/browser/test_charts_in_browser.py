"""What charts show of their numbers: gaps, the same look for a channel everywhere, both windows, both themes, paper."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from plotly.graph_objects import Figure

from pipelines.store.database import open_published
from reports.charts.shapes import LOOKS
from reports.content.folders import app_folder
from reports.notebook import Notebook
from tests.browser.conftest import Reader, open_all
from tests.data.published_tables import MISSING_BACK, day

APP = f"apps/{app_folder('shop', ['Shop'])}/index.html"
LOGIN_CHARTS = [
    "technical_success_rate", "authorization_rate", "authorizations", "share", "latency_p50_ms", "latency_p95_ms",
]  # fmt: skip
_DRAWN = """(days) => Object.fromEntries(Array.from(
  document.querySelectorAll("figure:not([hidden]) [data-chart]"), (place) => {
  const layer = place.querySelector(`[data-layer="${days}"]`);
  return [place.dataset.chart, {
    traces: layer.data.map(({x, y, line, marker, connectgaps, meta}) => ({x, y, line, marker, connectgaps, meta})),
    shaded: layer.layout.shapes.filter((shape) => shape.type === "rect").map(({x0, x1}) => [x0, x1]),
    shown: getComputedStyle(layer).opacity,
    hidden: getComputedStyle(place.querySelector(`[data-layer]:not([data-layer="${days}"])`)).opacity,
    lines: layer.querySelectorAll(".scatterlayer .trace").length,
    names: layer.data.map(({name}) => name),
    scale: [layer.layout.yaxis.range, layer.layout.yaxis.ticktext],
    shapes: layer.layout.shapes.map(({label, ...shape}) => shape),
  }];
}))"""


def drawn(reader: Reader, days: int) -> dict[str, Any]:
    """What every chart of the page was given to draw, once both windows are there."""
    reader.settle()
    drawn = "figure:not([hidden]) [data-chart]"
    reader.page.wait_for_selector(f"html:not(:has({drawn} [data-layer]:not([data-drawn])))", state="attached")
    reader.page.wait_for_selector(
        f'html:not(:has({drawn}:not(:has([data-layer="7"]):has([data-layer="30"]))))', state="attached"
    )
    found = reader.page.evaluate(_DRAWN, days)
    assert all(chart["shown"] == "1" for chart in found.values())
    assert all(chart["hidden"] == "0" for chart in found.values())
    return found


@pytest.fixture
def notebook(site: Path) -> Iterator[Notebook]:
    """The figures of the example site's database."""
    with closing(Notebook(open_published(site.with_name("authmeter.duckdb")), "en", "light")) as opened:
        yield opened


def drawing(figure: Figure) -> dict[str, Any]:
    """What of a figure of a notebook hangs on no width, as `drawn` has it of a page."""
    layout = json.loads(figure.to_json())["layout"]
    return {
        "names": [line.name for line in figure.data],
        "scale": [layout["yaxis"]["range"], layout["yaxis"]["ticktext"]],
        "shapes": [{name: value for name, value in shape.items() if name != "label"} for shape in layout["shapes"]],
    }


@pytest.mark.parametrize(("path", "charts"), [("usage.html", ["usage"]), ("monitor.html", LOGIN_CHARTS),
                                               (APP, [*LOGIN_CHARTS, "usage"])])  # fmt: skip
def test_the_switch_changes_every_chart_and_a_missing_day_is_a_gap(
    reader: Reader, notebook: Notebook, path: str, charts: list[str]
) -> None:
    page = reader.open(path, lang="en", days=30)
    missing = str(day(MISSING_BACK))
    app_key = "shop" if path == APP else "*"
    for days in (30, 7):
        if days == 7:
            page.locator("[data-days-button='7']").click()
        found = drawn(reader, days)
        assert list(found) == charts
        for name, chart in found.items():
            expected = [str(day(back)) for back in reversed(range(days))]
            figure = notebook.trend(app_key, name, days)
            assert drawing(figure) == {key: chart[key] for key in ("names", "scale", "shapes")}
            assert [list(line.y) for line in figure.data] == [trace["y"] for trace in chart["traces"]]
            for trace in chart["traces"]:
                assert trace["x"] == expected, name
                assert len(trace["y"]) == days
                assert trace["y"][expected.index(missing)] is None
                assert trace["connectgaps"] is False
            assert any(value for trace in chart["traces"] for value in trace["y"])
            assert chart["lines"] == len(chart["traces"])
            # The missing day is shaded over its whole width.
            ((start, end),) = chart["shaded"]
            assert (start, end) == (f"{day(MISSING_BACK + 1)} 12:00", f"{missing} 12:00")
        keys = page.locator("[data-chart-keys]").all_inner_texts()
        assert keys
        assert all("No data on 2026-03-28 Sat: a gap, not zero" in text for text in keys)


def colour(text: str) -> str:
    """A colour as the browser computes it, in the form of `LOOKS`."""
    return "#" + "".join(f"{int(part):02X}" for part in re.findall(r"\d+", text)[:3])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_channel_looks_the_same_in_every_chart_and_legend(reader: Reader, theme: str) -> None:
    reader.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    seen: dict[str, set[tuple[str, ...]]] = {}
    keys = []
    charts = []
    # All apps together have every channel.
    for path in ("monitor.html", "usage.html"):
        reader.open(path, lang="en", days=7)
        charts += drawn(reader, 7).values()
        keys += keys_of(reader.page)
    for chart in charts:
        for trace in chart["traces"]:
            line, marker = trace["line"], trace["marker"]
            look = (line["color"], marker["color"], marker["symbol"])
            seen.setdefault(trace["meta"]["look"], set()).add(look)
    expected = {name: getattr(look, theme) for name, look in LOOKS.items()}
    assert seen == {name: {(expected[name], expected[name], look.marker)} for name, look in LOOKS.items()}
    # The line as it is painted, and the key of each legend and of the summary.
    # Twelve in legends and summary, the others at the ends of the lines.
    assert len(keys) > 20
    for name, key in keys:
        assert key == expected[name].upper(), name


def keys_of(page: Page) -> list[tuple[str, str]]:
    found = page.eval_on_selector_all(
        "svg.key", "keys => keys.map(key => [key.classList[1], getComputedStyle(key.querySelector('path')).stroke])"
    )
    return [(name.removeprefix("look-"), colour(stroke)) for name, stroke in found]


def test_a_theme_that_changes_redraws_the_charts(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.wait_for_selector(f'[data-chart=usage][data-ready="en {theme} 30"]')
        line = page.locator("[data-layer='30'] .scatterlayer .js-line").first
        painted = line.evaluate("one => getComputedStyle(one).stroke")
        assert colour(painted) == getattr(LOOKS["one_click"], theme)


def test_words_in_charts_follow_the_language(reader: Reader) -> None:
    page = reader.open("usage.html", lang="en", days=7)
    assert "Mon" in page.locator("[data-layer='7'] .xaxislayer-above").inner_html()
    reader.speak("zh")
    assert "周一" in page.locator("[data-layer='7'] .xaxislayer-above").inner_html()
    named = page.eval_on_selector("[data-layer='7']", "one => one.data.map(trace => trace.name)")
    assert named == ["一键登录认证量", "本机号码认证量", "三方授权量"]


def test_paper_is_light_and_shows_charts_and_tables_but_no_controls(reader: Reader) -> None:
    reader.page.emulate_media(color_scheme="dark")
    page = reader.open(APP, lang="zh", days=30)
    open_all(page)
    reader.settle()
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_selector('html:not(:has([data-chart]:not([data-ready="zh light 30"])))', state="attached")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for control in ("header", ".skip", ".actions", ".trust .why", "figure summary"):
        assert not any(one.is_visible() for one in page.locator(control).all()), control
    assert page.locator("h1").is_visible()
    sizes = page.eval_on_selector_all(
        "[data-layer='30'] .main-svg", "all => all.map(one => [one.getBoundingClientRect().width, one.clientHeight])"
    )
    assert min(width for width, _ in sizes) > 200
    # However wide its row is on the screen, a chart that has half a sheet is drawn for that: its letters stay as large.
    drawn = page.eval_on_selector_all(
        ".charts:not(.wide) [data-layer='30']", "all => all.map(one => Number(one.dataset.width))"
    )
    assert max(drawn) <= 380
    assert not any(one.is_visible() for one in page.locator("[data-layer='7']").all())
    # Nothing of a table is cut away, and its ink is dark.
    cut = page.eval_on_selector_all(".scroll", "all => all.map(one => getComputedStyle(one).overflow)")
    assert set(cut) == {"visible"}
    inks = page.eval_on_selector_all(
        "main td, main th", "all => all.map(one => getComputedStyle(one).color.match(/\\d+/g).map(Number))"
    )
    assert max(max(ink[:3]) for ink in inks) <= 120
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen", color_scheme="dark")
    page.wait_for_selector('html:not(:has([data-chart]:not([data-ready="zh dark 30"])))', state="attached")


def test_paper_hides_the_controls_of_lists_and_says_what_they_show(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    page.emulate_media(media="print")
    assert page.locator(".filters .found").is_visible()
    for control in ("header", ".picker", ".filters .field", ".pager .steps", ".pager .lengths"):
        assert not any(one.is_visible() for one in page.locator(control).all()), control
    assert page.locator("table[data-table=logins] tbody tr").first.is_visible()


# A4 less the margins of the style sheet, in the pixels of a page.
SHEET = 703
PAPER = (
    "index.html", "usage.html", "monitor.html", "quality.html", "files.html", "metrics.html", "packages.html",
    "reconciliation.html", "limits.html", "signin.html", f"days/{day(10)}.html", APP,
)  # fmt: skip


# Figures of cards that their own drawing lies on.
_DRAWN_OVER = """() => Array.from(document.querySelectorAll(".card .figure")).filter((one) => {
  const [figure, drawing] = Array.from(one.querySelectorAll(".short, svg")).map((part) => part.getBoundingClientRect());
  return drawing && figure.right > drawing.left && figure.bottom > drawing.top && drawing.bottom > figure.top;
}).map((one) => one.textContent)"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_the_sheet(reader: Reader, language: str) -> None:
    """What is wider is cut, or makes the browser shrink the whole page."""
    page = reader.page
    page.set_viewport_size({"width": SHEET, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    beyond = {}
    for path in PAPER:
        reader.open(path, lang=language, days=30)
        beyond[path] = page.evaluate("document.documentElement.scrollWidth")
        assert page.evaluate(_DRAWN_OVER) == [], path
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", path
    assert {path: width for path, width in beyond.items() if width > SHEET} == {}


@pytest.mark.parametrize("path", [APP, "index.html"])
def test_a_page_becomes_a_pdf(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="zh")
    document = page.pdf(format="A4", print_background=True)
    assert document.startswith(b"%PDF-")
    # Pages in the tree of the document; charts and text are in it.
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", document)) >= 1
    assert len(document) > 20_000


def test_a_site_without_charts_library_still_shows_its_figures(reader: Reader) -> None:
    """Where a script cannot be loaded, the cards and tables still stand."""
    reader.page.route("**/plotly-*.js", lambda route: route.abort())
    page = reader.page
    page.goto((reader.site / "usage.html").as_uri() + "?lang=en")
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("[data-part=periods] tbody tr").count() == 5
    assert page.locator("#card-number_verifications .short").first.inner_text() == "62"
    reader.complaints.clear()


def test_an_app_has_the_lines_and_the_legend_of_its_channels(reader: Reader) -> None:
    page = reader.open("apps/cmd/index.html", lang="en", days=30)
    found = drawn(reader, 30)
    for name in ("technical_success_rate", "authorization_rate", "authorizations", "latency_p50_ms"):
        assert [trace["meta"]["series"] for trace in found[name]["traces"]] == ["one_click"]
    assert [trace["meta"]["series"] for trace in found["usage"]["traces"]] == ["one_click_verifications"]
    assert page.locator("[data-legend=timed] button").all_inner_texts() == ["One-click login"]
    assert page.locator("[data-legend=usage] button").count() == 1
    # On the monitoring page they change with the app that is picked, and come back with all.
    page = reader.open("monitor.html", lang="en", days=30, app="ghost")
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    assert page.locator("[data-legend=timed] button").all_inner_texts() == ["Weibo"]
    page.get_by_role("button", name="All apps").click()
    reader.settle()
    assert page.locator("[data-legend=timed] button").count() == 5
