"""Numbers as messages and pages name them."""

from __future__ import annotations

import pytest

from pipelines.common.text import range_ends


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(5.27, 30.73, ("6", "30")), (0.0, 0.9, ("0", "0")), (4288.2, 5095.0, ("4,289", "5,095"))],
)
def test_the_ends_of_a_range_are_within_it(low: float, high: float, ends: tuple[str, str]) -> None:
    assert range_ends(low, high) == ends
