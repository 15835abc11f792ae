"""The short form of the trials: few tries, none of which may fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.harness import SHORT, modules

# Processes that are killed, and the real Dagster, are tried here. What the others promise has tests of its own in the
# suite; their short forms take up to a minute each, and `make reliability` tries all at length.
TRIALS = {name: module for name, module in modules().items() if name in ("01_killed", "09_dagster")}


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """A trial that loads a data folder points the environment to it; the tests after it must not see that."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.length
@pytest.mark.parametrize("name", TRIALS)
def test_no_trial_breaks_a_promise(name: str, tmp_path: Path) -> None:
    results = TRIALS[name].trial(SHORT, tmp_path)
    assert results
    for result in results:
        assert result.failures == 0, f"{result.what}: {result.note}"
        assert result.tries > 0, result.what
