"""Commands at the same time: one writes a data folder, and readers do not wait for it."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from datetime import date

import duckdb
import pytest

from pipelines.common.project import PROJECT
from tests.published_folder import Call, held
from tests.support import DataFolder, records


@pytest.mark.parametrize("command", [("run",), ("accept", "a.ndjson")])
def test_a_second_run_at_once_ends_with_1_and_says_who_holds_the_folder(
    call: Call, own: DataFolder, command: tuple[str, ...]
) -> None:
    with held(own) as process:
        ended = call(*command, data=own.root)
    assert ended.code == 1
    assert f"process {process} has been doing `run` since" in ended.err


def test_reading_commands_do_not_wait_for_a_run(call: Call, own: DataFolder) -> None:
    with held(own):
        assert call("status", data=own.root).code == 0
        assert call("check", data=own.root).code == 0


def test_the_published_file_can_be_read_at_any_time_of_a_run(own: DataFolder, yesterday: date) -> None:
    own.land("new.ndjson", records(4000, yesterday, "new"))
    command = [sys.executable, "-m", "pipelines", "run", "--data", str(own.root)]
    whole = (
        "SELECT run, (SELECT sum(records) FROM outcome_daily), "
        "(SELECT sum(records_accepted - duplicates) FROM day_quality) FROM publication"
    )
    # A process of its own, as an analyst's is: within one process DuckDB gives the file that is open already.
    opened = f"duckdb.connect({str(own.store.database)!r}, read_only=True)"
    query = f"import duckdb; print({opened}.execute({whole!r}).fetchone())"
    seen = set()
    with (
        closing(duckdb.connect(str(own.store.database), read_only=True)) as early,
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running,
    ):
        while running.poll() is None:
            seen.add(subprocess.run([sys.executable, "-c", query], capture_output=True, text=True, check=True).stdout)
            time.sleep(0.05)
        assert early.execute("SELECT run FROM publication").fetchall() == [(1,)]
        assert running.stderr is not None
        assert running.returncode in (0, 3), running.stderr.read()
    assert own.rows(whole) == [(2, 4755, 4755)]
    assert seen <= {"(1, 755, 755)\n", "(2, 4755, 4755)\n"}
    assert "(1, 755, 755)\n" in seen
