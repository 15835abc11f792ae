"""Tests the benchmark: all peers give the same answer, seconds and bytes are correct, and tables are readable."""

import json
import math
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.contestants import BARE, PEERS, answer, peer, same, why_not
from bench.forms import FORMS, SOURCES, in_form, in_small_files, with_bad_lines, with_old_records
from bench.inputs import Cache, Logs
from bench.measure import BenchError, Run, run
from bench.published import make_published
from bench.scenarios import stages
from bench.tables import Row, Target, print_table, print_targets, ratio, timed
from pipelines.common.process.progress import stage
from pipelines.reading.sources.sources import load_sources
from reports.build.billing_pages import BILLING_CSVS
from reports.build.site import render_site
from tests.reading_bench import ReadingBench, limits


def lines_of(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()


# ---- peers


@pytest.mark.lab
@pytest.mark.parametrize("name", [name for name in PEERS if name != "pyspark_local"])
def test_peers_do_the_job_of_the_yardstick(logs: Logs, name: str) -> None:
    expected = answer(peer(BARE, *logs.files))
    assert expected["records"] == len(lines_of(logs.files[0]))
    assert why_not(name) is None
    assert answer(peer(name, *logs.files)) == expected


@pytest.mark.lab
@pytest.mark.parametrize("form", list(FORMS))
def test_every_form_holds_the_same_records(logs: Logs, form: str) -> None:
    assert answer(peer("own_reader", form, in_form(logs, form))) == answer(peer(BARE, *logs.files))


@pytest.mark.lab
@pytest.mark.parametrize("form", list(FORMS))
def test_the_project_reads_the_same_of_every_form(bench: ReadingBench, logs: Logs, form: str) -> None:
    mapping = load_sources(SOURCES.parent).for_file(FORMS[form].landed)
    assert mapping is not None
    reading = replace(limits(), newest=datetime(2026, 4, 1, tzinfo=UTC))
    found = bench.read(in_form(logs, form).read_bytes(), FORMS[form].landed, mapping, reading)
    expected = bench.read(logs.files[0].read_bytes(), reading=reading)
    assert len(expected.events) == len(lines_of(logs.files[0]))
    assert found.rejects == []
    for event, same_event in zip(found.events, expected.events, strict=True):
        assert {**event, "line": 0} == {**same_event, "line": 0}


def test_contestants_with_several_results_are_not_compared() -> None:
    same("the records", [7, 7])
    with pytest.raises(BenchError, match="the records differ, and cannot be compared: 7 and 8"):
        same("the records", [7, 8, 7])


# ---- inputs


def test_bad_lines_stand_between_the_good_ones(logs: Logs) -> None:
    good = lines_of(logs.files[0])
    for share, count in ((0, 1), (0.01, 10)):
        found = lines_of(with_bad_lines(logs, share))
        assert [line for line in found if line.endswith("}")] == good
        assert sum(not line.endswith("}") for line in found) == count
        assert found[-1].endswith("}")


def test_a_share_of_the_records_is_old_and_the_rest_as_it_was(logs: Logs) -> None:
    file, count = with_old_records(logs, 0.599)
    pairs = list(zip(lines_of(logs.files[0]), lines_of(file), strict=True))
    assert sum(one != other for one, other in pairs) == count == int(len(pairs) * 0.599)
    years = {json.loads(other)["event_time"][:4] for one, other in pairs if one != other}
    assert years == {"2020"}


def test_small_files_hold_the_lines_of_the_one(logs: Logs) -> None:
    files = in_small_files(logs, 7)
    assert len(files) == 7
    assert [line for file in files for line in lines_of(file)] == lines_of(logs.files[0])
    counts = [len(lines_of(file)) for file in files]
    assert max(counts) - min(counts) <= 1


def test_what_is_made_is_kept(logs: Logs) -> None:
    before = in_form(logs, "csv.gz").stat()
    after = in_form(logs, "csv.gz").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_data_folder_may_begin_as_another_without_its_logs(cache: Cache, logs: Logs) -> None:
    with cache.data(logs, logs.landing()) as start:
        (start / "warehouse").mkdir()
        (start / "warehouse" / "records.parquet").write_text("rows")
        (start / "warehouse" / "catalogue").write_text("before")
        with cache.data(logs, {"late/a.ndjson": logs.files[0]}, start=start) as data:
            assert [path.name for path in (data / "landing").rglob("*.ndjson")] == ["a.ndjson"]
            assert (data / "registry" / "apps.csv").is_file()
            assert (data / "warehouse" / "records.parquet").read_text() == "rows"
            (data / "warehouse" / "catalogue").write_text("after")
        assert not data.exists()
        assert (start / "warehouse" / "catalogue").read_text() == "before"
        assert (start / "warehouse" / "records.parquet").is_file()
    assert logs.files[0].is_file()


# ---- clocks and memory


def test_stages_are_read_from_the_lines_of_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    for name, result in (("ingest", "2 files, 1,000 records"), ("roll up", "")):
        with stage(name) as reported:
            reported.result = result
    found = stages([Run(10.0, 9.0, 0, capsys.readouterr().out)])
    assert [row.what for row in found] == ["ingest", "roll up", "start, Dagster and all else"]
    assert found[-1].measured == "10.00 s"


def test_a_failed_command_says_how() -> None:
    with pytest.raises(BenchError, match="exit code 3"):
        run(["sh", "-c", "exit 3"])


@pytest.mark.lab
def test_memory_is_that_of_the_child_and_its_children() -> None:
    script = "import subprocess, sys; x = b'1' * 60_000_000; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    inner = "import time; y = b'1' * 60_000_000; time.sleep(0.6)"
    measured = run([sys.executable, "-c", script, inner])
    assert measured.peak_bytes > 120_000_000
    assert measured.seconds > 0.6


@pytest.mark.lab
def test_memory_that_the_benchmark_held_itself_is_not_the_childs() -> None:
    """The kernel's figure for the peak memory of a child is at least the memory of the process that started it."""
    big = b"1" * 300_000_000
    del big
    assert run([sys.executable, "-c", "import time; time.sleep(0.3)"]).peak_bytes < 100_000_000


@pytest.mark.lab
def test_user_cpu_is_that_of_the_child_and_its_children_and_no_waiting() -> None:
    busy = "from resource import *\nwhile getrusage(RUSAGE_SELF).ru_utime < 0.4: sum(range(100_000))"
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]]); exec(sys.argv[1])"
    assert run([sys.executable, "-c", script, busy]).user_seconds > 0.7
    assert run([sys.executable, "-c", "import time; time.sleep(0.8)"]).user_seconds < 0.4


# ---- tables


def test_a_table_says_figure_target_and_whether_it_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    slow, fast = Run(6.0, 1.0, 1_500_000_000, ""), Run(2.0, 1.0, 200_000_000, "")
    rows = [timed("fast", [fast], [fast]), timed("slow", [slow], [fast], 2.5), timed("allowed", [slow], [fast], 3.0)]
    print_table("Speed", rows, "× fast")
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| what | measured (range) | × fast | peak memory | target | met |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        "| fast | 2.00 s | 1.00 | 0.20 GB |  |  |",
        "| slow | 6.00 s | 3.00 | 1.50 GB | 2.5 × | NO |",
        "| allowed | 6.00 s | 3.00 | 1.50 GB | 3 × | yes |",
        "",
    ]
    print_targets([("speed", row) for row in rows])
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| question | what | figure | target | met |",
        "| --- | --- | ---: | ---: | --- |",
        "| speed | slow | 3.00 × | 2.5 × | NO |",
        "| speed | allowed | 3.00 × | 3 × | yes |",
        "",
    ]


def test_what_a_yardstick_was_too_small_to_show_is_not_met() -> None:
    assert ratio(1.0, 0.0) == ratio(1.0, -0.1) == math.inf
    assert not Row("added", target=Target(ratio(1.0, 0.0), 6.0)).target.is_met


@pytest.mark.lab
def test_a_made_up_publication_has_a_whole_site(tmp_path: Path) -> None:
    database, site = tmp_path / "authmeter.duckdb", tmp_path / "site"
    make_published(database, 3)
    site.mkdir()
    report = render_site(database, site)
    assert report.apps == 3
    # Every page of its own has rows, so that its weight is in the measured site.
    assert {"usage_all.csv", "apps", "manifest.json", *(f"{name}.csv" for name in BILLING_CSVS)} <= {
        path.name for path in site.iterdir()
    }
    for page, mark in (("index", "data-incident"), ("packages", "<svg"), ("limits", "<td"), ("reconciliation", "<td")):
        assert mark in (site / f"{page}.html").read_text("utf-8")
