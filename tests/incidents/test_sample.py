"""What a sample plants is found, and nothing else; over twenty of them in `tests/reliability/trial_14_sample.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.incidents.sample_score import sample_score, wrong_losses
from tests.incidents.sample_tables import DAYS, SampleTables, sample_tables
from tests.incidents.worlds.tally import RATES


@pytest.fixture(scope="module", params=[1, pytest.param(3, marks=pytest.mark.length)])
def tables(request: pytest.FixtureRequest) -> Iterator[SampleTables]:
    with duckdb.connect() as connection:
        yield sample_tables(connection, request.param)


def test_each_planted_rate_is_found_once_with_its_days_cause_state_and_loss(tables: SampleTables) -> None:
    found = tables.found()
    scored = sample_score(tables, found)
    assert scored.hits.total() == scored.planted.total() == 4, scored.report()
    assert wrong_losses(tables, found) == []
    assert scored.false == scored.loose == []


def test_there_are_the_five_that_the_docs_name(tables: SampleTables) -> None:
    kinds = [(one["kind"], one["cause_kind"], one["state"]) for one in tables.planted]
    assert kinds == [
        ("rate", "mix", "recovered"), ("rate", "broad", "recovered"), ("rate", "cell", "recovered"),
        ("data", None, "recovered"), ("rate", "cell", "open"),
    ]  # fmt: skip
    causes = [one["cause"] for one in tables.planted]
    assert causes[:2] == ["platform=ipad", None]
    assert causes[2].startswith("carrier=C")
    assert causes[4] == "sdk_version=2.15.0"
    assert [one["first_day"] for one in tables.planted if one["kind"] == "data"] == [str(tables.missing[0])]


def test_the_cell_falls_and_the_rest_stays(tables: SampleTables) -> None:
    for one in (one for one in tables.planted if one["cause_kind"] == "cell"):
        _, cell = level(tables, one, is_now=True, is_cell=True)
        _, rest_before = level(tables, one, is_now=False, is_cell=False)
        _, rest = level(tables, one, is_now=True, is_cell=False)
        assert cell < 0.55
        assert rest > rest_before - 0.02


def test_of_a_mix_the_shares_move_and_the_rates_stay(tables: SampleTables) -> None:
    one = next(one for one in tables.planted if one["cause_kind"] == "mix")
    (few, low), (many, usual) = (level(tables, one, is_now=False, is_cell=is_cell) for is_cell in (True, False))
    (few_now, low_now), (many_now, usual_now) = (
        level(tables, one, is_now=True, is_cell=is_cell) for is_cell in (True, False)
    )
    assert abs(low_now - low) < 0.1
    assert abs(usual_now - usual) < 0.03
    assert few_now / (few_now + many_now) > 2 * few / (few + many)


def level(tables: SampleTables, one: dict[str, Any], *, is_now: bool, is_cell: bool) -> tuple[int, float]:
    """Requests and rate of the cell that is the cause, or of all others, in its days or in those before."""
    asked, good = RATES[one["metric"]]
    name, value = one["cause"].split("=")
    first, last = date.fromisoformat(one["first_day"]), date.fromisoformat(one["last_day"] or str(tables.days[-1]))
    rows = pl.DataFrame(tables.connection.sql("FROM outcome_daily")).filter(
        pl.col("channel") == one["channel"],
        pl.lit(one["app_key"] == "*") | (pl.col("app_key") == one["app_key"]),
        pl.col("day").is_between(first, last) if is_now else pl.col("day") < first,
        (pl.col(name).fill_null("unknown") == value) == is_cell,
    )
    requests, successes = (int(rows.filter(kind)["records"].sum()) for kind in (asked, good))
    return requests, successes / requests


def test_a_quiet_sample_has_no_incident_as_of_any_day() -> None:
    """Of every eighth day here."""
    with duckdb.connect() as connection:
        tables = sample_tables(connection, 1, quiet=True)
        assert (tables.planted, tables.missing) == ([], ())
        assert [found for days in range(DAYS, 0, -8) for found in tables.found(days)] == []
