"""What is chance: deviations, bursts, and how far is far."""

from __future__ import annotations

from math import isclose, sqrt

import numpy as np
import pytest

from pipelines.incidents.chance import as_normal, binomial_deviation, far_of, variance_of_bursts, without_strangest
from pipelines.incidents.profiles import Profile, burst_size


def test_a_deviation_is_in_standard_deviations_where_there_are_many() -> None:
    n, share = 100_000, 0.3
    spread = sqrt(n * share * (1 - share))
    for away in (-3, -1, 1, 3):
        assert isclose(binomial_deviation(n * share + away * spread, n, share), away, rel_tol=0.02)


@pytest.mark.parametrize(("k", "n"), [(0, 40), (40, 40), (1, 1), (0, 1)])
def test_none_and_all_have_a_deviation(k: int, n: int) -> None:
    found = binomial_deviation(k, n, 0.2)
    assert (found > 0) == (k > 0)
    # The deviance is twice the logarithm of how probable it is.
    assert isclose(found**2, -2 * n * np.log(0.2 if k else 0.8))


def test_what_is_far_grows_with_the_number_of_looks() -> None:
    assert [round(far_of(number), 1) for number in (0, 1, 10, 1000, 100_000)] == [3.5, 3.5, 4.1, 5.0, 5.8]


def test_days_that_swing_make_a_day_less_strange() -> None:
    calm, swinging = [0.5, -0.5] * 14, [3.0, -3.0] * 14
    assert as_normal(36, calm, 1) > 5 > as_normal(36, swinging, 1)
    assert as_normal(36, calm, 1) > as_normal(36, calm, 5)
    # What few days tell is less sure than what many do.
    assert as_normal(100, calm[:2], 1) < as_normal(100, calm, 1)


def test_the_strangest_days_teach_nothing() -> None:
    assert without_strangest([1, -9, 2, 3, 8, *[0] * 23], float) == [*[0] * 23, 1, 2, 3]


def test_chance_by_records_that_come_in_bursts_is_the_variance_of_the_bursts() -> None:
    draw = np.random.default_rng(1)
    assert variance_of_bursts(1) == 1
    for size in (2, 4):
        # Of geometric size, as retries are: two to four times the mean by chance.
        counts = [draw.geometric(1 / size, draw.poisson(300)).sum() for _ in range(2000)]
        seen = np.var(counts) / np.mean(counts)
        assert 0.6 * seen < variance_of_bursts(size) < 1.4 * seen


def test_the_size_of_bursts_is_the_median_of_days() -> None:
    days: list[Profile] = [{("burst", ""): {"records": 100 * size, "bursts": 100}} for size in (3, 4, 90)]
    assert burst_size(days) == 4
    assert burst_size([]) == burst_size([{}]) == 1
    assert burst_size([{("burst", ""): {"records": 9000, "bursts": 100}}]) == 6
    assert burst_size([{("devices", ""): {"answers": 120, "devices": 100}}], of_answers=True) == 1.2
    assert burst_size([{("burst", "wechat"): {"records": 200, "bursts": 100}}], "wechat") == 2
