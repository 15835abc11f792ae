"""The short form of the trials: few tries, none of which may fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.harness import SHORT, modules

# `make reliability` alone tries these: they take half a minute and more even with few tries, and each promise has tests
# of its own in the suite, among them `tests/run`, `tests/property`, `tests/engines` and `tests/incidents`.
LONG = (
    "02_any_order", "03_late", "05_damaged", "06_poison", "07_readers", "08_machine_limits", "10_held_back",
    "11_closed", "12_operation", "13_engines", "14_sample",
)  # fmt: skip
TRIALS = {name: module for name, module in modules().items() if name not in LONG}


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """A trial that loads a data folder points the environment to it; the tests after it must not see that."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("name", TRIALS)
def test_no_trial_breaks_a_promise(name: str, tmp_path: Path) -> None:
    results = TRIALS[name].trial(SHORT, tmp_path)
    assert results
    for result in results:
        assert result.failures == 0, f"{result.what}: {result.note}"
        assert result.tries > 0, result.what
