"""Tests incidents of a store without some day tables, and the names of their cells."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import duckdb
import polars as pl
import pytest

from pipelines.incidents.all_incidents import DAY_VIEWS, create_day_views
from pipelines.incidents.causes import cells_of, named_cells
from pipelines.incidents.sign_in_incidents import sign_in_incidents


def test_a_store_whose_days_lack_profiles_and_sessions_for_good_has_incidents_all_the_same() -> None:
    with closing(duckdb.connect()) as connection:
        create_day_views(connection, {name: [] for name in DAY_VIEWS})
        assert sign_in_incidents(connection, (date(2026, 3, 1),))[0] == []
        assert connection.execute("SELECT day, whole, amount FROM profile_daily").fetchall() == []


def test_pairs_that_read_the_same_are_one_cell() -> None:
    counts = pl.DataFrame(
        {
            "incident_id": [""] * 3, "sdk_version": ["1 & 2", "1", None], "vendor": ["3", "2 & 3", "3"],
            "requests_before": [10, 10, 10], "successes_before": [9, 9, 9],
            "requests_now": [10, 10, 10], "successes_now": [9, 3, 9],
        }
    )  # fmt: skip
    named = named_cells(cells_of(counts, ("sdk_version", "vendor")))
    assert not named.select("dimension", "value").is_duplicated().any()
    pairs = named.filter(pl.col("dimension") == "sdk_version & vendor")
    assert pairs["value"].to_list() == ["1 & 2 & 3", "unknown & 3"]
    assert pairs["requests_now"].to_list() == [20, 10]
    assert float((pairs["mix_effect"] + pairs["rate_effect"]).sum()) == pytest.approx(21 / 30 - 27 / 30)
