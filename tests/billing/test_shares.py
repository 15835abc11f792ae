"""Tests how a draw from a package is divided between apps: in whole uses, whatever the order of the apps."""

from __future__ import annotations

import pytest

from pipelines.billing.packages.ledger import shares


@pytest.mark.parametrize(
    ("draw", "uncovered", "got"),
    [
        # All is covered.
        (15, {"a": 5, "b": 10}, {"a": 5, "b": 10}),
        # 10 of 15: 3 1/3 each; the first app by key gets the remaining use.
        (10, {"c": 5, "b": 5, "a": 5}, {"a": 4, "b": 3, "c": 3}),
        # 5 of 7: 4.29 and 0.71; the larger remainder gets it.
        (5, {"a": 6, "b": 1}, {"a": 4, "b": 1}),
        # 1 of 100: one app gets it, the others nothing.
        (1, {"a": 1, "b": 98, "c": 1}, {"b": 1}),
        (2, {"b": 10, "a": 10}, {"a": 1, "b": 1}),
        # Floating-point numbers could not represent these products.
        (10**15 - 1, {"a": 5 * 10**14, "b": 5 * 10**14}, {"a": 5 * 10**14, "b": 5 * 10**14 - 1}),
    ],
)
def test_a_draw_is_shared(draw: int, uncovered: dict[str, int], got: dict[str, int]) -> None:
    assert shares(draw, uncovered) == got
    assert shares(draw, dict(reversed(uncovered.items()))) == got
