"""The tables of counts agree with the definitions of the metrics: DuckDB evaluates the displayed formulas over the
records.

The records cover all stages, channels and outcomes. The independent count (`lab/oracle/`) tests that the metrics are
defined as in the contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import product
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.contract.measures.counts import COUNTS
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import OUTCOMES, STAGES
from pipelines.contract.settings.billing import BillingRule
from pipelines.contract.settings.settings import load_settings
from pipelines.contract.tables.tables import TABLES
from pipelines.store.published_file import open_published
from reports.content import context
from reports.content.published import PublishedTables
from tests.data.published_tables import prepare
from tests.support import DAY, DataFolder, days_before, record

BEFORE = days_before(DAY, 1)
DAYS = (days_before(DAY, 8), BEFORE, DAY)
OF_ANSWERS = ("devices", "latency_p50_ms", "latency_p95_ms")
SHARES = [name for name, metric in METRICS.items() if metric.numerator]
SUMMED = [name for name, metric in METRICS.items() if metric.summed]
ALL_CHANNELS = ("verification_requests", "billable_verifications")


def grid(day: date) -> list[dict[str, Any]]:
    """Return one to three records of each combination of app, stage, channel and outcome. All have different ids."""
    cells = enumerate(product(("shop", "game"), STAGES, CHANNELS, OUTCOMES))
    return [
        record(
            f"{number}-{copy}", day, app_key=app, stage=stage, channel=channel, outcome=outcome,
            vendor=("umeng", "jiguang")[copy % 2], package_name=f"{stage}.{outcome}",
            device_id=f"d{(number * 7 + copy) % 11}", latency_ms=number * 13 % 997,
        )
        for number, (app, stage, channel, outcome) in cells
        for copy in range(1 + (number + number // 12 + day.day) % 3)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A folder with the grid on three days. The newest has billing rules of its own, and the middle one is restated."""
    folder = DataFolder(tmp_path_factory.mktemp("definitions") / "data")
    folder.write(
        "authmeter.toml",
        f'[[billing]]\nvalid_from = {DAY}\none_click = ["unknown"]\nlocal_verify = ["success"]\n'
        f'[[billing]]\nvendor = "jiguang"\nvalid_from = {DAY}\nlocal_verify = ["mismatch", "unknown"]\n',
    )
    for day in DAYS:
        rows = grid(day)
        folder.land(f"{day}.ndjson", rows[:500] if day == BEFORE else rows)
    folder.tables()
    folder.land("late.ndjson", grid(BEFORE)[500:])
    folder.tables()
    return folder


@pytest.fixture(scope="module")
def tables(folder: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published tables, with the landed records as the relation `records`."""
    rows = [row | {"day": day, "device_hash": row["device_id"]} for day in DAYS for row in grid(day)]
    names = ("day", "app_key", "channel", "stage", "outcome", "vendor", "package_name", "device_hash", "latency_ms")
    with closing(open_published(folder.store.database)) as connection:
        connection.register("records", pa.table({name: [row[name] for row in rows] for name in names}))
        yield connection


KEYS = {
    "channel_daily": "app_key, channel",
    "channel_detail_daily": "app_key, channel, package_name",
    "usage_daily": "app_key",
    "latency_daily": "channel",
}


@pytest.mark.parametrize(
    ("table", "metric"),
    [(table, name) for table in KEYS for name in (*COUNTS, *OF_ANSWERS) if name in TABLES[table].columns],
)
def test_a_table_of_a_day_holds_what_the_formula_counts(
    folder: DataFolder, tables: duckdb.DuckDBPyConnection, table: str, metric: str
) -> None:
    key, formula = KEYS[table], METRICS[metric].formula
    for day in DAYS:
        given: dict[str, Any] = {"day": day}
        if "$billed" in formula:
            rules = load_settings(folder.root).billing_on(day)
            given["billed"] = [billed for rule in rules.values() for billed in rule.billed]
            given["billed_vendors"] = list(rules)
        counted = tables.execute(
            f"SELECT {key}, {formula} FROM records WHERE day = $day GROUP BY ALL ORDER BY ALL", given
        ).fetchall()
        held = tables.execute(f"SELECT {key}, {metric} FROM {table} WHERE day = ? ORDER BY ALL", [day]).fetchall()
        assert counted == held
        assert any(row[-1] for row in counted)


def test_a_billing_rule_bills_its_outcomes_in_their_channel() -> None:
    assert BillingRule(vendor="v", one_click=("success", "unknown"), local_verify=("mismatch",)).billed == [
        ["v", "one_click", "success"], ["v", "one_click", "unknown"], ["v", "local_verify", "mismatch"],
    ]  # fmt: skip
    assert BillingRule(one_click=(), local_verify=()).billed == []


@pytest.mark.parametrize("metric", SUMMED)
def test_a_sum_over_channels_is_that_of_the_channels(tables: duckdb.DuckDBPyConnection, metric: str) -> None:
    formula = METRICS[metric].formula
    summed = tables.execute(f"SELECT day, app_key, {formula} FROM channel_daily GROUP BY ALL ORDER BY ALL").fetchall()
    assert summed == tables.execute(f"SELECT day, app_key, {metric} FROM usage_daily ORDER BY ALL").fetchall()
    assert all(row[-1] for row in summed)


@pytest.mark.parametrize("metric", [*SUMMED, *ALL_CHANNELS])
def test_a_restated_figure_of_all_channels_is_that_of_usage(tables: duckdb.DuckDBPyConnection, metric: str) -> None:
    found = tables.execute(
        "SELECT app_key, published_now FROM restatements WHERE channel = '*' AND metric = ? ORDER BY ALL", [metric]
    ).fetchall()
    held = tables.execute(f"SELECT app_key, {metric} FROM usage_daily WHERE day = ? ORDER BY ALL", [BEFORE]).fetchall()
    # An app whose figure did not change has no row.
    assert found
    assert set(found) <= set(held)


@pytest.mark.parametrize("metric", COUNTS)
def test_a_restated_figure_of_a_channel_is_that_of_the_table(tables: duckdb.DuckDBPyConnection, metric: str) -> None:
    found = tables.execute(
        "SELECT app_key, channel, published_now FROM restatements WHERE channel <> '*' AND metric = ? ORDER BY ALL",
        [metric],
    ).fetchall()
    held = tables.execute(
        f"SELECT app_key, channel, {metric} FROM channel_daily WHERE day = ? ORDER BY ALL", [BEFORE]
    ).fetchall()
    assert found
    assert set(found) <= set(held)


def differing(connection: duckdb.DuckDBPyConnection, relation: str, columns: set[str]) -> dict[str, int]:
    """Return by share the number of rows of `relation` in which it is not its numerator over its denominator.

    Shares are left out if `columns` lacks the share or a count of its numerator or denominator.
    """
    found = {}
    for name in SHARES:
        metric = METRICS[name]
        parts = set(f"{metric.numerator} {metric.denominator}".split()) - {"-", "+"}
        if {name, *parts} <= columns:
            share = f"({metric.numerator}) / nullif({metric.denominator}, 0)"
            query = f"SELECT count(*) FILTER ({name} IS DISTINCT FROM {share}), count({name}) FROM {relation}"
            wrong, known = connection.execute(query).fetchall()[0]
            assert known > 0
            found[name] = wrong
    return found


def test_a_share_is_its_numerator_over_its_denominator_in_every_table(tables: duckdb.DuckDBPyConnection) -> None:
    found = {
        table.name: differing(tables, table.name, set(table.columns))
        for table in TABLES.values()
        if table.columns.keys() & set(SHARES)
    }
    assert found == {
        "login_trend": {"authorization_rate": 0}, "login_trend_summary": {"authorization_rate": 0}
    }  # fmt: skip


def test_a_share_is_its_numerator_over_its_denominator_on_the_pages(folder: DataFolder) -> None:
    with closing(open_published(folder.store.database)) as connection:
        marts = PublishedTables(connection)
        prepare(marts, context.apps(marts))
        found = {}
        for name in ("days/day_channels", "site/usage_detail"):
            rows = marts.frame(name, first_app="game", last_app="shop", days=[DAY])
            connection.register("shown", rows)
            found[name] = differing(connection, "shown", set(rows.columns))
    assert found == {
        "days/day_channels": {"authorization_rate": 0, "technical_success_rate": 0},
        "site/usage_detail": {"authorization_rate": 0},
    }
