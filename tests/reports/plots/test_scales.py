"""Tests ticks, ranges and shapes of charts with the cases that also test the scripts (`chart_cases.test.js`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reports.plots import scales

CASES = json.loads((Path(__file__).parents[1] / "chart_cases.json").read_text("utf-8"))


def days(names: list[str]) -> list[date]:
    return [date.fromisoformat(name) for name in names]


def without_data(places: list[int], of: list[date]) -> list[date]:
    return [of[place] for place in places]


def mark(given: dict) -> scales.Mark:
    return scales.Mark(**given | {"day": date.fromisoformat(given["day"])})


FUNCTIONS: dict[str, Callable] = {
    "scale": lambda language, values, unit, from_zero: scales.scale(values, unit, from_zero, language),
    "dayScale": lambda language, names, most: scales.day_scale(days(names), most, language),
    "gaps": lambda _, names, places, drawn: scales.whole_days(without_data(places, days(names)), drawn),
    "holidayStrips": lambda _, names, drawn: scales.whole_days(days(names), drawn),
    "previousLine": lambda _, names, values, *drawn: scales.previous_line(days(names), values, *drawn),
    "band": lambda _, names, ranges, *drawn: scales.band(
        days(names), [one and (one["low"], one["high"]) for one in ranges], *drawn
    ),
    "dayMarks": lambda _, names, marks, *drawn: scales.day_marks(days(names), [mark(one) for one in marks], *drawn),
    "spread": lambda _, *given: scales.spread(*given),
}


def rounded(found: object) -> object:
    """Round numbers to nine places for comparison, because scripts add up in another order."""
    if isinstance(found, dict):
        return {name: rounded(one) for name, one in found.items()}
    if isinstance(found, list):
        return [rounded(one) for one in found]
    return round(found, 9) if isinstance(found, float) else found


@pytest.mark.parametrize("case", CASES, ids=[f"{case['of']}: {case['name']}" for case in CASES])
def test_notebooks_and_scripts_draw_the_same(case: dict) -> None:
    assert rounded(FUNCTIONS[case["of"]](case["language"], *case["given"])) == rounded(case["found"])
