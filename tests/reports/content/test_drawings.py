"""Tests drawings that are rendered with the page: breaks of lines, the extent of bands, levels, and lengths of bars."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import date, timedelta

from pipelines.incidents.usual.norms import DayNorm
from reports.content.drawings import bar, curve, sparkline


def days_of(values: Sequence[float | None], low: Sequence[float | None], high: Sequence[float | None]) -> list[DayNorm]:
    return [
        DayNorm("count", date(2026, 11, 1) + timedelta(days=place), value, None, value, *ends, None)
        for place, (value, *ends) in enumerate(zip(values, low, high, strict=True))
    ]


def paths(svg: str, name: str) -> list[str]:
    return re.findall(rf'<path class="{name}" d="([^"]*)"', svg)


def test_a_line_breaks_where_there_is_no_data() -> None:
    svg = sparkline(days_of([1, 2, None, 3, None, 4], [None] * 6, [None] * 6))
    (line,) = paths(svg, "lit")
    assert [piece.count("L") for piece in line.split("M")[1:]] == [1, 0, 0]
    assert paths(svg, "norm") == []
    assert svg.count("<circle") == 1


def test_nothing_at_all_is_an_empty_drawing() -> None:
    for values in ([], [None, None]):
        svg = sparkline(days_of(values, values, values))
        assert paths(svg, "lit") == [""]
        assert "<circle" not in svg


def test_a_band_runs_along_the_top_and_back() -> None:
    svg = sparkline(days_of([5, 5, 5], [4, 4, 4], [6, 6, 6]), width=105, height=105)
    (band,) = paths(svg, "norm")
    assert band == "M0.0 0.0L50.0 0.0L100.0 0.0L100.0 87.0L50.0 87.0L0.0 87.0Z"
    # If only some days have a usual range, no band is drawn across the others.
    assert paths(sparkline(days_of([5, 5, 5], [4, None, 4], [6, None, 6])), "norm") == []


def test_a_curve_marks_its_day_and_writes_its_levels() -> None:
    days = days_of([0.9] * 42 + [0.4] * 18, [0.85] * 60, [0.95] * 60)
    svg = str(curve(days, 42, "<11-08>", [(0.9, "90%"), (0.4, "40%")]))
    root = ET.fromstring(svg)
    assert [text.text for text in root.iter("text")] == ["<11-08>", "90%", "40%"]
    (line,) = root.iter("line")
    assert line.get("x1") == line.get("x2") == "71.19%"
    assert ET.fromstring(curve(days, None, "", [])).find("line") is None


def test_a_bar_is_as_long_as_its_part() -> None:
    for part, width in ((0.26, "26.0%"), (0, "0.0%"), (1, "100.0%"), (1.4, "100.0%")):
        assert f'class="filled" width="{width}"' in bar(part)


def test_no_drawing_has_a_style_of_its_own() -> None:
    """The content policy of the pages forbids style attributes."""
    days = days_of([1, 2], [1, 1], [2, 2])
    assert "style=" not in sparkline(days) + curve(days, 0, "x", [(1, "y")]) + bar(0.5)
