"""Chart shapes are valid and complete in both languages and themes, and a channel looks the same everywhere."""

import json
import re

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from pipelines.common.project import PROJECT
from pipelines.contract.measures.counts import TECHNICAL
from reports.build.static_files import LIBRARIES
from reports.charts.shapes import LOOKS, backdrops, charts, shapes
from reports.content.wording.language import LANGUAGES, t

SHAPES = shapes()["charts"]
ALL = [(name, language, theme) for name in SHAPES for language in ("zh", "en") for theme in ("light", "dark")]


@pytest.mark.parametrize(("name", "language", "theme"), ALL)
def test_a_shape_is_a_valid_empty_figure(name, language, theme):
    shape = SHAPES[name][language][theme]
    figure = go.Figure(shape)
    assert "template" not in shape["layout"]
    for trace in figure.data:
        assert trace.y is None
        assert trace.connectgaps is False
        look = LOOKS[next(one.look for one in charts()[name].series if one.name == trace.meta["series"])]
        assert trace.line.color == trace.marker.color == getattr(look, theme)
        assert trace.marker.symbol == look.marker
        # A long dash would look like a day without data.
        assert trace.line.dash is None


def test_channels_have_the_agreed_colours():
    channels = [LOOKS[name] for name in ("one_click", "wechat", "qq", "weibo")]
    assert [look.light for look in channels] == ["#2456D6", "#12A594", "#B36200", "#7A0F3A"]
    assert [look.dark for look in channels] == ["#8FA2FF", "#5CF2DD", "#E9B000", "#E0457B"]
    assert len({look.marker for look in LOOKS.values()}) == len(LOOKS)
    assert all(len({getattr(look.label, language) for look in LOOKS.values()}) == len(LOOKS) for language in LANGUAGES)


def test_pages_and_notebooks_give_a_chart_the_same_title():
    script = (PROJECT / "reports" / "static" / "js" / "pages" / "sections.ts").read_text("utf-8")
    named = re.findall(r'chartFigure\("?(\w+)"?, both\("([^"]+)"\)', script)
    assert {TECHNICAL if name == "TECHNICAL" else name: t(title) for name, title in named} == {
        name: chart.title for name, chart in charts().items()
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_lies_behind_the_lines_is_valid(theme):
    figure = go.Figure(layout={"shapes": list(backdrops(theme).values())})
    assert [shape.name for shape in figure.layout.shapes] == list(backdrops(theme))
    assert {"norm", "previous"} == {shape.name for shape in figure.layout.shapes if shape.type == "path"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_kind_of_mark_has_its_own_form(theme):
    drawn = backdrops(theme)
    lines = [drawn[kind]["line"] for kind in ("incident", "note", "release")]
    assert len({line["color"] for line in lines}) == len(lines)
    assert [line["dash"] for line in lines] == ["dot", "dot", "dash"]
    # A holiday is a strip at the foot, a day without data a shade over the whole height.
    heights = {kind: drawn[kind]["y1"] - drawn[kind]["y0"] for kind in ("holiday", "gap")}
    assert 0 < heights["holiday"] < 0.1 < heights["gap"] == 1
    assert drawn["holiday"]["fillcolor"] != drawn["gap"]["fillcolor"]


def test_the_script_is_the_version_that_checked_the_shapes():
    package = json.loads((LIBRARIES / "plotly.js-basic-dist-min" / "package.json").read_text("utf-8"))
    assert package["version"] == get_plotlyjs_version()
