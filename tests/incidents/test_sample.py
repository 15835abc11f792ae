"""Faults planted in a sample are found, and nothing else; `lab/reliability/trial_14_sample.py` tries twenty samples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from lab.incidents.sample_tables import SampleTables, sample_tables
from lab.incidents.tally import RATES
from lab.reliability.trial_14_sample import compared
from pipelines.contract.measures.counts import SIGN_IN

_TECHNICAL = {"metric": "technical_success_rate", "channel": "one_click", "cause": "platform=none"}


@pytest.fixture(scope="module")
def tables() -> Iterator[SampleTables]:
    with duckdb.connect() as connection:
        yield sample_tables(connection, 1)


def test_each_planted_rate_is_found_once_with_its_days_cause_state_and_loss(tables: SampleTables) -> None:
    assert compared(tables) == (6, [], [])


def test_there_are_the_seven_that_the_docs_name(tables: SampleTables) -> None:
    kinds = [(one["kind"], one["cause_kind"], one["state"]) for one in tables.planted]
    # The first two begin within two days, in the order of the seed.
    assert sorted(kinds[:2]) == [("rate", "cell", "recovered"), ("rate", "mix", "recovered")]
    assert kinds[2:] == [
        ("rate", "broad", "recovered"),
        ("rate", "cell", "recovered"), ("data", None, "recovered"), ("rate", "cell", "open"), ("rate", "cell", "open"),
    ]  # fmt: skip
    causes = [one["cause"] for one in tables.planted]
    assert sorted(causes[:2]) == ["platform=ipad", "sdk_version=2.14.5"]
    assert causes[2] is None
    assert causes[3].startswith("carrier=C")
    assert causes[5:] == ["sdk_version=2.15.0", "scheme_id=SMP0007B"]
    of_sign_ins = [one["app_key"] for one in tables.planted if one["metric"] == SIGN_IN]
    assert of_sign_ins == ["sample-app-0001", "sample-app-0007"]
    assert [one["first_day"] for one in tables.planted if one["kind"] == "data"] == [str(tables.missing[0])]


def test_the_cell_falls_and_the_rest_stays(tables: SampleTables) -> None:
    for one in (one for one in tables.planted if one["cause_kind"] == "cell" and one["metric"] != SIGN_IN):
        _, cell = level(tables, one, is_now=True, is_cell=True)
        _, rest_before = level(tables, one, is_now=False, is_cell=False)
        _, rest = level(tables, one, is_now=True, is_cell=False)
        assert cell < 0.55
        assert rest > rest_before - 0.02


def test_fewer_sign_in_though_technical_success_stays(tables: SampleTables) -> None:
    for one in (one for one in tables.planted if one["metric"] == SIGN_IN):
        (_, before), (_, now) = (
            level(tables, {**one, **_TECHNICAL}, is_now=is_now, is_cell=False) for is_now in (False, True)
        )
        assert abs(now - before) < 0.015
        cell = " AND ".join(
            f"{name} = '{value}'" for name, value in (of.split("=") for of in one["cause"].split(" & "))
        )
        before, now, rest_before, rest_now = signed_in(tables, one, cell)
        assert now < before - 0.08
        assert rest_now > rest_before - 0.02


def signed_in(tables: SampleTables, one: dict[str, Any], cell: str) -> tuple[float, ...]:
    """Return four sign-in rates of an app: of a cell before and during a fault, then of the app's other sessions before
    and during the fault.

    `cell` is the condition in SQL for sessions of the cell.
    """
    rate = "sum(direct + retry + other) / sum(sessions - cut)"
    rows = tables.connection.execute(
        f"""
        SELECT {rate}
        FROM (SELECT *, coalesce({cell}, false) AS is_cell, day >= $first::DATE AS is_now FROM planned_sessions)
        WHERE app_key = $app_key AND day <= coalesce($last::DATE, day)
        GROUP BY is_cell, is_now ORDER BY is_cell DESC, is_now
        """,
        {"first": one["first_day"], "last": one["last_day"], "app_key": one["app_key"]},
    ).fetchall()
    return tuple(value for (value,) in rows)


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
    """Return requests and rate of the cell that causes an incident, during the incident or before it.

    Without `is_cell`, return the sums of all other cells.
    """
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
    """The sample is half as long as usual, and every eighth day is tried."""
    with duckdb.connect() as connection:
        tables = sample_tables(connection, 1, quiet=True, length=30)
        assert (tables.planted, tables.missing) == ([], ())
        assert [found for days in range(30, 0, -8) for found in tables.found(days)] == []
