"""Tests the order in which incidents are read, and the names of their cells."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.incidents.all_incidents import DAY_VIEWS, create_day_views
from pipelines.incidents.causes import cells_of, named_cells
from pipelines.incidents.incident import NO_CAUSE, Cause, Incident
from pipelines.incidents.published import incidents_of
from pipelines.incidents.sign_in_incidents import sign_in_incidents
from tests.data.published_tables import Database

ONE = Incident(
    "b", "rate", "technical_success_rate", "shop", "one_click", date(2026, 3, 1), None, "open", 10, 0.9, 0.5,
    20.0, 200.0, Cause("cell", "platform=ios", 0.9, 0.1, 0.9, 0.9, 1.0), "error", None,
)  # fmt: skip
ENDED = {"last_day": date(2026, 3, 9), "state": "recovered"}
IN_ORDER = [
    replace(ONE, incident_id="z", lost=21.0),
    replace(ONE, incident_id="a", kind="volume", metric="volume", channel="*", cause=NO_CAUSE, codes=None),
    replace(ONE, part_of="a"),
    replace(ONE, incident_id="c", lost=99.0, **ENDED),
    replace(ONE, incident_id="d", lost=3.0, **ENDED),
]


def test_open_ones_come_first_then_the_largest_loss_then_the_id(tmp_path: Path) -> None:
    by_id = sorted(IN_ORDER, key=lambda one: one.incident_id)
    made = Database(tmp_path / "made.duckdb")
    made.add("incidents", *(one.as_row() for one in by_id))
    made.connection.execute("COMMIT")
    made.connection.close()
    with closing(duckdb.connect(str(made.path), read_only=True)) as connection:
        read = incidents_of(connection)
    assert [one.incident for one in read] == IN_ORDER
    assert [one.is_open for one in read] == [True, True, True, False, False]
    assert [one.is_independent for one in read] == [True, True, False, True, True]


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
