"""The benchmark measures what it says: peers give one answer, stages are read from what a run prints."""

import sys
from datetime import date
from pathlib import Path

import pytest

from bench.measure import BenchError, Run, run
from bench.published import make_published
from bench.scenarios import BARE, _answer, peer, stages
from pipelines.common.progress import stage
from pipelines.sample.write import SampleSpec, write_sample
from reports.build.site import render_site


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("logs")
    write_sample(out, SampleSpec(days=1, apps=5, events=2000, seed=1, last_day=date(2026, 3, 31)))
    return out / "landing" / "2026-03-31" / "part-0000.ndjson"


@pytest.mark.parametrize("name", ["polars_streaming", "python_loop"])
def test_peers_do_the_job_of_the_yardstick(log: Path, name: str) -> None:
    expected = _answer(peer(BARE, [log]))
    assert expected["records"] == len(log.read_text("utf-8").splitlines())
    assert _answer(peer(name, [log])) == expected


def test_stages_are_read_from_the_lines_of_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    for name, result in (("ingest", "2 files, 1,000 records"), ("roll up", "")):
        with stage(name) as reported:
            reported.result = result
    found = stages([Run(10.0, 0, capsys.readouterr().out)])
    assert [row.what for row in found] == ["ingest", "roll up", "start, Dagster and all else"]
    assert found[-1].value == "10.00 s"


def test_a_failed_command_says_how() -> None:
    with pytest.raises(BenchError, match="exit code 3"):
        run(["sh", "-c", "exit 3"])


def test_memory_is_that_of_the_child_and_its_children() -> None:
    script = "import subprocess, sys; x = b'1' * 60_000_000; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    inner = "import time; y = b'1' * 60_000_000; time.sleep(0.6)"
    measured = run([sys.executable, "-c", script, inner])
    assert measured.peak_bytes > 120_000_000
    assert measured.seconds > 0.6


def test_memory_that_the_benchmark_held_itself_is_not_the_childs() -> None:
    """A child begins with the kernel's peak of the process that started it."""
    big = b"1" * 300_000_000
    del big
    assert run([sys.executable, "-c", "import time; time.sleep(0.3)"]).peak_bytes < 100_000_000


def test_a_made_up_publication_has_a_whole_site(tmp_path: Path) -> None:
    database, site = tmp_path / "authmeter.duckdb", tmp_path / "site"
    make_published(database, 3)
    site.mkdir()
    report = render_site(database, site)
    assert report.apps == 3
    assert {"usage_all.csv", "apps", "manifest.json"} <= {path.name for path in site.iterdir()}
