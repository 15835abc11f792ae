"""Tests promises of the daily run on random logs: sums, books, and that neither the order of files nor a second run
changes a cell.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.reliability import trial_02_any_order
from tests.data.small_logs import REGISTRY, landing
from tests.support import DAY, DataFolder, days_before

# Logs of one to five files, in half of which one comes twice; all have broken lines.
SEEDS = (3, 6, 11, 12)
# Lateness and restatement in day_quality describe the arrival: they may differ between orders, the numbers must not.
TABLES = {
    "usage_daily": "*", "channel_daily": "*", "channel_detail_daily": "*", "outcome_daily": "*", "latency_daily": "*",
    "login_trend": "*", "login_trend_summary": "*", "day_quality": "* EXCLUDE (late_records, restated)",
    "rejected_records": "*",
}  # fmt: skip


def cells(folder: DataFolder) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the tables whose numbers must not depend on the order of arrival."""
    return {name: folder.rows(f"SELECT {columns} FROM {name}") for name, columns in TABLES.items()}


@dataclass(frozen=True)
class RandomLogs:
    """Random logs by path, and a folder to which one run published them."""

    seed: int
    files: dict[str, bytes]
    folder: DataFolder


def folder_with(root: Path, files: dict[str, bytes]) -> DataFolder:
    folder = DataFolder(root)
    folder.write("registry/apps.csv", REGISTRY)
    for name, content in files.items():
        folder.land(name, content)
    return folder


@pytest.fixture(scope="module", params=[SEEDS[0], *(pytest.param(seed, marks=pytest.mark.lab) for seed in SEEDS[1:])])
def random_logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RandomLogs:
    """Random logs, and the folder to which one run published them. No test may change it."""
    files = landing(request.param, DAY)
    folder = folder_with(tmp_path_factory.mktemp("random") / "data", files)
    folder.tables()
    return RandomLogs(request.param, files, folder)


def test_a_window_is_the_sum_of_its_days(random_logs: RandomLogs) -> None:
    folder = random_logs.folder
    summary = folder.rows("""
        SELECT window_days, app_key, channel, authorizations, authorization_requests, days_with_data
        FROM login_trend_summary ORDER BY ALL""")
    of_trend = folder.rows("""
        SELECT window_days, app_key, channel, coalesce(sum(authorizations), 0)::BIGINT,
            coalesce(sum(authorization_requests), 0)::BIGINT, count(*) FILTER (day_state = 'complete')
        FROM login_trend GROUP BY ALL ORDER BY ALL""")
    assert summary == of_trend
    of_days = folder.rows(f"""
        SELECT window_days, app_key, channel, sum(authorizations)::BIGINT, sum(authorization_requests)::BIGINT
        FROM channel_daily CROSS JOIN (SELECT unnest([7, 30]) AS window_days)
        WHERE day > DATE '{DAY}' - window_days::INTEGER AND channel NOT IN ('local_verify', 'sms')
        GROUP BY window_days, channel, GROUPING SETS ((app_key), ()) ORDER BY ALL""")
    wanted = {(days, app or "*", channel): (won, asked) for days, app, channel, won, asked in of_days}
    assert {row[:3]: row[3:5] for row in summary} == {row[:3]: wanted.get(row[:3], (0, 0)) for row in summary}
    assert wanted.keys() <= {row[:3] for row in summary}


def test_the_books_balance(random_logs: RandomLogs) -> None:
    folder, files = random_logs.folder, random_logs.files
    lines = {name: sum(bool(line.strip()) for line in content.split(b"\n")) for name, content in files.items()}
    books = folder.rows("SELECT path, records_read, accepted + rejected FROM input_files ORDER BY path")
    assert books == [(name, lines[name], lines[name]) for name in sorted(files)]
    assert folder.rows(
        "SELECT (SELECT sum(rejected) FROM input_files) = (SELECT coalesce(sum(rejected), 0) FROM rejected_records)"
    ) == [(True,)]
    days = folder.rows(
        "SELECT day, (records_accepted - duplicates)::INTEGER FROM day_quality WHERE day_state = 'complete'"
    )
    assert dict(days) == folder.counted()
    of_channels = folder.rows("""
        SELECT (SELECT coalesce(sum(records), 0) FROM outcome_daily WHERE stage IN ('authorize', 'login')),
            (SELECT sum(authorization_requests) FROM channel_daily),
            (SELECT sum(authorizations + authorizations_cancelled + authorizations_failed)
            FROM channel_detail_daily)""")
    assert len(set(of_channels[0])) == 1


def test_a_rerun_changes_no_cell(random_logs: RandomLogs, tmp_path: Path) -> None:
    again = DataFolder(shutil.copytree(random_logs.folder.root, tmp_path / "data"))
    again.tables(forced=frozenset(days_before(DAY, back) for back in range(6)))
    assert cells(again) == cells(random_logs.folder)


def test_order_and_corrections_change_no_cell(tmp_path: Path) -> None:
    """Runs trial 02 at its smallest size: cells, books and restatements are as its model computes them."""
    results = trial_02_any_order.trial(trial_02_any_order.SMALL, tmp_path)
    assert [one for one in results if one.failures or not one.tries] == []
