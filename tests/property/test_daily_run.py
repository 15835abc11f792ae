"""Tests that the order in which random logs arrive, and corrections of them, change no cell."""

from __future__ import annotations

from pathlib import Path

from lab.reliability import trial_02_any_order


def test_order_and_corrections_change_no_cell(tmp_path: Path) -> None:
    """Runs trial 02 at its smallest size: cells, books and restatements are as its model computes them."""
    results = trial_02_any_order.trial(trial_02_any_order.SMALL, tmp_path)
    assert [one for one in results if one.failures or not one.tries] == []
