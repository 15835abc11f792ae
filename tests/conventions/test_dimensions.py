"""Dimensions are declared once, and the tables store the declared dimensions."""

from __future__ import annotations

from pipelines.contract.record.dimensions import BY_KEY, CAUSES
from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.contract.tables.tables import TABLES


def test_a_dimension_is_a_field_that_is_stored_by_day() -> None:
    # The channel of a session's first record.
    assert {*FIELD_NAMES, "entry_channel"} >= BY_KEY.keys()
    tables = ("channel_detail_daily", "outcome_daily", "session_daily")
    stored = {column for table in tables for column in TABLES[table].key}
    assert stored >= BY_KEY.keys()


def test_causes_are_looked_for_in_what_outcomes_are_stored_by() -> None:
    assert set(TABLES["outcome_daily"].key) >= set(CAUSES)
    assert CAUSES[0] == "app_key", "left out of the causes of one app"
