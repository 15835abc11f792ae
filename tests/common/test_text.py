"""Tests numbers in the texts of messages and pages."""

from __future__ import annotations

import pytest

from pipelines.common.text import about, per_cent, percent, range_ends, yuan


@pytest.mark.parametrize(
    ("low", "high", "ends"), [(5.27, 30.73, ("6", "30")), (0.0, 0.9, ("0", "0")), (4288.2, 5095.0, ("4,289", "5,095"))]
)
def test_the_ends_of_a_range_are_within_it(low: float, high: float, ends: tuple[str, str]) -> None:
    assert range_ends(low, high) == ends


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [(25 / 32, 2, "78.13%"), (29 / 32, 2, "90.63%"), (1 / 16, 1, "6.3%"), (-1 / 800, 2, "-0.13%"), (1.0, 2, "100.00%")],
)
def test_a_half_is_rounded_away_from_zero_as_in_the_scripts_of_the_pages(
    share: float, decimals: int, text: str
) -> None:
    assert per_cent(share, decimals) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [(23 / 160, 2, "14.38%"), (23 / 80, 1, "28.8%"), (427 / 400 - 1, 1, "6.8%"), (57 / 80 - 1, 1, "-28.8%"),
     (6 / 13 - 7 / 16, 2, "2.40%"), (1 / 5 - 7 / 32, 2, "-1.88%"), (0.143749, 2, "14.37%")],
)  # fmt: skip
def test_a_half_that_binary_fractions_store_a_little_too_small_is_still_a_half(
    share: float, decimals: int, text: str
) -> None:
    assert per_cent(share, decimals) == text


def test_messages_of_small_shares_and_of_numbers_round_alike() -> None:
    assert (percent(1 / 16), percent(0.000004), percent(0.0), about(10.5)) == ("6.3%", "0.0004%", "0.0%", "11")


@pytest.mark.parametrize(
    ("change", "text"), [(0.0004, "±0.0%"), (-0.0004, "±0.0%"), (0, "±0.0%"), (0.0005, "+0.1%"), (-0.0005, "-0.1%")]
)
def test_a_change_that_is_rounded_to_zero_has_no_direction(change: float, text: str) -> None:
    assert per_cent(change, 1, sign="+") == text


def test_large_shares_have_thousands_separators() -> None:
    assert per_cent(138.886, 0) == "13,889%"


@pytest.mark.parametrize(("amount", "text"), [(0.125, "0.13"), (1827.3, "1,827.30"), (7, "7.00")])
def test_an_amount_has_two_decimals_and_a_half_is_rounded_away_from_zero(amount: float, text: str) -> None:
    assert yuan(amount) == text
