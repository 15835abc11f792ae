"""Tests that templates write figures in the same form as the scripts (`tests/reports/static/format.test.js`)."""

from __future__ import annotations

import pytest

from reports.content.wording.formats import share, size


def test_a_share_has_the_same_last_digit_as_in_the_scripts() -> None:
    assert share(29 / 32) == "90.63%"


@pytest.mark.parametrize(
    ("number", "text"),
    [(999, "999 B"), (1000, "1.0 kB"), (27_250, "27.3 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB")],
)
def test_bytes_have_the_largest_unit_that_they_fill(number: int, text: str) -> None:
    assert size(number) == text
