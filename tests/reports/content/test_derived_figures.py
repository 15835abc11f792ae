"""The browser computes shares as the metrics declare them. Its changes between periods equal the changes in the
tables.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.project import PROJECT
from pipelines.contract.measures.metrics import METRICS
from pipelines.store.published_file import open_published
from reports.content import context, site_data
from reports.content.published import PublishedTables
from tests.data.published_tables import prepare, steady

COMPLETE = """
import { completedFigures } from "MODULES/data/figures.js";
import { setSite } from "MODULES/choices/state.js";
const given = JSON.parse(await new Response(process.stdin).text());
setSite(given.site, {}, "");
console.log(JSON.stringify(completedFigures(given.document)));
"""
WINDOWS = """
import { changeOf } from "MODULES/tables/change.js";
import { completedFigures } from "MODULES/data/figures.js";
import { isComparable } from "MODULES/data/measures.js";
import { setSite } from "MODULES/choices/state.js";
const given = JSON.parse(await new Response(process.stdin).text());
setSite(given.site, {}, "");
const { channels } = completedFigures(given.document);
const changes = Object.entries(channels).flatMap(([name, rows]) =>
  rows.map((row) => [
    Number(name),
    row.channel,
    isComparable(name) ? changeOf(row.matched_authorizations, row.counterpart_authorizations, "ratio") : null,
  ]),
);
console.log(JSON.stringify(changes));
"""
# Shares of sign-in requests alone: the trend lacks the counts of the other rate, number verification.
SHARES = [name for name, metric in METRICS.items() if "authorization_requests" in metric.denominator]


@pytest.fixture(scope="module")
def figures(database: Path) -> dict[str, Any]:
    """Return the figures of all apps of the example together, completed by the pages' script."""
    completed: dict[str, Any] = run_script(COMPLETE, data_of_pages(database))
    return completed


def data_of_pages(database: Path) -> dict[str, Any]:
    """Return the data that the pages of all apps load: in `site` the data of the site, in `document` the figures."""
    with closing(open_published(database)) as connection:
        marts = PublishedTables(connection)
        prepare(marts, context.apps(marts))
        ((_, document),) = marts.documents(["*"])
        quality = context.quality_by_day(marts)
        shared = site_data.shared_data(marts, context.data_state(marts, quality, 400), quality, "")
    return {"site": json.loads(context.json_block(shared)), "document": json.loads(document)}


@pytest.mark.parametrize("missing", [(5, 13, 40), tuple(range(16))])
def test_a_change_of_a_window_on_the_pages_is_that_of_the_tables(tmp_path: Path, missing: tuple[int, ...]) -> None:
    database = steady(tmp_path / "authmeter.duckdb", missing=missing, won=lambda back: 50 + back * 7 % 31)
    with closing(open_published(database)) as connection:
        expected = connection.execute(
            "SELECT window_days, channel, change FROM login_trend_summary WHERE app_key = '*' ORDER BY ALL"
        ).fetchall()
    found = run_script(WINDOWS, data_of_pages(database))
    assert sorted(tuple(row) for row in found if row[1] != "*") == sorted(expected)
    # The site has one channel only, so its changes equal the changes of all four together.
    changes = {(window_days, channel): change for window_days, channel, change in found}
    assert [changes[days, "*"] for days in (7, 30)] == [changes[days, "one_click"] for days in (7, 30)]
    assert any(change is not None for *_, change in found) is (len(missing) < 16)


def run_script(code: str, given: object) -> Any:
    """Bundle and run a script that imports the pages' modules and reads JSON; return the JSON that it prints."""
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:{sysconfig.get_path('scripts')}"}
    node = shutil.which("node", path=environment["PATH"])
    assert node, "make setup installs node where the machine has none"
    bundled = subprocess.run(
        [PROJECT / "node_modules" / ".bin" / "esbuild", "--bundle", "--format=esm", "--log-level=warning"],
        input=code.replace("MODULES", str(PROJECT / "reports" / "static" / "js")),
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    done = subprocess.run(
        [node, "--input-type=module", "--eval", bundled.stdout],
        input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def declared(name: str, counts: dict[str, list[int | None]]) -> list[float | None]:
    """Return the shares for lists of counts, computed by DuckDB from the declaration of the metric."""
    share = f"({METRICS[name].numerator}) / nullif({METRICS[name].denominator}, 0)"
    columns = ", ".join(f"unnest(${column}::BIGINT[]) AS {column}" for column in counts)
    return [found for (found,) in duckdb.execute(f"SELECT {share} FROM (SELECT {columns})", counts).fetchall()]


@pytest.mark.parametrize("name", SHARES)
def test_a_share_of_the_trend_is_the_declared_one(figures: dict[str, Any], name: str) -> None:
    parts = ("authorizations", "authorization_requests", "authorizations_cancelled")
    known = 0
    for lists in figures["long"]["channels"].values():
        assert lists[name] == declared(name, {part: lists[part] for part in parts})
        known += sum(share is not None for share in lists[name])
    assert known >= 6


@pytest.mark.parametrize("name", SHARES)
def test_a_share_of_a_channel_over_a_window_is_the_declared_one(figures: dict[str, Any], name: str) -> None:
    parts = ("authorizations", "authorization_requests", "authorizations_cancelled")
    rows = [row for window_days in ("7", "30") for row in figures["channels"][window_days]]
    assert [row[name] for row in rows] == declared(name, {part: [row[part] for row in rows] for part in parts})
    assert {row["channel"] for row in rows if row[name] is not None} == {"one_click", "wechat", "qq", "weibo", "*"}
