"""Chart shapes: valid, complete in both languages and themes, the same look for a channel everywhere."""

import json

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from reports.build.static_files import LIBRARIES
from reports.charts.shapes import LOOKS, charts, shapes
from reports.content.wording.language import LANGUAGES

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
        # A long dash was taken for a day without data.
        assert trace.line.dash is None


def test_channels_have_the_agreed_colours():
    channels = [LOOKS[name] for name in ("one_click", "wechat", "qq", "weibo")]
    assert [look.light for look in channels] == ["#2456D6", "#12A594", "#B36200", "#7A0F3A"]
    assert [look.dark for look in channels] == ["#8FA2FF", "#5CF2DD", "#E9B000", "#E0457B"]
    assert len({look.marker for look in LOOKS.values()}) == len(LOOKS)
    assert all(len({getattr(look.label, language) for look in LOOKS.values()}) == len(LOOKS) for language in LANGUAGES)


def test_the_script_is_the_version_that_checked_the_shapes():
    package = json.loads((LIBRARIES / "plotly.js-basic-dist-min" / "package.json").read_text("utf-8"))
    assert package["version"] == get_plotlyjs_version()
