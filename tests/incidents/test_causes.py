"""Tests the cause of a changed rate: the mix effects and rate effects of all cells add up to the change, and the cell
that explains the change is named.
"""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.incidents.causes import COUNTS, cause_of, cells_of
from pipelines.incidents.incident import Cause

Counts = dict[tuple[str, ...], tuple[int, int, int, int]]
DIMENSIONS = ("platform", "sdk_version")


def frame(counts: Counts, dimensions: tuple[str, ...] = DIMENSIONS) -> pl.DataFrame:
    """Return a row for each cell of `counts`: requests and successes before, then requests and successes now."""
    names = ("incident_id", *dimensions, "requests_before", "successes_before", "requests_now", "successes_now")
    return pl.DataFrame([("", *key, *row) for key, row in counts.items()], schema=list(names), orient="row")


def cause(counts: Counts, dimensions: tuple[str, ...] = DIMENSIONS) -> Cause:
    return cause_of(cells_of(frame(counts, dimensions), dimensions))


@st.composite
def counted(draw: st.DrawFn) -> Counts:
    keys = [(platform, version) for platform in ("android", "ios") for version in ("1", "2", "3")]
    found: Counts = {}
    for key in keys:
        before, now = draw(st.integers(0, 1000)), draw(st.integers(0, 1000))
        found[key] = (before, draw(st.integers(0, before)), now, draw(st.integers(0, now)))
    return found


@given(counted())
def test_both_effects_sum_to_the_change_over_every_dimension(counts: Counts) -> None:
    sums = [sum(row[place] for row in counts.values()) for place in range(4)]
    if not (sums[0] and sums[2]):
        return
    change = sums[3] / sums[2] - sums[1] / sums[0]
    cells = cells_of(frame(counts), DIMENSIONS)
    effects = cells.group_by("dimension", "second").agg((pl.col("mix_effect") + pl.col("rate_effect")).sum())
    for effect in effects.get_column("mix_effect"):
        assert effect == pytest.approx(change, abs=1e-9)


def test_a_dimension_without_a_cell_on_both_sides_has_effects_too() -> None:
    counts = {("android", "1"): (600, 540, 0, 0), ("android", "2"): (0, 0, 400, 280), ("ios", "2"): (0, 0, 200, 140)}
    cells = cells_of(frame(counts), ("sdk_version",))
    assert cells["mix_effect"].to_list() == pytest.approx([0, 0])
    assert cells["rate_effect"].to_list() == pytest.approx([-0.1, -0.1])
    assert cause_of(cells).kind == "broad"


def test_the_order_of_the_rows_changes_no_digit() -> None:
    apps = [(f"app {number}", "android", 7 + number, 3, 11 + number % 5, 4) for number in range(60)]
    apps += [(f"new {number}", "android", 0, 0, 13 + number, 5) for number in range(60)]
    dimensions = {"app_key": pl.String, "platform": pl.String} | dict.fromkeys(COUNTS, pl.Int64)
    counts = pl.DataFrame(apps, schema=dimensions, orient="row").with_columns(incident_id=pl.lit("one"))
    cells = cells_of(counts, ("app_key", "platform"))
    for seed in range(20):
        shuffled = counts.sample(fraction=1.0, shuffle=True, seed=seed)
        assert cells_of(shuffled, ("app_key", "platform")).equals(cells)


def test_a_version_that_fails_everywhere_is_named() -> None:
    found = cause({
        ("android", "1"): (600, 576, 300, 288), ("android", "2"): (0, 0, 300, 90),
        ("ios", "1"): (400, 384, 200, 192), ("ios", "2"): (0, 0, 200, 60),
    })  # fmt: skip
    assert (found.kind, found.cell, found.before, found.now) == ("cell", "sdk_version=2", None, 0.3)
    assert (found.rest_before, found.rest_now) == (0.96, 0.96)


def test_a_version_that_fails_on_one_platform_alone_is_named_with_it() -> None:
    found = cause({
        ("android", "1"): (600, 576, 300, 288), ("android", "2"): (600, 576, 300, 90),
        ("ios", "1"): (400, 384, 200, 192), ("ios", "2"): (400, 384, 200, 192),
    })  # fmt: skip
    assert (found.kind, found.cell) == ("cell", "platform=android & sdk_version=2")


def test_a_new_version_that_fails_on_one_platform_alone_is_named_with_it() -> None:
    found = cause({
        ("android", "1"): (600, 576, 300, 288), ("android", "2"): (0, 0, 300, 90),
        ("ios", "1"): (400, 384, 200, 192), ("ios", "2"): (0, 0, 200, 192),
    })  # fmt: skip
    assert (found.kind, found.cell, found.before) == ("cell", "platform=android & sdk_version=2", None)


def test_a_version_that_is_on_one_platform_only_is_named_alone() -> None:
    found = cause({
        ("android", "1"): (600, 576, 300, 288), ("android", "2"): (600, 576, 300, 90),
        ("ios", "1"): (400, 384, 200, 192),
    })  # fmt: skip
    assert (found.kind, found.cell) == ("cell", "sdk_version=2")


def test_a_pair_replaces_the_single_cells_of_its_values_alone() -> None:
    """Without `bank`, Android has too few requests with the vendor `umeng` to show whether they fell."""
    found = cause(
        {
            ("bank", "android", "umeng"): (1000, 960, 1000, 700), ("shop", "ios", "umeng"): (600, 576, 600, 576),
            ("shop", "android", "jiguang"): (600, 576, 600, 576), ("shop", "android", "umeng"): (40, 38, 40, 38),
        },
        ("app_key", "platform", "vendor"),
    )  # fmt: skip
    assert (found.kind, found.cell) == ("cell", "app_key=bank")


def test_a_fall_of_everything_is_broad() -> None:
    found = cause({
        ("android", "1"): (600, 576, 300, 200), ("android", "2"): (600, 576, 300, 200),
        ("ios", "1"): (400, 384, 200, 133), ("ios", "2"): (400, 384, 200, 133),
    })  # fmt: skip
    assert found == Cause("broad")


def test_a_cell_that_is_nearly_all_of_the_requests_is_no_cause() -> None:
    found = cause({("android", "1"): (960, 922, 960, 500), ("ios", "1"): (40, 38, 40, 38)})
    assert found == Cause("broad")


def test_shares_that_moved_to_a_weaker_platform_are_a_mix() -> None:
    found = cause({("android", "1"): (900, 864, 400, 384), ("h5", "1"): (100, 60, 600, 360)})
    assert (found.kind, found.cell) == ("mix", "platform=h5")


def test_an_absent_value_is_unknown() -> None:
    counts = frame({("android", "1"): (10, 9, 10, 5)}).with_columns(pl.lit(None, pl.String).alias("sdk_version"))
    assert cells_of(counts, DIMENSIONS).filter(pl.col("dimension") == "sdk_version")["value"].to_list() == ["unknown"]
