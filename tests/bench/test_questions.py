"""Runs every question of the benchmark at its smallest size, and checks the rows with their targets.

Questions about the whole command start `authmeter run` in a new process. For all other questions, the steps of the run
are called in this process.
"""

import re
import time
from datetime import date
from pathlib import Path

import pytest

from bench import big_day, packed, reading, scenarios
from bench.inputs import Cache, Logs
from bench.measure import Run
from bench.tables import Row
from tests.support import DataFolder

pytestmark = pytest.mark.lab
ADDED = r"[+-]\d+\.\d\d s \(\d+\.\d\d → \d+\.\d\d\)"


def limits(rows: list[Row]) -> list[tuple[str, float, str]]:
    """Return `what`, limit and unit of each row with a target, and assert that the target's figure is above zero."""
    with_target = [(row.what, row.target) for row in rows if row.target is not None]
    assert all(target.figure > 0 for _, target in with_target)
    return [(what, target.limit, target.unit) for what, target in with_target]


def run_here(data: Path, day: date) -> Run:
    """Publish the data folder in this process instead of by `authmeter run`, and return the times of the run."""
    begun = time.perf_counter()
    DataFolder(data).publish(day)
    return Run(time.perf_counter() - begun, time.process_time(), 1, "")


@pytest.fixture
def boxes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the questions call `run_here` instead of starting the command."""
    for module in (packed, reading, scenarios):
        monkeypatch.setattr(module, "authmeter", run_here)


def test_the_whole_command_beside_its_peers(cache: Cache, logs: Logs) -> None:
    rows, split = scenarios.whole_command(cache, logs, 1, ["by_hand"])
    assert limits(rows) == [
        ("authmeter run, whole command, fresh data folder", 5, "×"),
        ("its peak memory", 2, "GB"),
    ]
    assert rows[0].ratio == "1.00"
    assert rows[-1].measured.endswith(" s"), rows[-1]
    assert {"ingest", "roll up", "site"} <= {row.what for row in split}


@pytest.mark.usefixtures("boxes_alone")
def test_a_form_beside_duckdbs_own_reader(cache: Cache, logs: Logs) -> None:
    (row,) = reading.by_form(cache, logs, cache.logs(days=1, apps=5, events=3000), 1, ["lines"])
    assert row.what == "lines"
    assert re.fullmatch(rf"{ADDED}, DuckDB {ADDED}", row.measured)
    assert row.target is not None
    assert row.target.limit == 6


@pytest.mark.usefixtures("boxes_alone")
def test_packed_files_beside_gzip_and_an_array_beside_ndjson(cache: Cache, logs: Logs) -> None:
    rows = packed.packed(cache, logs, cache.logs(days=1, apps=5, events=3000), 1)
    found = {row.what: row.target.limit if row.target else None for row in rows}
    assert found == dict.fromkeys(packed.FORMS, 1.3) | {"day.ndjson": None, "day.ndjson.gz": None, "day.json": 2}


@pytest.mark.usefixtures("boxes_alone")
def test_bad_lines_cost_no_good_one(cache: Cache, logs: Logs) -> None:
    rows = reading.bad_lines(cache, logs, 1)
    assert limits(rows) == [("with one bad line", 1.1, "×"), ("with 1% bad lines", 1.5, "×")]


@pytest.mark.usefixtures("boxes_alone")
def test_many_files_and_a_run_with_nothing_new(cache: Cache, logs: Logs) -> None:
    rows = reading.many_files(cache, logs, 3, 1)
    assert limits(rows) == [
        ("the same records in 3 files", 2, "×"),
        ("nothing new, 3 known files, against one", 1.5, "×"),
    ]


@pytest.mark.usefixtures("boxes_alone")
def test_one_more_day_is_compared_with_the_first(cache: Cache) -> None:
    rows = scenarios.one_more_day(cache, cache.logs(days=2, apps=5, events=300), 1)
    assert limits(rows) == [("one more day on top of 1 stored ones", 1.2, "×")]


def test_a_big_day_has_no_record_twice(cache: Cache, logs: Logs) -> None:
    rows = big_day.big_day(cache, logs, 2)
    assert rows[1].what == "authmeter run: 2,000 records published"
    assert limits(rows) == [("its peak memory", 8, "GB")]
    cache.clear()
    assert [path.name for path in cache.folder.iterdir() if path.name.startswith(("data-", "used-"))] == []


def test_each_line_gets_another_event_id(logs: Logs, tmp_path: Path) -> None:
    big_day.with_other_ids(logs.files[0], tmp_path / "a", "007")
    pairs = list(zip(logs.files[0].read_text().splitlines(), (tmp_path / "a").read_text().splitlines(), strict=True))
    assert len(pairs) > 900
    for before, after in pairs:
        assert after.replace('_id":"007', '_id":"') == before
        assert after.startswith('{"event_id":"007')
