"""What the browser derives from counts: shares as the metrics declare them, changes as the tables have them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from contextlib import closing
from itertools import product
from typing import Any

import duckdb
import pytest

from pipelines.common.days import window
from pipelines.common.project import PROJECT
from pipelines.common.sql import sql
from pipelines.contract.metrics import METRICS
from pipelines.contract.record import CHANNELS, OUTCOMES
from pipelines.store.database import open_published
from reports.content import context
from reports.content.published import PublishedTables
from tests.support import DAY, DataFolder, days_before, records

COMPLETE = """
import { completedFigures } from "MODULES/figures.js";
import { setSite } from "MODULES/state.js";
const given = JSON.parse(await new Response(process.stdin).text());
setSite(given.site, {}, "");
console.log(JSON.stringify(completedFigures(given.document)));
"""
CHANGES = """
import { changeOf } from "MODULES/change.js";
const pairs = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(pairs.map(([value, base]) => changeOf(value, base, "ratio"))));
"""
SHARES = [name for name, metric in METRICS.items() if metric.numerator]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The figures of all apps as the pages' script completes them: of days of authorized, cancelled and failed records,
    a day with cancelled ones alone, and missing days."""
    folder = DataFolder(tmp_path_factory.mktemp("shares") / "data")
    for back in (0, 2, 3, 8):
        day = days_before(DAY, back)
        rows = records(5 + back, day, "c", outcome="cancelled")
        if back != 2:
            rows += records(3 * back + 1, day, "s") + records(4, day, "f", outcome="timeout", channel="wechat")
        folder.land(f"{day}.ndjson", rows)
    folder.tables()
    with closing(open_published(folder.store.database)) as connection:
        marts = PublishedTables(connection)
        marts.prepare(context.listed_apps(context.apps(marts), set()))
        ((_, document),) = marts.documents(["*"])
    site = {
        "days": [str(day) for day in window(DAY, 30)],
        "channels": CHANNELS, "outcomes": OUTCOMES, "codes": [],
    }  # fmt: skip
    completed: dict[str, Any] = run_script(COMPLETE, {"site": site, "document": json.loads(document)})
    return completed


def run_script(code: str, given: object) -> Any:
    """What a script says that imports the pages' modules and is given JSON."""
    node = shutil.which("node", path=f"{os.environ['PATH']}:{sysconfig.get_path('scripts')}")
    assert node, "make setup installs node where the machine has none"
    done = subprocess.run(
        [node, "--input-type=module", "--eval", code.replace("MODULES", str(PROJECT / "reports" / "static" / "js"))],
        input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def declared(name: str, row: dict[str, int | None]) -> float | None:
    """A share by its declaration, as DuckDB divides."""
    share = f"({METRICS[name].numerator}) / nullif({METRICS[name].denominator}, 0)"
    columns = ", ".join(f"${column}::BIGINT AS {column}" for column in row)
    return duckdb.execute(f"SELECT {share} FROM (SELECT {columns})", row).fetchall()[0][0]


@pytest.mark.parametrize("name", SHARES)
def test_a_share_of_the_trend_is_the_declared_one(figures: dict[str, Any], name: str) -> None:
    parts = ("authorizations", "authorization_requests", "authorizations_cancelled")
    known = 0
    for lists in figures["trend"].values():
        for place, share in enumerate(lists[name]):
            assert share == declared(name, {part: lists[part][place] for part in parts})
            known += share is not None
    assert known >= 6


@pytest.mark.parametrize("name", SHARES)
def test_a_share_of_a_channel_over_a_window_is_the_declared_one(figures: dict[str, Any], name: str) -> None:
    parts = ("authorizations", "authorization_requests", "authorizations_cancelled")
    rows = [row for window_days in ("7", "30") for row in figures["channels"][window_days]]
    for row in rows:
        assert row[name] == declared(name, {part: row[part] for part in parts})
    assert {row["channel"] for row in rows if row[name] is not None} == {"one_click", "wechat", "*"}


@pytest.mark.parametrize("name", SHARES)
def test_a_share_of_a_platform_is_the_declared_one(figures: dict[str, Any], name: str) -> None:
    ((_, authorizations, requests, cancelled, *rates, _, _),) = figures["platforms"]["30"]
    counts = {
        "authorizations": authorizations, "authorization_requests": requests, "authorizations_cancelled": cancelled
    }  # fmt: skip
    assert dict(zip(SHARES, rates, strict=True))[name] == declared(name, counts)


def test_a_change_of_the_browser_is_that_of_the_tables() -> None:
    pairs = list(product((None, 0, 1, 7, 1_000_000), repeat=2))
    with closing(duckdb.connect()) as connection:
        connection.execute(sql("pipelines.contract", "macros"))
        query = "SELECT change_of($value::BIGINT, $base::BIGINT)"
        expected = [connection.execute(query, {"value": value, "base": base}).fetchall()[0][0] for value, base in pairs]
    assert run_script(CHANGES, pairs) == expected
    assert None in expected
    assert 6.0 in expected
