"""Every cell of the published tables against the independent count, over random landing folders."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from lab.as_counted import AS_OF, KEY, assert_as_counted, scene
from lab.oracle import raw_rows
from lab.worlds.random_logs import write_data
from tests.published_folder import Call

Run = Callable[[Path, date], None]


@pytest.fixture
def run(call: Call, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the product on a data folder; a warning (exit 3) is no failure here."""
    monkeypatch.setenv("AUTHMETER_HASH_KEY", KEY)

    def ended(data: Path, day: date) -> None:
        done = call("run", "--day", day, data=data)
        assert done.code in (0, 3), done

    return ended


def test_one_run(run: Run, tmp_path: Path) -> None:
    of = scene(has_every_day=True)
    write_data(tmp_path, 1, of)
    run(tmp_path, AS_OF)
    assert_as_counted(tmp_path, of)


@pytest.mark.lab
def test_another_business_zone(run: Run, tmp_path: Path) -> None:
    of = scene("America/New_York")
    write_data(tmp_path, 4, of)
    (tmp_path / "authmeter.toml").write_text('timezone = "America/New_York"\n')
    run(tmp_path, AS_OF)
    assert_as_counted(tmp_path, of)


@pytest.mark.lab
def test_the_same_files_over_three_runs(run: Run, tmp_path: Path) -> None:
    """Whatever came late or waited for its day, the last run shows what one run over all files would."""
    of = scene(has_edges=False)
    everything, data = tmp_path / "all", tmp_path / "data"
    write_data(everything, 5, of)
    for given in ("registry", "sources"):
        shutil.copytree(everything / given, data / given)
    names = sorted(path.relative_to(everything) for path in raw_rows.log_files(everything / "landing"))
    Random(5).shuffle(names)
    for arrival in range(3):
        for name in names[arrival::3]:
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(everything / name, data / name)
        run(data, AS_OF - timedelta(days=2 - arrival))
    assert_as_counted(data, of)
